"""What leaves: the body of each kind of message, what is refused before the wire, and files that go ahead of theirs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from adapters._json import decoded
from adapters.meta import templates, wire
from adapters.meta.graph import Graph
from adapters.meta.hooks import MARK
from adapters.meta.reading import is_anonymous
from adapters.meta.settings import HUMAN_AGENT, INSTAGRAM, INSTAGRAM_PICTURE, Settings, traits_of
from tui_inbox.domain.errors import AcceptedWithoutId, Malformed, NotSent, Refused, Unknown
from tui_inbox.domain.outbox import Outgoing, Way
from tui_inbox.domain.window import Allowed
from tui_inbox.ports.channel import Receipt

if TYPE_CHECKING:
    from adapters._answers import Answer

File = tuple[str, str, bytes]
"""Name, type, content."""
_SCOPED = re.compile(r"[0-9]{1,32}")
_KINDS = ("image", "audio", "video")


class Sent(Struct):
    message_id: wire.Id = None


class Commented(Struct):
    id: wire.Id = None


class Uploaded(Struct):
    attachment_id: wire.Id = None


class Sending:
    """One account's way out."""

    def __init__(self, graph: Graph, settings: Settings) -> None:
        self._graph = graph
        self._settings = settings
        self._traits = traits_of(settings)

    def check(self, outgoing: Outgoing) -> None:
        """Raises ``Refused`` for what Meta is known to refuse."""
        traits = self._traits
        if outgoing.channel != traits.code:
            raise Refused("channel_not_served", channel=outgoing.channel)
        if not traits.can_send:
            raise Refused("view_only")
        for tag in traits.tags:
            if tag.code == outgoing.tag and not tag.allowed:
                raise Refused("tag_refused", tag=tag.code, instead=tag.instead)
        self._check_way(outgoing)
        if outgoing.template_id:
            if not traits.templates_after_window:
                raise Refused("no_templates", channel=traits.label)
            return
        if outgoing.zone in (Allowed.TEMPLATE_ONLY, Allowed.NONE, Allowed.READ_ONLY) and outgoing.way is Way.PLAIN:
            raise Refused("window_closed")
        self._check_content(outgoing)

    def send(self, outgoing: Outgoing, files: Sequence[File]) -> Receipt:
        """Once. Raises ``Refused`` before the wire, or the ``ChannelError`` that says what may happen next."""
        self.check(outgoing)
        if outgoing.way is Way.PUBLIC:
            return self._comment(outgoing)
        body = self._addressed(outgoing)
        if outgoing.template_id:
            body["message"] = {"template": templates.filled(outgoing)}
        elif files:
            body["message"] = {"attachment": self._uploaded(files)}
        else:
            body["message"] = {"text": outgoing.text}
        if not self._settings.own_login and not outgoing.template_id:
            body["message"]["metadata"] = MARK + outgoing.dedupe_key
        return _receipt(self._graph.post(body, self._settings.node, "messages"))

    def _check_way(self, outgoing: Outgoing) -> None:
        to_comment = outgoing.way in (Way.PUBLIC, Way.PRIVATE)
        if to_comment and not self._traits.comments:
            raise Refused("comments_off")
        if outgoing.way is not Way.PLAIN and not outgoing.target:
            raise Refused("no_target")
        if not to_comment and is_anonymous(outgoing.address):
            raise Refused("comment_only")
        if not to_comment and not _SCOPED.fullmatch(outgoing.address):
            raise Refused("bad_address")
        if to_comment and (outgoing.attachments or outgoing.template_id):
            raise Refused("text_only")

    def _check_content(self, outgoing: Outgoing) -> None:
        traits, text = self._traits, outgoing.text
        if outgoing.attachments:
            if len(outgoing.attachments) > 1:
                raise Refused("too_many_files", channel=traits.label, limit=1)
            if text.strip():
                raise Refused("text_or_file", channel=traits.label)
            return
        if not text.strip():
            raise Refused("empty_text")
        limit = traits.max_chars or 0
        if len(text) > limit:
            raise Refused("too_long", limit=limit, length=len(text), channel=traits.label)
        size = len(text.encode("utf-8", "replace"))
        if traits.max_bytes is not None and size > traits.max_bytes:
            raise Refused("too_many_bytes", limit=traits.max_bytes, length=size, channel=traits.label)

    def _addressed(self, outgoing: Outgoing) -> dict[str, Any]:
        """Recipient and kind of a message. Instagram's own login knows no kinds, except past the window."""
        if outgoing.way is Way.PRIVATE:
            return {"recipient": {"comment_id": outgoing.target}}
        body: dict[str, Any] = {"recipient": {"id": outgoing.address}}
        if outgoing.way is Way.QUOTE:
            body["reply_to"] = {"mid": outgoing.target}
        if outgoing.template_id:
            body["messaging_type"] = "UTILITY"
        elif outgoing.zone == Allowed.HUMAN_ONLY or (outgoing.tag == HUMAN_AGENT and not outgoing.scheduled):
            body |= {"messaging_type": "MESSAGE_TAG", "tag": HUMAN_AGENT.upper()}
        elif not self._settings.own_login:
            body["messaging_type"] = "RESPONSE"
        return body

    def _uploaded(self, files: Sequence[File]) -> Mapping[str, object]:
        """Bring the file to Meta first. Nothing is in doubt when that fails: the guest was sent nothing."""
        from adapters._http import Upload

        (name, type_, content), *more = files
        if more:
            raise Refused("too_many_files", channel=self._traits.label, limit=1)
        kind = self._kind(type_, len(content))
        form = {"message": _json({"attachment": {"type": kind, "payload": {"is_reusable": False}}})}
        if self._traits.code == INSTAGRAM.code:
            form["platform"] = "instagram"
        try:
            upload = Upload("filedata", name, type_, content)
            answer = self._graph.upload(form, upload, self._settings.node, "message_attachments")
        except Unknown as error:
            raise NotSent(error.code, http_status=error.http_status, retry_after=error.retry_after) from None
        try:
            stored = wire.checked_id(decoded(answer.content, Uploaded).attachment_id)
        except Malformed:
            raise NotSent("unreadable_answer", http_status=answer.status) from None
        return {"type": kind, "payload": {"attachment_id": stored}}

    def _kind(self, type_: str, size: int) -> str:
        """How Meta shows a file. Raises ``Refused`` for a type or a size that it does not take."""
        limits = self._traits.attachments
        family = type_.lower().partition("/")[0]
        if limits is not None:
            allowed = not limits.types or type_.lower().startswith(limits.types)
            if not allowed:
                raise Refused("file_not_taken", channel=self._traits.label, type=type_)
            picture = family == "image" and self._traits.code == INSTAGRAM.code
            most = INSTAGRAM_PICTURE if picture else limits.max_bytes
            if size > most:
                raise Refused("file_over_limit", channel=self._traits.label, limit=most // (1024 * 1024))
        return family if family in _KINDS else "file"

    def _comment(self, outgoing: Outgoing) -> Receipt:
        edge = "replies" if self._traits.code == INSTAGRAM.code else "comments"
        answer = self._graph.post({"message": outgoing.text}, outgoing.target, edge)
        try:
            return Receipt(wire.checked_id(decoded(answer.content, Commented).id))
        except Malformed:
            raise AcceptedWithoutId("unreadable_answer", http_status=answer.status) from None


def _receipt(answer: Answer) -> Receipt:
    try:
        return Receipt(wire.checked_id(decoded(answer.content, Sent).message_id))
    except Malformed:
        raise AcceptedWithoutId("unreadable_answer", http_status=answer.status) from None


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
