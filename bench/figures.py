"""One line of the report: our figure, its floor in the same run, and what is asked of their ratio."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Figure:
    """``ours`` against ``floor``, or against a fixed bound where ``floor`` is None."""

    goal: str
    """Number of the goal and what was measured."""
    ours: float
    floor: float | None
    unit: str
    must: float
    """Largest ratio to the floor that is good enough; without a floor the largest value."""
    moonshot: float | None = None

    @property
    def measure(self) -> float:
        return self.ours / self.floor if self.floor else self.ours

    @property
    def holds(self) -> bool:
        return self.measure <= self.must

    def line(self) -> str:
        floor = f"{self.floor:>10.3f}" if self.floor is not None else f"{'-':>10}"
        sign = "x" if self.floor is not None else " "
        moonshot = f"{self.moonshot:>8.2f}" if self.moonshot is not None else f"{'-':>8}"
        verdict = "holds" if self.holds else "MISSED"
        if self.holds and self.moonshot is not None and self.measure <= self.moonshot:
            verdict = "moonshot"
        return (
            f"{self.goal:<58}{self.ours:>10.3f}{floor} {self.unit:<4}"
            f"{self.measure:>9.2f}{sign}{self.must:>8.2f}{moonshot}  {verdict}"
        )


HEADER = f"{'goal':<58}{'ours':>10}{'floor':>10} {'unit':<4}{'measure':>10}{'must':>8}{'moonshot':>8}  verdict"


def middle(values: Sequence[float]) -> float:
    """The median: machines are shared, so means mislead."""
    return median(values)


def p95(values: Sequence[float]) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
