"""What goes wrong becomes a sentence and an exit code; a trace goes to a private file, without secrets."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tui_inbox.bootstrap.redaction import redacted
from tui_inbox.cli import looking
from tui_inbox.cli.failing import CHANNEL, ERROR, STORE, report, unexpected
from tui_inbox.domain.errors import ChannelError, NotFound, Refused, Rejected, StoreError

CANARY = "canary-5f1e77aa"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Refused("secret_missing", name="x"), ERROR),
        (NotFound("conversation 5"), ERROR),
        (StoreError("busy"), STORE),
        (ChannelError("unreachable"), CHANNEL),
        (Rejected("bad_number", vendor_code="21211", vendor_text="The 'To' number is not valid."), CHANNEL),
    ],
)
def test_each_kind_of_error_has_its_code_and_a_sentence(
    error: Exception, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert report(error) == code
    said = capsys.readouterr().err
    assert " " in said.strip()
    assert "{" not in said


def test_the_vendor_s_words_are_shown_exactly(capsys: pytest.CaptureFixture[str]) -> None:
    report(Rejected("bad_number", vendor_code="21211", vendor_text="The 'To' number \x1b[31m+1 is not valid."))
    said = capsys.readouterr().err
    assert "(21211)" in said
    assert "The 'To' number" in said
    assert "\x1b" not in said


def test_the_unforeseen_is_a_number_and_a_private_file(
    run: Run, sample_hotel: Path, house: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: object, **_kwargs: object) -> None:
        local_secret = CANARY
        raise RuntimeError(f"https://api.example/?token={CANARY}&x=1 {len(local_secret)}")

    monkeypatch.setattr(looking, "build_desk", broken)
    result = run("list")
    assert result.code == 1
    assert "Traceback" not in result.err
    (log,) = (house / "state" / "tui-inbox").glob("error-*.log")
    assert log.stem.removeprefix("error-") in result.err
    assert str(log) in result.err
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    text = log.read_text()
    assert "RuntimeError" in text
    assert CANARY not in text


def test_where_no_file_can_be_written_the_kind_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (line,) = unexpected(RuntimeError("x"), tmp_path / "file")
    assert "RuntimeError" in line


@pytest.mark.parametrize(
    "text",
    [
        f"Authorization: Basic {CANARY}",
        f"'authorization': 'Bearer {CANARY}'",
        f"https://api.example/x?access_token={CANARY}&page=1",
        f"postgresql+psycopg://desk:{CANARY}@db/inbox",
        f'{{"password": "{CANARY}"}}',
        f"X-Api-Key: {CANARY}",
    ],
)
def test_secrets_are_taken_out_of_what_is_written(text: str) -> None:
    assert CANARY not in redacted(text)


def test_an_interrupt_ends_with_130(run: Run, sample_hotel: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_args: object, **_kwargs: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(looking, "build_desk", interrupted)
    assert run("list").code == 130


def test_usage_is_2_and_a_configuration_with_mistakes_is_3(run: Run, house: Path) -> None:
    assert run("frobnicate").code == 2
    assert run("list", "--limit", "many").code == 2
    assert run("channel").code == 2
    file = house / "c.toml"
    file.write_text('[hotel]\nname = "x"\ntime_zone = "Paris"\n')
    result = run("--config", str(file), "list")
    assert result.code == 3
    assert f"{file}:3: [hotel]" in result.err


def test_a_store_that_cannot_be_used_is_4(run: Run, house: Path) -> None:
    file = house / "c.toml"
    file.write_text(f'[hotel]\nname = "x"\ntime_zone = "UTC"\n[store]\nurl = "sqlite:///{house}/none.db"\n')
    result = run("--config", str(file), "list")
    assert result.code == 4
    assert "none.db" in result.err
    assert not (house / "none.db").exists()


def test_help_is_in_the_reader_s_language(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "usage:" in run("--help").out
    monkeypatch.setenv("LANG", "fr_FR.UTF-8")
    french = run("--help").out
    assert "Tous les messages" in french
    assert "usage :" in french
    monkeypatch.setenv("LANG", "ko_KR.UTF-8")
    assert "usage:" in run("--help").out


def test_the_inbox_on_a_pipe_gives_advice_instead_of_control_sequences(run: Run, sample_hotel: Path) -> None:
    for words in ((), ("demo",)):
        result = run(*words)
        assert result.code == 2
        assert "tui-inbox list" in result.err
        assert "\x1b" not in result.out
