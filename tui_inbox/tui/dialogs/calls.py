"""Telephone: a call of another line written down, and where calls to the hotel's number go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_inbox.domain.errors import Refused
from tui_inbox.services import calling
from tui_inbox.services.calling import Talk
from tui_inbox.tui.dialogs.form import Field, Form, Values
from tui_inbox.wording import N_, _, labelled, sentence

if TYPE_CHECKING:
    from tui_inbox.ports.store import Job
    from tui_inbox.tui.screens.channels import ChannelsScreen
    from tui_inbox.tui.screens.inbox_acts import InboxActs

TALKS = {
    Talk.TAKEN: N_("the guest called, we talked"),
    Talk.CALLED: N_("we called, we talked"),
    Talk.NOT_REACHED: N_("we called, nobody took it"),
}


async def ask_call(screen: InboxActs) -> dict[str, object] | None:
    """Who called whom, how long, and what about."""
    app, row = screen.desk_app, screen.rows.current
    if row is None:
        return None
    fields = [
        Field("talk", _("call"), choices=tuple((talk.value, _(words)) for talk, words in TALKS.items())),
        Field("length", _("minutes"), "1", hint=_("3, or 2:30"), proposed=True),
        Field("note", _("note"), hint=_("For the desk only; the guest never sees it.")),
    ]

    async def save(values: Values) -> None:
        talk, length, note = Talk(values["talk"]), values["length"], values["note"]
        desk, now = app.session.desk, app.now()
        await screen.gateway.write(calling.log_call, desk, app.actor, row.id, talk, length, note, now)

    if not await app.push_screen_wait(Form(app.ink, _("Write a call down"), fields, save)):
        return None
    await screen.after_act()
    screen.say(_("call written down; u takes it back"))
    return {}


async def ask_route(screen: ChannelsScreen, account: str) -> None:
    """What the number does now, as the worker finds it, and what it should do."""
    app = screen.desk_app
    screen.say(_("asked the worker…"))
    try:
        now = _done(await screen.question("calls", account, {}))
    except Refused as refusal:
        screen.say(_why(refusal), "bold urgent")
        return
    screen.say("")
    ringing = _("Seconds, {least} to {most}; keep it shorter than that telephone's own voicemail.")
    limits = {"least": calling.LEAST_RINGING, "most": calling.MOST_RINGING}
    fields = [
        Field("target", _("rings at"), str(now["target"]), hint=_("A telephone number; empty: nowhere.")),
        Field("after", _("rings for"), str(now["after"]), hint=ringing.format(**limits)),
        Field(
            "voicemail",
            _("voicemail"),
            "1" if now["voicemail"] else "",
            choices=(("", _("no")), ("1", _("yes"))),
            hint=_("What nobody takes is recorded and comes into the guest's thread."),
        ),
    ]
    kept: dict[str, str | int] = {}

    async def save(values: Values) -> None:
        after = int(values["after"]) if values["after"].isdecimal() and len(values["after"]) < 5 else 0
        voicemail = int(bool(values["voicemail"]))
        wanted: dict[str, str | int] = {"target": values["target"], "after": after, "voicemail": voicemail}
        kept.update(_done(await screen.question("calls_set", account, wanted)))

    title = labelled(account, sentence(*calling.in_words(now)))
    if not await app.push_screen_wait(Form(app.ink, title, fields, save)):
        return
    words = sentence(*calling.in_words(kept))
    if not calling.fetched(app.session.desk, account):
        words = f"{words} {_('“calls = true” in the configuration brings them into the threads.')}"
    screen.say(words, "ok")


def _done(job: Job | None) -> dict[str, str | int]:
    """Raises ``Refused`` with what the worker was told."""
    if job is None:
        raise Refused("worker_silent")
    result = dict(job.result)
    if job.state != "done":
        raise Refused(str(result.pop("code", "job_failed")), **result)
    return result


def _why(refusal: Refused) -> str:
    vendor = str(refusal.params.get("vendor_text", ""))
    return " ".join(part for part in (sentence(refusal.code, refusal.params), vendor) if part)
