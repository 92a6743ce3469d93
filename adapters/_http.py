"""The only door to httpx: bounded time and size, one allow-list, errors classed, nothing secret in what is logged.

The classes follow what was measured against fourteen kinds of broken server: an exception before the request can
have been written is ``NotSent``; any doubt after it is ``Unknown`` for a send, and merely transient for a read.
"""

from __future__ import annotations

import ipaddress
import logging
import re
import socket
import ssl
import time
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

import httpx
from msgspec import Struct

from adapters._answers import Answer, as_read, inflated, read_refused, send_refused
from tui_inbox.domain.errors import (
    ChannelError,
    Malformed,
    NotSent,
    Refused,
    Unknown,
)
from tui_inbox.ports.secrets import Secret

logging.getLogger("httpx").setLevel(logging.WARNING)  # at INFO it prints whole URLs, tokens and passwords included
logging.getLogger("httpcore").setLevel(logging.WARNING)

MAX_REDIRECTS = 3
_HOST = re.compile(r"[A-Za-z0-9._:-]+")
_GIVEN_UP = (httpx.ReadTimeout, httpx.WriteTimeout)
_NEVER_WRITTEN = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


class Limits(Struct, frozen=True):
    """Seconds and bytes that no vendor may make us exceed."""

    connect: float = 10.0
    read: float = 30.0
    write: float = 30.0
    total: float = 60.0
    """For a whole answer: a peer that drips one byte at a time never runs into ``read``."""
    total_file: float = 300.0
    answer_bytes: int = 16 * 1024 * 1024


Signed = Callable[[], Mapping[str, str]]
"""Header lines that prove who we are, asked for at each request to the vendor's own hosts (a token that is renewed)."""


class Upload(Struct, frozen=True):
    """A file in a multipart form."""

    field: str
    name: str
    type: str
    content: bytes


def bearer(secret: Secret) -> Signed:
    """``Authorization: Bearer`` with a token that does not change."""
    return lambda: {"Authorization": f"Bearer {secret.reveal()}"}


Explain = Callable[[Answer], ChannelError | None]
"""What a vendor's own error body means; None leaves it to the status."""


