"""One account's door to the Graph: the version in every path, the token in every header, the quota in every answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, TypeVar

import msgspec

from adapters import _graph
from adapters._json import answered
from adapters.meta import wire
from tui_inbox.ports.secrets import Secret

if TYPE_CHECKING:
    from adapters._answers import Answer
    from adapters._http import Http, Upload

T = TypeVar("T")


class Token:
    """The token in use; Instagram's own is exchanged while the program runs."""

    __slots__ = ("_secret",)

    def __init__(self, secret: Secret) -> None:
        self._secret = secret

    @property
    def secret(self) -> Secret:
        return self._secret

    def replace(self, secret: Secret) -> None:
        self._secret = secret

    def signed(self) -> Mapping[str, str]:
        """Header lines for ``Http``."""
        return {"Authorization": f"Bearer {self._secret.reveal()}"}

    def __repr__(self) -> str:
        return "Token(…)"


class Graph:
    """Reads that can wait do so when Meta's quota runs out; what a person waits for does not."""

    def __init__(
        self, http: Http, version: str, token: Token, pace: _graph.Pace, app_secret: Secret | None = None
    ) -> None:
        self._http = http
        self._version = version
        self._app_secret = app_secret
        self.token = token
        self.pace = pace

    def path(self, *steps: str) -> str:
        return "/".join(("", self._version, *(wire.path_of(step) for step in steps)))

    def polled(self, type_: type[T], *steps: str, **params: str) -> T:
        """A read that can wait. Raises ``ChannelError``."""
        self.pace.check()
        return self.read(type_, *steps, **params)

    def read(self, type_: type[T], *steps: str, **params: str) -> T:
        return answered(self._http.read(self.path(*steps), {**params, **self._proof()}), type_)

    def pages(self, *steps: str, **params: str) -> Iterator[msgspec.Raw]:
        return _graph.pages(self._http, self.path(*steps), {**params, **self._proof()}, pace=self.pace)

    def post(self, body: Mapping[str, object], *steps: str) -> Answer:
        """Once. Raises ``ChannelError``."""
        return self._http.send(self.path(*steps), json=msgspec.json.encode(body), params=self._proof() or None)

    def upload(self, form: Mapping[str, str], upload: Upload, *steps: str) -> Answer:
        return self._http.send(self.path(*steps), form=form, upload=upload, params=self._proof() or None)

    def tell(self, method: str, body: Mapping[str, object], *steps: str, **params: str) -> Answer:
        """A write that may be repeated."""
        json = msgspec.json.encode(body) if body else None
        return self._http.tell(method, self.path(*steps), json=json, params={**params, **self._proof()} or None)

    def unversioned(self, type_: type[T], path: str, **params: str) -> T:
        return answered(self._http.read(path, params), type_)

    def stream(self, url: str, max_bytes: int) -> Iterator[bytes]:
        return self._http.stream(url, max_bytes)

    def close(self) -> None:
        self._http.close()

    def _proof(self) -> Mapping[str, str]:
        return _graph.signed(self.token.secret, self._app_secret)
