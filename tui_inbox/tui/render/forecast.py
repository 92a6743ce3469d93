"""What would leave: by which channel, for how much, in which words; or why nothing would."""

from __future__ import annotations

from tui_inbox.services.tonight import Forecast
from tui_inbox.tui.render.columns import field
from tui_inbox.tui.render.compose import cost_words
from tui_inbox.tui.render.line import Part
from tui_inbox.tui.render.scene import Scene
from tui_inbox.wording import _, labelled, sentence


def cells(scene: Scene, forecast: Forecast) -> tuple[list[Part], list[Part]]:
    """For a list: channels and price, or the reason."""
    if forecast.reason:
        return [(sentence(forecast.reason), "soon")], []
    ways = ", ".join(scene.channel(letter.account, letter.channel)[1] for letter in forecast.prepared.letters)
    prices = " + ".join(cost_words(cost) for cost in forecast.costs)
    return [(ways, "muted")], [(prices, "text")]


def lines(scene: Scene, forecast: Forecast) -> list[list[Part]]:
    """Beside the list: why this way, and the text as the guest gets it."""
    found: list[list[Part]] = []
    refused = [code for _channel, code in forecast.prepared.ways.refused]
    if forecast.reason and forecast.reason not in refused:
        found.append([(sentence(forecast.reason), "soon")])
    found += [refusal(scene, channel, code) for channel, code in forecast.prepared.ways.refused]
    for letter, cost in zip(forecast.prepared.letters, forecast.costs, strict=True):
        way = f"{scene.channel(letter.account, letter.channel)[1]} {letter.address}"
        found.append([(way, "bold text"), ("  ", ""), (cost_words(cost), "text")])
        if letter.subject:
            found.append(field(_("subject"), letter.subject))
        found += [[(line, "text")] for line in letter.text.split("\n")]
    return found


def refusal(scene: Scene, channel: str, code: str) -> list[Part]:
    """Why not by this channel."""
    return [(labelled(scene.channel("", channel)[1], ""), "muted"), (sentence(code), "soon")]
