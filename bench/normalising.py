"""What an adapter reads out of an envelope, beside the bare decoding of the same JSON into the same typed structures.

The payloads are the contract suite's: each kind of message that a vendor is known to send counts once, the rare ones
as much as plain text. The floor is whatever ``_json.decoded`` decodes while an envelope is read, decoded alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from adapters import _json
from bench.figures import Figure
from tests.adapters.rigs import RIGS
from tui_inbox.domain.errors import Malformed
from tui_inbox.ports.channel import Channel, Envelope

TURNS, REPEATS = 60, 12

Decoding = tuple[Callable[[bytes], Any], bytes]


def figures() -> Iterator[Figure]:
    """Goal 20, too: one for each channel whose vendor speaks JSON."""
    for name, rig in RIGS.items():
        channel = rig.opened("http://127.0.0.1:9")
        told = readable(channel, rig.payloads)
        if told:
            ours, floor = measured(channel, told)
            yield Figure(f"20 normalising an envelope of {name}", ours, floor, "µs", 2.0, 1.5)
        channel.close()


def readable(channel: Channel, payloads: Sequence[Envelope]) -> list[tuple[Envelope, list[Decoding]]]:
    """Each envelope with its decodings; what is no JSON is left out."""
    found = []
    for envelope in payloads:
        try:
            seen = _decodings(channel, envelope)
        except Malformed:
            continue
        if seen:
            found.append((envelope, seen))
    return found


def _decodings(channel: Channel, envelope: Envelope) -> list[Decoding]:
    """What reading this envelope decodes."""
    seen: list[Decoding] = []

    def watched(decode: Callable[[bytes], Any]) -> Callable[[bytes], Any]:
        def noted(content: bytes) -> Any:
            seen.append((decode, content))
            return decode(content)

        return noted

    channel.read(envelope)
    kept = dict(_json.DECODE)
    _json.DECODE.update({kind: watched(decode) for kind, decode in kept.items()})
    try:
        channel.read(envelope)
    finally:
        _json.DECODE.update(kept)
    return seen


def measured(channel: Channel, told: Sequence[tuple[Envelope, list[Decoding]]]) -> tuple[float, float]:
    """Microseconds of an envelope, ours and bare: turn about, and the best turn of each, for noise only ever adds."""
    envelopes = [envelope for envelope, _ in told]
    decodings = [decoding for _, seen in told for decoding in seen]

    def ours() -> None:
        read = channel.read
        for envelope in envelopes:
            read(envelope)

    def floor() -> None:
        for decode, content in decodings:
            decode(content)

    turns = [(_seconds(ours), _seconds(floor)) for _ in range(TURNS)]
    scale = 1e6 / len(envelopes)
    return min(turn[0] for turn in turns) * scale, min(turn[1] for turn in turns) * scale


def _seconds(work: Callable[[], None]) -> float:
    started = time.perf_counter()
    for _ in range(REPEATS):
        work()
    return (time.perf_counter() - started) / REPEATS
