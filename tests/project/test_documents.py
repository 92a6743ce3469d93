"""What the documents tell the reader to type exists; what is generated is as the program would generate it."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tui_inbox.cli.parser import COMMANDS, build
from tui_inbox.tui import keymap, places  # noqa: F401 - its screens are commands too

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([ROOT / "README.md", ROOT / "config.example.toml", *(ROOT / "docs").glob("*.md")])
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
_CODE = re.compile(r"```(?:sh|console|bash)\n(.*?)```|`([^`\n]+)`", re.DOTALL)
_PLACEHOLDER = re.compile(r"^[A-Z][A-Z_-]*$")


def typed(document: Path) -> list[str]:
    """Every command line in a document's code."""
    text = document.read_text(encoding="utf-8")
    lines: list[str] = []
    for block, inline in _CODE.findall(text):
        for line in (block or inline).splitlines():
            stripped = line.strip().removeprefix("$ ").split("  #")[0].split(" | ")[0].strip()
            if stripped.startswith(("tui-inbox ", "uvx tui-inbox ", "make ")):
                lines.append(stripped.removeprefix("uvx "))
    return lines


def command_lines() -> list[tuple[str, str]]:
    return [(document.name, line) for document in DOCUMENTS for line in typed(document)]


@pytest.mark.parametrize(("document", "line"), command_lines())
def test_a_command_in_a_document_is_understood(document: str, line: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = shlex.split(line.split(" < ")[0].split(" && ")[0])
    if words[0] == "make":
        for target in [word for word in words[1:] if "=" not in word]:
            assert re.search(rf"^{re.escape(target)}:", MAKEFILE, re.MULTILINE), line
        return
    arguments = ["1" if _PLACEHOLDER.match(word) and word == "ID" else word for word in words[1:]]
    if "COMMAND" in arguments:
        return
    build().parse_args([word for word in arguments if word not in {"--version", "--help"}])


def test_every_target_of_the_makefile_is_explained() -> None:
    (phony,) = re.findall(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)
    for target in phony.split():
        assert re.search(rf"^{target}:.* ## .+$", MAKEFILE, re.MULTILINE), target


def test_every_command_is_in_the_readme_or_the_manual() -> None:
    text = "".join(document.read_text(encoding="utf-8") for document in DOCUMENTS)
    missing = [command.words for command in COMMANDS if f"tui-inbox {command.words}" not in text]
    assert not missing


def test_the_list_of_keys_is_the_command_table() -> None:
    assert (ROOT / "docs" / "keys.md").read_text(encoding="utf-8") == keymap.markdown(), (
        "run: tui-inbox keys --markdown > docs/keys.md"
    )


def test_the_readme_fits_in_200_lines() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 200


def test_local_links_lead_somewhere() -> None:
    broken = []
    for document in DOCUMENTS:
        for target in re.findall(r"\]\((?!https?:|#)([^)#\s]+)", document.read_text(encoding="utf-8")):
            if not (document.parent / target).exists():
                broken.append(f"{document.name}: {target}")
    assert not broken
