"""One Page or one Instagram account: polls its conversations and comments, hears its webhooks, sends."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Self

from msgspec import Struct

from adapters import _graph
from adapters._graph import Page
from adapters._json import decoded
from adapters.meta import acts, comments, health, hooks, polling, reading, templates, tokens, wire
from adapters.meta.errors import CODES
from adapters.meta.graph import Graph, Token
from adapters.meta.sending import Sending
from adapters.meta.settings import FILE_HOSTS, HUMAN_AGENT, MESSENGER, Settings, traits_of
from tui_inbox.domain.channel import ChannelTraits
from tui_inbox.domain.deed import Deed
from tui_inbox.domain.errors import AccountBlocked, Malformed, Refused, Rejected
from tui_inbox.domain.outbox import Outgoing, Way, body_hash
from tui_inbox.domain.template import Template
from tui_inbox.domain.window import Allowed
from tui_inbox.ports.channel import Batch, Envelope, Found, Health, Heard, Hook, Item, News, Receipt
from tui_inbox.ports.clock import Clock, SystemClock
from tui_inbox.ports.secrets import RenewsSecrets, Secret, Secrets

CONVERSATIONS, COMMENTS, TOKEN = "conversations", "comments", "token"
CLOCK_SLACK = timedelta(seconds=5)
_REF = re.compile(r"(?P<owner>[\x21-\x7e]{1,500})#(?P<n>[0-9]{1,3})(?: (?P<url>https?://\S+))?")


class WithFiles(Struct):
    attachments: wire.Files | None = None


class Instagram:
    """Implements ``Channel`` and what Instagram has of the optional protocols."""

    def __init__(
        self,
        name: str,
        settings: Settings,
        graph: Graph,
        *,
        app_secrets: Sequence[Secret] = (),
        verify_token: Secret | None = None,
        secrets: RenewsSecrets | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.name = name
        self._settings = settings
        self._graph = graph
        self._app_secrets = tuple(app_secrets)
        self._verify_token = verify_token
        self._clock = clock or SystemClock()
        self._us = reading.Us(settings.type, settings.own, settings.own_ids)
        self._conversations = polling.Conversations(graph, settings.node, self._us, named=bool(app_secrets))
        self._comments = comments.Comments(graph, settings.type, settings.own)
        self._renewal = tokens.Renewal(graph, secrets, settings.secret)
        self._sending = Sending(graph, settings)

    @classmethod
    def open(cls, name: str, settings: Settings, secrets: Secrets) -> Self:
        """Raises ``Refused``: a secret is missing, the Page is, or ``base_url`` is no address; touches no network."""
        from adapters._http import Http

        if not settings.node:
            raise Refused("page_id_missing")
        app_secrets = [secrets.get(name) for name in settings.app_secrets]
        verify_token = secrets.get(settings.verify_token) if settings.verify_token else None
        token, pace = Token(secrets.get(settings.secret)), _graph.Pace(CODES)
        http = Http(settings.base, auth=token.signed, file_hosts=FILE_HOSTS, explain=pace.explain)
        graph = Graph(
            http, settings.graph_version, token, pace, app_secrets[0] if settings.prove_calls and app_secrets else None
        )
        return cls(
            name,
            settings,
            graph,
            app_secrets=app_secrets,
            verify_token=verify_token,
            secrets=secrets if isinstance(secrets, RenewsSecrets) else None,
        )

    @property
    def traits(self) -> Mapping[str, ChannelTraits]:
        return {self._settings.type: traits_of(self._settings)}

    def streams(self) -> Sequence[str]:
        """The token first: with one that has ended nothing else would come."""
        return [
            *([TOKEN] if self._settings.own_login else []),
            CONVERSATIONS,
            *([COMMENTS] if self._settings.comments else []),
        ]

    def fetch(self, stream: str, cursor: str, since: datetime | None) -> Batch:
        now = self._clock.now()
        match stream:
            case "token":
                return self._renewal.fetch(cursor, now)
            case "comments":
                return self._comments.fetch(cursor, since, now)
            case _:
                return self._conversations.fetch(cursor, since, now)

    def read(self, envelope: Envelope) -> Sequence[Item]:
        """Raises ``Malformed``."""
        match envelope.kind:
            case hooks.EVENT:
                return hooks.read_event(decoded(envelope.raw, hooks.Event), self._us)
            case hooks.UNREADABLE:
                raise Malformed("bad_payload")
            case hooks.CHANGE:
                return hooks.read_change(decoded(envelope.raw, hooks.Change), self._us)
            case comments.COMMENT:
                return reading.comment(decoded(envelope.raw, wire.PolledComment), self._us)
            case comments.NEWS:
                told = decoded(envelope.raw, comments.Reported)
                return (News(wire.dated(told.at), "account", told.code, told.vendor_text),)
            case _:
                return reading.message(decoded(envelope.raw, wire.Polled), self._us)

    def hear(self, hook: Hook) -> Heard:
        """Answers Meta's question, or takes a signed request apart. Raises ``Refused("bad_signature")``."""
        if hook.method.upper() == "GET":
            if self._verify_token is None:
                raise Refused("bad_signature")
            return _graph.handshake(hook, self._verify_token) or Heard()
        _graph.check_signature(hook, *self._app_secrets)
        titles = self._comments.titles if self._settings.comments else None
        return Heard(hooks.envelopes(hook.body, self._us, titles))

    def check(self, outgoing: Outgoing) -> None:
        """Raises ``Refused`` for what Meta is known to refuse."""
        self._sending.check(outgoing)

    def send(self, outgoing: Outgoing, files: Sequence[tuple[str, str, bytes]] = ()) -> Receipt:
        """Raises ``Refused`` before the wire, or the ``ChannelError`` that says what may happen next."""
        try:
            return self._sending.send(outgoing, files)
        except AccountBlocked as error:
            raise _narrowed(error, outgoing) from None

    def find(self, outgoing: Outgoing) -> Found:
        """Our own words to this guest (or under this comment) since the row was made.

        Absence proves something only where the list reaches back further than that.
        """
        since = (outgoing.created_at or outgoing.unknown_since or self._clock.now()) - CLOCK_SLACK
        if outgoing.way is Way.PUBLIC:
            return self._find_reply(outgoing, since)
        if outgoing.way is Way.PRIVATE and reading.is_anonymous(outgoing.address):
            return Found()
        listed, whole = self._conversations.with_guest(outgoing.address, since)
        mine = [(at, said) for at, said in listed if at >= since and wire.identity(said.from_) in self._us.ids]
        ids = [wire.checked_id(said.id) for _, said in reversed(mine) if _same(said, outgoing)]
        # How Meta shows a template, and what it calls a file, is its own: such a message may be there unrecognised.
        recognisable = not outgoing.template_id and not (outgoing.attachments and any(s.attachments for _, s in mine))
        return Found(tuple(ids), authoritative=whole and recognisable)

    def download(self, ref: str, max_bytes: int) -> Iterator[bytes]:
        """``ref`` names message and number, then the address; one that has ended is asked for anew."""
        place = _REF.fullmatch(ref)
        if place is None:
            raise Malformed("file_gone")
        return self._bytes(place["owner"], int(place["n"]), place["url"] or "", max_bytes)

    def act(self, deed: Deed) -> None:
        """Raises ``Refused``, ``ChannelError``."""
        acts.act(self._graph, self._settings, deed)

    def test(self) -> Health:
        return health.test(self._graph, self._settings, self._comments, hindered=self._renewal.hindered)

    def close(self) -> None:
        self._graph.close()

    def _bytes(self, owner: str, n: int, url: str, max_bytes: int) -> Iterator[bytes]:
        started = False
        try:
            for chunk in self._graph.stream(url, max_bytes) if url else ():
                started = True
                yield chunk
            if url:
                return
        except (AccountBlocked, Rejected):
            # A file host's «forbidden» is about this address, which has ended, not about the account.
            if started:
                raise Malformed("file_gone") from None
        yield from self._anew(owner, n, url, max_bytes)

    def _anew(self, owner: str, n: int, old: str, max_bytes: int) -> Iterator[bytes]:
        try:
            found = self._graph.read(WithFiles, owner, fields="attachments")
        except Rejected:
            raise Malformed("file_gone") from None
        listed = found.attachments.data if found.attachments else []
        url = wire.place_of(listed[n - 1]) if 0 < n <= len(listed) else None
        if not url or url == old:
            raise Malformed("file_gone")
        try:
            yield from self._graph.stream(url, max_bytes)
        except (AccountBlocked, Rejected):
            raise Malformed("file_gone") from None

    def _find_reply(self, outgoing: Outgoing, since: datetime) -> Found:
        on_facebook = self._settings.type == MESSENGER.code
        edge, asked = ("comments", "message,created_time") if on_facebook else ("replies", "text,timestamp")
        page = self._graph.read(Page, outgoing.target, edge, fields=f"id,from,{asked}", limit="50")
        found: list[tuple[datetime, str]] = []
        for raw in page.data:
            try:
                reply = decoded(bytes(raw), wire.Comment)
                at, ours = wire.moment(reply.created_time or reply.timestamp), wire.identity(reply.from_)
                same = body_hash(reply.message or reply.text or "") == body_hash(outgoing.text)
                if at is not None and at >= since and ours in self._us.ids and same:
                    found.append((at, wire.checked_id(reply.id)))
            except Malformed:
                continue
        whole = not (page.paging and page.paging.next)
        return Found(tuple(name for _, name in sorted(found)), authoritative=whole)


