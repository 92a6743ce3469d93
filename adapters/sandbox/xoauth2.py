"""SASL XOAUTH2 as a mail server offers it: a refused token is explained by JSON, which the client answers empty."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Sequence
from typing import Any

from aiosmtpd.smtp import MISSING, AuthResult
from pysasl.creds.plain import PlainCredentials
from pysasl.exception import AuthenticationError
from pysasl.mechanism import ChallengeResponse, ServerChallenge, ServerMechanism

Accepts = Callable[[str, str], bool]
REFUSAL = b'{"status":"400","schemes":"Bearer","scope":"https://mail.google.com/"}'
_MESSAGE = re.compile(rb"user=([^\x01]*)\x01auth=Bearer ([^\x01]*)\x01\x01")


def is_accepted(message: bytes, accepts: Accepts) -> bool:
    found = _MESSAGE.fullmatch(message)
    return found is not None and accepts(found[1].decode(), found[2].decode())


class TokenMechanism(ServerMechanism):
    """For the IMAP server: whoever brings a good token is the one user that it has."""

    def __init__(self, accepts: Accepts, user: str, password: str) -> None:
        super().__init__(b"XOAUTH2")
        self._accepts, self._user, self._password = accepts, user, password
        self.said: list[bytes] = []
        """What clients answered to the explanation of a refusal."""

    def server_attempt(self, responses: Sequence[ChallengeResponse]) -> tuple[Any, None]:
        if not responses:
            raise ServerChallenge(b"")
        if is_accepted(responses[0].response, self._accepts):
            return PlainCredentials(self._user, self._password), None
        if len(responses) == 1:
            raise ServerChallenge(REFUSAL)
        self.said.append(responses[1].response)
        raise AuthenticationError("[AUTHENTICATIONFAILED] Invalid credentials (Failure)")


async def smtp_auth(server: Any, args: Sequence[str], accepts: Accepts) -> AuthResult:
    """The same for the submission server."""
    first = base64.b64decode(args[1]) if len(args) > 1 else await server.challenge_auth("")
    if first is not MISSING and is_accepted(first, accepts):
        return AuthResult(success=True)
    await server.push("334 " + base64.b64encode(REFUSAL).decode())
    line = await server._reader.readline()
    if line.strip():
        return AuthResult(success=False, handled=False, message="501 5.5.2 Cannot decode response")
    return AuthResult(success=False, handled=False, message="535 5.7.8 Username and Password not accepted")
