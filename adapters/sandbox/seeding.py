"""Puts the sample hotel's past into the simulators, under the ids that the store has for it."""

from __future__ import annotations

from datetime import timedelta

from adapters.sandbox.letters import letter
from adapters.sandbox.mailbox import SandboxMailbox
from adapters.sandbox.pictures import png
from adapters.sandbox.reviewer import REVIEW_SECONDS
from adapters.sandbox.script import Desk, Elsewhere, Guest, Sample, Thread
from adapters.sandbox.twilio_account import ContentTemplate, Media, Step, StoredMessage, TwilioAccount
from tui_inbox.domain.consent import keyword
from tui_inbox.domain.sms import segments

_UNREACHABLE = ("hugo",)
"""Guests whose telephone is off."""


def account_of(sample: Sample) -> TwilioAccount:
    """A Twilio account that has lived through the script."""
    account = TwilioAccount(name=sample.hotel, sms=sample.sms, whatsapp=sample.whatsapp, review_seconds=REVIEW_SECONDS)
    account.unreachable = {sample.people[key].phone for key in _UNREACHABLE}
    account.templates = [
        ContentTemplate(
            sid=sample.id_of("HX", words.name, words.language),
            name=words.name,
            language=words.language,
            body=words.body,
            category=words.category,
            status=words.status,
            variables={str(n): name for n, name in enumerate(words.variables, 1)},
            reason=words.reason,
        )
        for words in sample.words
        if words.kind == "whatsapp"
    ]
    for thread in sample.threads:
        if thread.vendor == "twilio":
            _remember(account, sample, thread)
    return account


def fill_mailbox(mailbox: SandboxMailbox, sample: Sample) -> None:
    """The guests' mails, oldest first, in the INBOX."""
    mails = [
        (sample.at(line.ago), letter(sample, thread, n))
        for thread in sample.threads
        if thread.vendor == "email"
        for n, line in enumerate(thread.lines)
        if isinstance(line, Guest)
    ]
    for at, raw in sorted(mails, key=lambda entry: entry[0]):
        mailbox.deliver(raw, at=at)


def _remember(account: TwilioAccount, sample: Sample, thread: Thread) -> None:
    prefix = "whatsapp:" if thread.channel == "whatsapp" else ""
    guest = prefix + sample.people[thread.guest].phone
    own = prefix + sample.own(thread)
    for n, line in enumerate(thread.lines):
        if isinstance(line, Guest):
            _inbound(account, sample, thread, n, line, guest, own)
        elif isinstance(line, Elsewhere) or (isinstance(line, Desk) and line.fate not in ("planned", "unknown")):
            _outbound(account, sample, thread, n, line, guest, own)


def _inbound(account: TwilioAccount, sample: Sample, thread: Thread, n: int, line: Guest, guest: str, own: str) -> None:
    at = sample.at(line.ago)
    media = (Media(sample.id_of("ME", thread.key, n), "image/png", png(line.photo)),) if line.photo else ()
    parts = max(segments(line.text).count, 1)
    sid = sample.sid(thread, n)
    account.remember(StoredMessage(sid, "inbound", guest, own, line.text, at, (Step(at, "received"),), media, parts))
    word = keyword(line.text)
    if word is not None and word.stops:
        account.stopped.add((own, guest))


def _outbound(
    account: TwilioAccount, sample: Sample, thread: Thread, n: int, line: Desk | Elsewhere, guest: str, own: str
) -> None:
    at = sample.at(line.ago)
    steps = [Step(at, "queued"), Step(at, "sent")]
    fate = line.fate if isinstance(line, Desk) else "delivered"
    later = at + timedelta(seconds=20)
    if isinstance(line, Desk) and fate == "failed":
        steps.append(Step(later, "undelivered", line.error))
    else:
        steps.append(Step(later, "delivered"))
        if fate == "read":
            steps.append(Step(later + timedelta(seconds=20), "read"))
    parts = max(segments(line.text).count, 1)
    sid = sample.sid(thread, n)
    account.remember(StoredMessage(sid, "outbound-api", own, guest, line.text, at, tuple(steps), (), parts))
