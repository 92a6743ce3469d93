"""The hotel's own values: words and numbers, the latter with a unit that guests do not see."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage.store import SqlStore
from tests.builders import NOW
from tui_inbox.bootstrap.opening import build_desk
from tui_inbox.config import ConfigError, load
from tui_inbox.domain.template import Template, TemplateKind
from tui_inbox.services import templates
from tui_inbox.services.variables import known

HOTEL = '[hotel]\nname = "H"\ntime_zone = "Europe/Paris"\n[hotel.variables]\n'


def test_a_number_is_told_without_its_unit_and_offered_with_it(sqlite_store: SqlStore, tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(HOTEL + 'wifi = "Guests"\nlate = { value = 30, unit = "min" }\nfloors = 4\n', encoding="utf-8")
    desk = build_desk(load(file))
    units = {one.name: one.unit for one in known(TemplateKind.REMINDER, desk)}
    assert (units["late"], units["floors"], units["wifi"]) == ("min", "", "")
    template = Template(0, TemplateKind.REMINDER, "x", "en", "##{{wifi}}: ##{{late}} minutes, ##{{floors}} floors")
    assert templates.preview(desk, template, NOW).text == "Guests: 30 minutes, 4 floors"


@pytest.mark.parametrize("value", ['{ value = "x" }', '{ unit = "min" }', "[1]", '{ value = 1, uint = "m" }'])
def test_anything_else_is_a_mistake_of_the_file(tmp_path: Path, value: str) -> None:
    file = tmp_path / "config.toml"
    file.write_text(f"{HOTEL}late = {value}\n", encoding="utf-8")
    with pytest.raises(ConfigError):
        load(file)
