"""The life of a conversation as pure moves: (conversation, who, when) -> the new one and what to tell about it.

``MOVES`` says from which state an operator's act is allowed and where it leads. Closing, spam and answers end
«unanswered»; only a guest's message, or an answer that failed, sets it again.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from tui_inbox.domain.conversation import Conversation, DeadlineKind, State
from tui_inbox.domain.errors import Refused
from tui_inbox.domain.event import Code


class Change(NamedTuple):
    """A move that was made; ``code`` is None when nothing worth an event happened."""

    conversation: Conversation
    code: Code | None
    params: Mapping[str, str | int] = {}


class Act(StrEnum):
    CLOSE = "close"
    REOPEN = "reopen"
    SNOOZE = "snooze"
    SPAM = "spam"
    NOT_SPAM = "not_spam"
    MOVE_TO_INBOX = "move_to_inbox"


MOVES: dict[Act, tuple[frozenset[State], State, str]] = {
    Act.CLOSE: (frozenset({State.OPEN, State.PENDING}), State.CLOSED, "not_open"),
    Act.REOPEN: (frozenset({State.CLOSED, State.PENDING}), State.OPEN, "not_closed"),
    Act.SNOOZE: (frozenset({State.OPEN, State.PENDING}), State.PENDING, "not_open"),
    Act.SPAM: (frozenset({State.OPEN, State.PENDING, State.CLOSED}), State.SPAM, "is_spam"),
    Act.NOT_SPAM: (frozenset({State.SPAM}), State.OPEN, "not_spam_now"),
    Act.MOVE_TO_INBOX: (frozenset({State.CLOSED}), State.OPEN, "not_machine"),
}
"""Act -> (allowed from, leads to, code of the refusal)."""


def may(act: Act, state: State) -> bool:
    """Is this act offered in this state?"""
    return state in MOVES[act][0]


def epoch(at: datetime) -> int:
    """Seconds since 1970, the form of a time in event parameters (names end in ``_at``)."""
    return int(at.timestamp())


def _moved(conversation: Conversation, state: State, actor: str, now: datetime) -> Conversation:
    """In its new state; a snooze ends with the state it belongs to, automation lives in Closed alone."""
    return conversation._replace(
        state=state,
        state_at=now,
        state_by=actor,
        automation=state is State.CLOSED,
        wake_at=None,
        kept_wake_at=None,
        snooze_reason="",
    )


def _act(act: Act, conversation: Conversation, actor: str, now: datetime) -> Conversation:
    allowed, target, refusal = MOVES[act]
    if conversation.state not in allowed:
        raise Refused(refusal)
    return _moved(conversation, target, actor, now)


def _settled(conversation: Conversation) -> Conversation:
    return conversation._replace(
        unanswered=False,
        unanswered_since=None,
        deadline_at=None,
        deadline_kind=DeadlineKind.NONE,
    )


def waits_since(conversation: Conversation, last_answer_at: datetime | None) -> datetime | None:
    """Since when a guest would be waiting, were the row open: the rule behind «unanswered», from the facts."""
    last_in = conversation.last_in_at
    if last_in is None or conversation.no_reply_needed or conversation.machine:
        return None
    return last_in if last_answer_at is None or last_answer_at < last_in else None


def _waiting_again(conversation: Conversation, last_answer_at: datetime | None) -> Conversation:
    since = waits_since(conversation, last_answer_at)
    return conversation._replace(unanswered=since is not None, unanswered_since=since)


def close(conversation: Conversation, actor: str, now: datetime) -> Change:
    """To Closed: whoever was waiting is no longer, and automatic texts are allowed again."""
    code = Code.CLOSED_WITHOUT_REPLY if conversation.unanswered else Code.CLOSED
    return Change(_settled(_act(Act.CLOSE, conversation, actor, now)), code)


def reopen(conversation: Conversation, actor: str, now: datetime) -> Change:
    """Back to Open by hand, from Closed or before a snooze ends; it does not set «unanswered»."""
    return Change(_act(Act.REOPEN, conversation, actor, now), Code.REOPENED)


def snooze(
    conversation: Conversation,
    actor: str,
    now: datetime,
    until: datetime | None,
    reason: str = "",
    *,
    code: Code = Code.SNOOZED,
) -> Change:
    """To Pending until a time, or until the guest writes (``until`` None)."""
    if until is not None and until <= now:
        raise Refused("snooze_in_past")
    moved = _act(Act.SNOOZE, conversation, actor, now)._replace(wake_at=until, snooze_reason=reason)
    params: dict[str, str | int] = {"reason": reason} if reason else {}
    params["until_at"] = "reply" if until is None else epoch(until)
    return Change(moved, code, params)


def snooze_again(conversation: Conversation, actor: str, now: datetime) -> Change:
    """Back to Pending until the time that a message or a reply had ended."""
    until = conversation.kept_wake_at
    if until is None:
        raise Refused("nothing_snoozed")
    return snooze(conversation, actor, now, until, conversation.snooze_reason, code=Code.SNOOZED_AGAIN)


def wake(conversation: Conversation, now: datetime, late_after: timedelta) -> Change:
    """To Open because the time is up; said to be late when nobody was there to do it in time."""
    due = conversation.wake_at
    if conversation.state is not State.PENDING or due is None or due > now:
        return Change(conversation, None)
    params: dict[str, str | int] = {"due_at": epoch(due)}
    if conversation.snooze_reason:
        params["reason"] = conversation.snooze_reason
    moved = _moved(conversation, State.OPEN, "", now)
    return Change(moved, Code.WOKE_LATE if now - due > late_after else Code.WOKE, params)


def report_spam(conversation: Conversation, actor: str, now: datetime, rule: str = "") -> Change:
    """To Spam: it rings never and counts nowhere."""
    moved = _settled(_act(Act.SPAM, conversation, actor, now))
    return Change(moved._replace(spam_rule=rule), Code.SPAM, {"rule": rule} if rule else {})


def not_spam(conversation: Conversation, actor: str, now: datetime, last_answer_at: datetime | None = None) -> Change:
    """Back to Open, waiting for an answer if the guest spoke last."""
    moved = _act(Act.NOT_SPAM, conversation, actor, now)._replace(spam_rule="")
    return Change(_waiting_again(moved, last_answer_at), Code.NOT_SPAM)


def no_reply_needed(conversation: Conversation) -> Change:
    """Nothing is owed for what the guest wrote last; their next message changes that."""
    if conversation.no_reply_needed or conversation.state is State.SPAM:
        raise Refused("is_spam" if conversation.state is State.SPAM else "nothing_to_answer")
    return Change(_settled(conversation)._replace(no_reply_needed=True), Code.NO_REPLY_NEEDED)


def reply_needed(conversation: Conversation, last_answer_at: datetime | None = None) -> Change:
    """Takes «no reply needed» back."""
    if not conversation.no_reply_needed:
        raise Refused("nothing_to_answer")
    owed = conversation._replace(no_reply_needed=False)
    if owed.state in (State.OPEN, State.PENDING):
        owed = _waiting_again(owed, last_answer_at)
    return Change(owed, Code.REPLY_NEEDED)


def move_to_inbox(conversation: Conversation, actor: str, now: datetime) -> Change:
    """A row of machine mail is treated as a guest's from now on."""
    if not conversation.machine:
        raise Refused("not_machine")
    moved = _act(Act.MOVE_TO_INBOX, conversation, actor, now)._replace(machine=False)
    return Change(_waiting_again(moved, None), Code.MOVED_TO_INBOX)