class Http:
    """One vendor's HTTP, with the account's credentials sent to its own hosts only."""

    def __init__(
        self,
        base_url: str,
        *,
        auth: tuple[str, Secret] | Signed | None = None,
        headers: Mapping[str, str] | None = None,
        hosts: Sequence[str] = (),
        file_hosts: Sequence[str] = (),
        explain: Explain | None = None,
        limits: Limits | None = None,
        transport: httpx.BaseTransport | None = None,
        resolve: Callable[[str], str] | None = None,
    ) -> None:
        """``hosts`` (beside that of ``base_url``) receive credentials; ``file_hosts`` may serve redirected files.

        A name that starts with a dot admits every host below it. Raises ``Refused("bad_base_url")``.
        """
        try:
            self._base = httpx.URL(base_url.rstrip("/"))
        except (httpx.InvalidURL, TypeError, ValueError):
            raise Refused("bad_base_url") from None
        if self._base.scheme not in ("http", "https") or not _HOST.fullmatch(self._base.host) or self._base.userinfo:
            raise Refused("bad_base_url")
        self._hosts = tuple(hosts)
        self._file_hosts = tuple(file_hosts)
        self._explain = explain
        self._auth = auth
        self._headers = dict(headers or {})
        self._limits = limits or Limits()
        self._resolve = resolve or _public_address
        self._reads = self._client(transport, keep=5)
        self._sends = self._client(transport, keep=0)

    def read(
        self, url: str, params: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """GET; every failure that may pass is ``NotSent``. Raises ``ChannelError``, ``Malformed("too_big")``.

        With ``If-None-Match`` among ``headers`` a 304 is an answer like any other.
        """
        asked = {"Accept-Encoding": "gzip", **(headers or {})}
        request = self._request(self._reads, "GET", url, params=params, headers=asked)
        try:
            answer = self._exchange(self._reads, request)
        except httpx.RequestError as error:
            raise _read_failed(error) from None
        except (zlib.error, httpx.InvalidURL):
            raise NotSent("broken_answer") from None
        if answer.status == 304 and "If-None-Match" in asked:
            return answer
        self._raise_for(answer, sending=False)
        return answer

    def send(
        self,
        url: str,
        *,
        form: Mapping[str, str] | None = None,
        json: bytes | None = None,
        upload: Upload | None = None,
        params: Mapping[str, str] | None = None,
    ) -> Answer:
        """POST once on a fresh connection. Only a 2xx returns; all else raises the kind that the outbox acts on."""
        request = self._writing("POST", url, form, json, upload, params)
        try:
            answer = self._exchange(self._sends, request)
        except _NEVER_WRITTEN as error:
            raise NotSent(_unreachable(error)) from None
        except _GIVEN_UP:
            raise Unknown("timeout") from None
        except (httpx.RequestError, httpx.InvalidURL, zlib.error, Malformed):
            # httpx looks at a redirect's address even when it does not follow it, hence InvalidURL.
            raise Unknown("broken_answer") from None
        self._raise_for(answer, sending=True)
        return answer

    def tell(
        self,
        method: str,
        url: str,
        *,
        form: Mapping[str, str] | None = None,
        json: bytes | None = None,
        params: Mapping[str, str] | None = None,
    ) -> Answer:
        """A write that may be repeated (PUT, DELETE, a token): what may pass is ``NotSent``, as with ``read``."""
        try:
            answer = self._exchange(self._sends, self._writing(method, url, form, json, None, params))
        except httpx.RequestError as error:
            raise _read_failed(error) from None
        except (zlib.error, httpx.InvalidURL):
            raise NotSent("broken_answer") from None
        self._raise_for(answer, sending=False)
        return answer

    def stream(self, url: str, max_bytes: int) -> Iterator[bytes]:
        """The bytes of a file on our own base or a host of the allow-list, following at most three redirects there.

        Credentials go to the vendor's own hosts only. Raises ``ChannelError``, ``Malformed("too_big")``,
        ``Malformed("file_elsewhere")``.
        """
        target = self._redirected(self._base, url) if url.startswith("https://") else self._url(url)
        for _hop in range(MAX_REDIRECTS + 1):
            request = self._file_request(target)
            try:
                response = self._reads.send(request, stream=True)
            except httpx.RequestError as error:
                raise _read_failed(error) from None
            except httpx.InvalidURL:
                raise Malformed("file_elsewhere") from None
            if response.is_redirect and (place := response.headers.get("location")):
                response.close()
                target = self._redirected(target, place)
                continue
            yield from self._file(response, max_bytes)
            return
        raise Malformed("too_many_redirects")

    def own(self, url: str) -> str:
        """Path and query of an absolute URL that the vendor gave, to be asked on our own base again."""
        return httpx.URL(url).raw_path.decode("ascii")

    def close(self) -> None:
        self._reads.close()
        self._sends.close()

    def __repr__(self) -> str:
        return f"Http({self._base.host})"

    def _client(self, transport: httpx.BaseTransport | None, keep: int) -> httpx.Client:
        limits = self._limits
        return httpx.Client(
            transport=transport,
            verify=_certificates(),
            timeout=httpx.Timeout(limits.read, connect=limits.connect, write=limits.write),
            limits=httpx.Limits(max_connections=10, max_keepalive_connections=keep),
            trust_env=False,
            follow_redirects=False,
            headers={"User-Agent": "tui-inbox", **self._headers},
        )

    def _url(self, url: str) -> httpx.URL:
        try:
            if url.startswith("/"):
                return httpx.URL(str(self._base) + url)
            target = httpx.URL(url)
        except (httpx.InvalidURL, ValueError):
            raise Malformed("file_elsewhere") from None
        if not self._ours(target):
            raise Malformed("file_elsewhere")
        return target

    def _ours(self, target: httpx.URL) -> bool:
        """Places that get our credentials: the base's origin, and the vendor's further hosts by HTTPS."""
        if (target.scheme, target.host, target.port) == (self._base.scheme, self._base.host, self._base.port):
            return True
        return _plain_https(target) and _listed(target.host, self._hosts)

    def _request(self, client: httpx.Client, method: str, url: str, **values: Any) -> httpx.Request:
        request = client.build_request(method, self._url(url), **values)
        self._sign(request)
        return request

    def _writing(
        self,
        method: str,
        url: str,
        form: Mapping[str, str] | None,
        json: bytes | None,
        upload: Upload | None,
        params: Mapping[str, str] | None,
    ) -> httpx.Request:
        headers = {"Accept-Encoding": "identity", "Connection": "close"}
        if json is not None:
            headers["Content-Type"] = "application/json"
        files = {upload.field: (upload.name, upload.content, upload.type)} if upload else None
        body = {"data": form, "content": json, "files": files}
        return self._request(self._sends, method, url, params=params, headers=headers, **body)

    def _sign(self, request: httpx.Request) -> None:
        if callable(self._auth):
            request.headers.update(self._auth())
        elif self._auth is not None:
            user, secret = self._auth
            flow = httpx.BasicAuth(user, secret.reveal()).auth_flow(request)
            next(flow)

    def _exchange(self, client: httpx.Client, request: httpx.Request) -> Answer:
        started = time.monotonic()
        response = client.send(request, stream=True)
        try:
            content = bytearray()
            for chunk in response.iter_raw():
                content += chunk
                if time.monotonic() - started > self._limits.total:
                    raise httpx.ReadTimeout("slow")
                if len(content) > self._limits.answer_bytes:
                    raise Malformed("too_big")
        finally:
            response.close()
        headers = {name.lower(): value for name, value in response.headers.items()}
        plain = inflated(bytes(content), headers.get("content-encoding", ""), self._limits.answer_bytes)
        return Answer(response.status_code, headers, plain)

    def _raise_for(self, answer: Answer, *, sending: bool) -> None:
        told = self._explain(answer) if self._explain else None
        if told is not None:
            raise told if sending else as_read(told)
        if not 200 <= answer.status < 300:
            raise (send_refused if sending else read_refused)(answer)

    def _file_request(self, target: httpx.URL) -> httpx.Request:
        headers = {"Accept-Encoding": "identity"}
        if self._ours(target):
            request = self._reads.build_request("GET", target, headers=headers)
            self._sign(request)
            return request
        # The address that was checked is the address that is connected to: a second look-up could answer otherwise.
        address = self._resolve(target.host)
        shown = f"[{address}]" if ":" in address else address
        return self._reads.build_request(
            "GET",
            target.copy_with(host=shown),
            headers={**headers, "Host": target.netloc.decode("ascii")},
            extensions={"sni_hostname": target.host},
        )

    def _redirected(self, origin: httpx.URL, place: str) -> httpx.URL:
        try:
            target = origin.join(place)
        except (httpx.InvalidURL, ValueError):
            raise Malformed("file_elsewhere") from None
        if not self._ours(target) and not (_plain_https(target) and _listed(target.host, self._file_hosts)):
            raise Malformed("file_elsewhere")
        return target

    def _file(self, response: httpx.Response, max_bytes: int) -> Iterator[bytes]:
        with _closing(response):
            headers = {name.lower(): value for name, value in response.headers.items()}
            if not response.is_success:
                raise read_refused(Answer(response.status_code, headers, b""))
            if headers.get("content-encoding", "identity").lower() not in ("", "identity"):
                raise Malformed("file_encoded")
            if headers.get("content-length", "").isdigit() and int(headers["content-length"][:15]) > max_bytes:
                raise Malformed("too_big")
            started, size = time.monotonic(), 0
            try:
                for chunk in response.iter_raw():
                    size += len(chunk)
                    if size > max_bytes:
                        raise Malformed("too_big")
                    if time.monotonic() - started > self._limits.total_file:
                        raise NotSent("timeout")
                    yield chunk
            except httpx.RequestError as error:
                raise _read_failed(error) from None


@cache
def _certificates() -> ssl.SSLContext:
    """Read once: each client would otherwise spend some 20 ms on the same file."""
    return httpx.create_ssl_context(trust_env=False)


@contextmanager
def _closing(response: httpx.Response) -> Iterator[None]:
    try:
        yield
    finally:
        response.close()


def _plain_https(target: httpx.URL) -> bool:
    return target.scheme == "https" and target.port is None and not target.userinfo


def _listed(host: str, allowed: Sequence[str]) -> bool:
    return any(host == name or (name.startswith(".") and host.endswith(name)) for name in allowed)


def _public_address(host: str) -> str:
    """An address of ``host`` that is on the public Internet, or a refusal."""
    try:
        found = {str(entry[4][0]) for entry in socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError):
        raise NotSent("unreachable") from None
    if not found or not all(ipaddress.ip_address(address.split("%")[0]).is_global for address in found):
        raise Malformed("file_elsewhere")
    return sorted(found)[0]


def _unreachable(error: httpx.RequestError) -> str:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return "tls"
        cause = cause.__cause__ or cause.__context__
    return "unreachable"


def _read_failed(error: httpx.RequestError) -> ChannelError:
    if isinstance(error, _NEVER_WRITTEN):
        return NotSent(_unreachable(error))
    return NotSent("timeout" if isinstance(error, httpx.TimeoutException) else "broken_answer")
