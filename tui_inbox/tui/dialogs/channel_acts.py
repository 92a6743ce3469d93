"""What one channel can do with a message beyond answering: quote it, answer a comment, set an emoji, hide it, tag."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from tui_inbox.domain.channel import ChannelTraits, MessageTag
from tui_inbox.domain.deed import Act
from tui_inbox.domain.errors import NotFound
from tui_inbox.domain.event import Code
from tui_inbox.domain.message import Direction, Kind
from tui_inbox.domain.outbox import Way
from tui_inbox.rows import EventRow, MessageRow
from tui_inbox.services import acting, sent
from tui_inbox.tui.answering.letter import Tie
from tui_inbox.tui.dialogs.chooser import Chooser, Option
from tui_inbox.wording import _, ngettext, sentence

if TYPE_CHECKING:
    from tui_inbox.tui.screens.inbox_acts import InboxActs

EMOJIS = ("👍", "❤️", "😊", "🙏", "👏", "✅")
MONTH = timedelta(days=30)


def channel_options(screen: InboxActs, message: MessageRow) -> list[Option]:
    """Only what this message's channel can."""
    traits = _traits(screen, message)
    if traits is None or message.direction is not Direction.IN or not message.external_id:
        return []
    options: list[Option] = []
    if message.kind is Kind.COMMENT:
        options += [
            Option(_tied(Way.PUBLIC, message), _("answer under it"), _("everybody can read that")),
            Option(_tied(Way.PRIVATE, message), _("answer privately"), _("once, within 7 days")),
        ]
        if Act.HIDE in traits.acts:
            hidden = is_hidden(screen.thread.events, message.id)
            words = _("show it again") if hidden else _("hide the comment")
            options.append(Option(_hide(on=not hidden), words))
    elif traits.quotes:
        options.append(Option(_tied(Way.QUOTE, message), _("answer this message"), _("it is quoted")))
    if Act.REACT in traits.acts:
        options.append(Option(_react, _("set an emoji")))
    return options


def is_hidden(events: Sequence[EventRow], message_id: int) -> bool:
    """What the desk wished last about a comment, as far as the vendor did not refuse."""
    hidden = False
    for event in sorted(events, key=lambda event: (event.at, event.id)):
        if event.params.get("message") != message_id:
            continue
        if event.code is Code.ACT_FAILED and event.params.get("act") == Act.HIDE.value:
            hidden = not hidden
        elif event.code in (Code.COMMENT_HIDDEN, Code.COMMENT_SHOWN):
            hidden = event.code is Code.COMMENT_HIDDEN
    return hidden


def _traits(screen: InboxActs, message: MessageRow) -> ChannelTraits | None:
    try:
        return screen.desk_app.session.desk.traits(message.account, message.channel)
    except NotFound:
        return None


def _tied(way: Way, message: MessageRow) -> Callable[[InboxActs, MessageRow], Awaitable[None]]:
    async def do(screen: InboxActs, _message: MessageRow) -> None:
        await screen.answering.begin(note=False, tie=Tie(way, message.external_id))

    return do


def _hide(*, on: bool) -> Callable[[InboxActs, MessageRow], Awaitable[None]]:
    async def do(screen: InboxActs, message: MessageRow) -> None:
        app = screen.desk_app
        await screen.gateway.write(acting.hide, app.session.desk, app.actor, message.id, app.now(), on)
        await screen.reread()

    return do


async def _react(screen: InboxActs, message: MessageRow) -> None:
    app = screen.desk_app
    options = [Option(emoji, emoji) for emoji in EMOJIS]
    if message.reactions:
        options.append(Option("", _("take ours back")))
    chosen = await app.push_screen_wait(Chooser(app.ink, _("Which emoji?"), options))
    if chosen is not None and isinstance(chosen.value, str):
        await screen.gateway.write(acting.react, app.session.desk, app.actor, message.id, chosen.value, app.now())
        await screen.reread()


async def ask_tag(screen: InboxActs) -> dict[str, object] | None:
    """Under which of the vendor's tags the text goes; what the vendor refuses says so and cannot be chosen."""
    app, answering = screen.desk_app, screen.answering
    choice = answering.choice
    if choice is None or not choice.traits.tags:
        screen.say(_("this channel has no tags"), "soon")
        return None
    since = app.now() - MONTH
    used = await screen.gateway.read(sent.tags_used, app.session.desk, choice.account, choice.channel, since)
    options = [_tag_option(tag, used.get(tag.code, 0)) for tag in choice.traits.tags]
    options.append(Option("", _("no tag")))
    title = _("Message tag: misuse may cost the right to write")
    chosen = await app.push_screen_wait(Chooser(app.ink, title, options))
    if chosen is not None and isinstance(chosen.value, str):
        answering.tag = chosen.value
        answering.set_mode()
        answering.composer.box.focus()
    return {}


def _tag_option(tag: MessageTag, used: int) -> Option:
    words = sentence(f"tag.{tag.code}")
    if tag.allowed:
        return Option(tag.code, words, ngettext("{n} in 30 days", "{n} in 30 days", used))
    instead = sentence(f"instead.{tag.instead}")
    return Option(tag.code, words, why_not=_("refused; send {instead}").format(instead=instead))