class Messenger(Instagram):
    """A Page: it has templates besides, of category UTILITY."""

    def templates(self) -> Sequence[Template]:
        """Raises ``ChannelError``."""
        return templates.listed(self._graph, self._settings.node, self.name)

    def submit(self, template: Template) -> Template:
        """Raises ``Refused``, ``ChannelError``."""
        return templates.submit(self._graph, self._settings.node, template)

    def withdraw(self, template: Template) -> None:
        """Raises ``ChannelError``."""
        templates.withdraw(self._graph, self._settings.node, template)


def _narrowed(error: AccountBlocked, outgoing: Outgoing) -> AccountBlocked | Rejected:
    """A right that only this kind of message needs: the others go on without it."""
    if outgoing.way is Way.PUBLIC:
        return acts.without_right(error, comments.NOT_PERMITTED)
    if outgoing.template_id:
        return acts.without_right(error, "templates_not_permitted")
    if outgoing.zone == Allowed.HUMAN_ONLY or outgoing.tag == HUMAN_AGENT:
        return acts.without_right(error, "human_agent_not_granted")
    return error


def _same(said: wire.Message, outgoing: Outgoing) -> bool:
    """Is this what we sent? A file is known by its name, which Meta keeps."""
    if outgoing.attachments:
        names = [item.name for item in said.attachments.data] if said.attachments else []
        return any(name in outgoing.attachment_names for name in names if name)
    return body_hash(said.message or "") == body_hash(outgoing.text)
