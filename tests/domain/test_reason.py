"""A reason in one column: its code comes back, and the names that its sentence is filled with."""

from __future__ import annotations

import pytest

from tui_inbox.domain.reason import kept, read


@pytest.mark.parametrize(
    ("code", "params"),
    [
        ("stopped", {}),
        ("missing_value", {"name": "first_name"}),
        ("unknown_variable_near", {"name": "prénom & nom?", "nearest": "first_name", "line": 2}),
    ],
)
def test_code_and_names_come_back(code: str, params: dict[str, str | int]) -> None:
    assert read(kept(code, params)) == (code, {key: str(value) for key, value in params.items()})


def test_a_reason_without_names_is_its_code() -> None:
    assert kept("stopped", {}) == "stopped"
