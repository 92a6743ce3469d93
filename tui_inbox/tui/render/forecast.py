"""What would leave: by which channel, for how much, in which words; or why nothing would."""

from __future__ import annotations

from collections.abc import Sequence

from tui_inbox.domain.reason import read
from tui_inbox.services.tonight import Forecast
from tui_inbox.tui.render.columns import field
from tui_inbox.tui.render.compose import cost_words
from tui_inbox.tui.render.line import Part
from tui_inbox.tui.render.scene import Scene
from tui_inbox.wording import _, labelled, sentence


def reason_words(reason: str) -> str:
    """The sentence of a reason as it is kept."""
    return sentence(*read(reason))


def cells(scene: Scene, forecast: Forecast) -> tuple[list[Part], list[Part]]:
    """For a list: channels and price, or the reason."""
    if forecast.reason:
        return [(reason_words(forecast.reason), "soon")], []
    ways = ", ".join(scene.channel(letter.account, letter.channel)[1] for letter in forecast.prepared.letters)
    prices = " + ".join(cost_words(cost) for cost in forecast.costs)
    return [(ways, "muted")], [(prices, "text")]


def lines(scene: Scene, forecast: Forecast) -> list[list[Part]]:
    """Beside the list: why not, or why this way, and the text as the guest gets it."""
    found: list[list[Part]] = []
    if forecast.reason:
        found.append([(reason_words(forecast.reason), "soon")])
    found += refusals(scene, forecast.prepared.ways.refused, forecast.reason)
    for letter, cost in zip(forecast.prepared.letters, forecast.costs, strict=True):
        way = f"{scene.channel(letter.account, letter.channel)[1]} {letter.address}"
        found.append([(way, "bold text"), ("  ", ""), (cost_words(cost), "text")])
        if letter.subject:
            found.append(field(_("subject"), letter.subject))
        found += [[(line, "text")] for line in letter.text.split("\n")]
    return found


def _why(code: str, channels: str) -> str:
    """After the channels' names; the sentence about all of a rule's channels would not be true of one."""
    return _("no address") if code == "no_address" else sentence(code, {"channel": channels})


def refusals(scene: Scene, refused: Sequence[tuple[str, str]], said: str = "") -> list[list[Part]]:
    """Why not by these channels: each reason once, and what was ``said`` already only where others have their own."""
    by_reason: dict[str, list[str]] = {}
    for channel, code in refused:
        by_reason.setdefault(code, []).append(scene.channel("", channel)[1])
    if set(by_reason) == {read(said)[0]}:
        return []
    return [
        [(labelled(", ".join(channels), ""), "muted"), (_why(code, ", ".join(channels)), "soon")]
        for code, channels in by_reason.items()
    ]