def guest_wrote(
    conversation: Conversation, at: datetime, now: datetime, last_answer_at: datetime | None = None
) -> Change:
    """A guest's message: Closed and Pending come back to Open, Spam stays where it is.

    ``at`` is the vendor's time; an old message that arrives after a newer answer does not make anybody wait.
    """
    heard: dict[str, Any] = {
        "last_in_at": at if conversation.last_in_at is None else max(at, conversation.last_in_at),
        "no_reply_needed": False,
        "machine": False,
    }
    if conversation.state is State.SPAM:
        return Change(conversation._replace(**heard), None)
    if last_answer_at is None or last_answer_at < at:
        since = conversation.unanswered_since if conversation.unanswered else None
        heard |= {"unanswered": True, "unanswered_since": min(since, at) if since else at}
    after = conversation._replace(**heard)
    if conversation.state is State.CLOSED:
        return Change(_moved(after, State.OPEN, "", now), Code.REOPENED_BY_GUEST)
    if conversation.state is State.PENDING:
        return Change(*_ended_snooze(after, "", now, Code.WOKEN_BY_GUEST))
    return Change(after, None)


def _ended_snooze(
    conversation: Conversation, actor: str, now: datetime, code: Code
) -> tuple[Conversation, Code, dict[str, str | int]]:
    """Open again before its time; time and reason are kept for «snooze again»."""
    until = conversation.wake_at
    moved = _moved(conversation, State.OPEN, actor, now)._replace(
        kept_wake_at=until if until is not None and until > now else None,
        snooze_reason=conversation.snooze_reason,
    )
    return moved, code, {} if until is None else {"until_at": epoch(until)}


