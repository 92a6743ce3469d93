"""What the worker was asked to do: waiting for its answer, and saying it."""

from __future__ import annotations

import asyncio

from tui_inbox.ports.store import Job
from tui_inbox.services import channels
from tui_inbox.tui.gateway import Gateway
from tui_inbox.tui.render.line import Part
from tui_inbox.wording import sentence

ANSWER_SECONDS = 20.0
LOOK_SECONDS = 0.25


async def answer(gateway: Gateway, job_id: int) -> Job | None:
    """The job once it is done; None when nobody did it in time."""
    for _turn in range(int(ANSWER_SECONDS / LOOK_SECONDS)):
        job = await gateway.read(channels.answer, job_id)
        if job is not None and job.state != "queued":
            return job
        await asyncio.sleep(LOOK_SECONDS)
    return None


def answer_words(job: Job, fine: str) -> Part:
    """What the worker found, as one line."""
    result = job.result
    if job.state == "done":
        name = str(result.get("account_name", ""))
        return (f"{fine}  {name}".rstrip(), "ok")
    code = str(result.get("code", "job_failed"))
    vendor = str(result.get("vendor_text", ""))
    return (" ".join(part for part in (sentence(code, result), vendor) if part), "bold urgent")