def replied(conversation: Conversation, actor: str, now: datetime) -> Change:
    """A person or a bot answered: nobody waits, and the row is in Open (a reply to spam says that it was none)."""
    answered = _settled(conversation)
    if conversation.state is State.CLOSED:
        return Change(_moved(answered, State.OPEN, actor, now), Code.REOPENED_BY_REPLY)
    if conversation.state is State.PENDING:
        return Change(*_ended_snooze(answered, actor, now, Code.WOKEN_BY_REPLY))
    if conversation.state is State.SPAM:
        return Change(_moved(answered, State.OPEN, actor, now)._replace(spam_rule=""), Code.NOT_SPAM)
    return Change(answered, None)


def talked(conversation: Conversation) -> Conversation:
    """Somebody talked with the guest on the telephone: nobody waits, and the row stays where it is."""
    return _settled(conversation)


def send_failed(conversation: Conversation, now: datetime) -> Change:
    """What a person sent did not arrive, or may not have: back to Open, waiting; the guest's silence is ours."""
    if conversation.state is State.SPAM:
        return Change(conversation, None)
    since = conversation.unanswered_since or conversation.last_in_at or now
    waiting = conversation._replace(unanswered=True, unanswered_since=since, no_reply_needed=False)
    if conversation.state is State.CLOSED:
        return Change(_moved(waiting, State.OPEN, "", now), Code.REOPENED_BY_FAILURE)
    if conversation.state is State.PENDING:
        return Change(*_ended_snooze(waiting, "", now, Code.REOPENED_BY_FAILURE))
    return Change(waiting, None)


def history_imported(conversation: Conversation, at: datetime, *, inbound: bool) -> Conversation:
    """One message of the first back-fill: nobody is woken and nobody waits."""
    if not inbound:
        return conversation
    return conversation._replace(last_in_at=at if conversation.last_in_at is None else max(at, conversation.last_in_at))


def new_for_guest(guest_id: int, now: datetime, *, property_: str = "", thread_key: str = "") -> Conversation:
    """For a first message of a guest, or one that an operator starts: in Open."""
    return Conversation(
        id=0, guest_id=guest_id, property=property_, thread_key=thread_key, state_at=now, last_at=now, created_at=now
    )


def new_quiet(
    guest_id: int, now: datetime, *, property_: str = "", thread_key: str = "", machine: bool = False
) -> Conversation:
    """For what no guest began (history, a planned send, machine mail): in Closed and All, automation on."""
    return Conversation(
        id=0,
        guest_id=guest_id,
        property=property_,
        thread_key=thread_key,
        state=State.CLOSED,
        state_at=now,
        automation=True,
        machine=machine,
        last_at=now,
        created_at=now,
    )
