"""A configuration is read whole, or every mistake in it is named with its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui_inbox.config import ConfigError, Problem, config_path, load, parse
from tui_inbox.wording import sentence

HOTEL = '[hotel]\nname = "Lumière"\ntime_zone = "Europe/Paris"\n'


def problems(text: str | bytes) -> list[Problem]:
    raw = text if isinstance(text, bytes) else text.encode()
    with pytest.raises(ConfigError) as caught:
        parse(raw, Path("config.toml"))
    return list(caught.value.problems)


def mistakes(raw: bytes) -> tuple[Problem, ...]:
    """Those of a file that may also be right."""
    try:
        parse(raw, Path("config.toml"))
    except ConfigError as error:
        return error.problems or (Problem("none_listed", ()),)
    return ()


def only(text: str | bytes) -> Problem:
    (problem,) = problems(text)
    return problem


def said(problem: Problem) -> str:
    return sentence(problem.code, problem.params)


def test_the_smallest_configuration_has_every_default() -> None:
    config = parse(HOTEL.encode(), Path("config.toml")).config
    assert config.hotel.name == "Lumière"
    assert (config.worker.undo_seconds.chat, config.worker.undo_seconds.email) == (5, 10)
    assert config.ui.language == "auto"
    assert config.channels == {}


def test_a_byte_order_mark_is_no_mistake() -> None:
    assert parse(b"\xef\xbb\xbf" + HOTEL.encode(), Path("c")).config.hotel.name == "Lumière"


@pytest.mark.parametrize(
    ("lines", "code", "line", "table", "in_sentence"),
    [
        ("languge = 'fr'", "config_unknown_key_near", 4, "[hotel]", "language"),
        ("zzz = 1", "config_unknown_key", 4, "[hotel]", "time_zone"),
        ("[uii]\nmouse = true", "config_unknown_key_near", 4, "", "ui"),
        ("[ui]\nmouse = 'yes'", "config_want_yes_no", 5, "[ui]", '"yes"'),
        ("[ui]\ntheme = 'drak'", "config_not_a_choice_near", 5, "[ui]", "dark"),
        ("[ui]\ntheme = 3", "config_not_a_choice", 5, "[ui]", "ansi"),
        ("[worker.undo_seconds]\nchat = 31", "config_out_of_range", 5, "[worker.undo_seconds]", "0"),
        ("[worker]\nundo_seconds = { chat = -1 }", "config_out_of_range", 5, "[worker.undo_seconds]", "30"),
        ("[worker]\nundo_seconds = 5", "config_want_table", 5, "[worker]", "5"),
        ("[worker]\nundo_seconds = { chat = 2.5 }", "config_want_whole_number", 5, "[worker.undo_seconds]", "2.5"),
        ("[operators.Ana]\nname = 'Ana'", "config_bad_name", 4, "[operators]", "Ana"),
        ("[operators.ana]\nrole = 'admin'", "config_missing_key", 4, "[operators.ana]", "name"),
        ("[operators.ana]\nname = ''", "config_empty", 5, "[operators.ana]", "name"),
        ("[prices.sms]\nFR = 'cheap'", "config_bad_form", 5, "[prices.sms]", "cheap"),
        ("[store]\nurl = 5", "config_want_text", 5, "[store]", "5"),
        ("[store]\nurl = 'mysql://root:s3cret@h/x'", "config_secret_in_url", 5, "[store]", "secret set"),
        ("[store]\nurl = 'oracle://h/x'", "config_bad_store", 5, "[store]", "oracle"),
        ("[keys]\nreply = 5", "config_wrong_value", 5, "[keys]", "5"),
        ("[secrets]\npassword_command = 'pass show'", "config_want_list", 5, "[secrets]", "pass show"),
        ("[secrets]\npassword = 'x'", "config_secret_in_file", 5, "[secrets]", "secret set"),
        ("[channels.sms]\nfrom = '+331'", "config_missing_key", 4, "[channels.sms]", "type"),
        ("channels = 3", "config_unknown_key", 4, "[hotel]", "channels"),
        ("[operators.ana]\nname = 'A'\nproperty = 'annex'", "config_no_such_name", 6, "[operators.ana]", "annex"),
        ("[operators.ana]\nname = 'A'\nchannels = ['sms']", "config_no_such_name", 6, "[operators.ana]", "sms"),
    ],
)
def test_each_mistake_has_its_place_and_next_step(
    lines: str, code: str, line: int, table: str, in_sentence: str
) -> None:
    problem = only(HOTEL + lines + "\n")
    assert (problem.code, problem.line, problem.table) == (code, line, table)
    assert in_sentence in said(problem)
    assert "{" not in said(problem)


@pytest.mark.parametrize(
    ("hotel", "code", "in_sentence"),
    [
        ('time_zone = "Paris"', "config_bad_zone_near", "Europe/Paris"),
        ('time_zone = "Europe/Pariss"', "config_bad_zone_near", "Europe/Paris"),
        ('time_zone = "../../etc/passwd"', "config_bad_zone", "Europe/Paris"),
        ('time_zone = ""', "config_bad_zone", "Europe/Paris"),
        ('time_zone = "UTC"\nlanguage = "french"', "config_bad_language", "french"),
        ('time_zone = "UTC"\ncountry = "France"', "config_bad_country", "FR"),
        ('time_zone = "UTC"\ncurrency = "euro"', "config_bad_form", "euro"),
    ],
)
def test_zone_language_country_and_currency_must_be_real(hotel: str, code: str, in_sentence: str) -> None:
    problem = only(f'[hotel]\nname = "x"\n{hotel}\n')
    assert problem.code == code
    assert in_sentence in said(problem)


def test_all_mistakes_are_listed_in_the_order_of_the_file() -> None:
    found = problems('[hotel]\nnme = "x"\ntime_zone = 3\n[ui]\nmouse = 1\n')
    assert [(problem.key, problem.line) for problem in found] == [
        ("name", 1),
        ("nme", 2),
        ("time_zone", 3),
        ("mouse", 5),
    ]


def test_two_operators_cannot_be_one_user() -> None:
    text = HOTEL + '[operators.a]\nname="A"\nos_user="desk"\n[operators.b]\nname="B"\nos_user="desk"\n'
    assert said(only(text)) == 'os_user = "desk" is already the user of “a”.'


def test_operators_without_a_user_do_not_clash() -> None:
    text = HOTEL + '[operators.a]\nname="A"\n[operators.b]\nname="B"\n'
    assert set(parse(text.encode(), Path("c")).config.operators) == {"a", "b"}


@pytest.mark.parametrize(
    ("raw", "code", "line"),
    [
        (b"[hotel]\nname = \n", "config_not_toml", 2),
        (b"[hotel", "config_not_toml", 1),
        (b"[hotel]\nname = 'x'\nname = 'y'\n", "config_not_toml", 3),
        (b"[hotel]\nname = '\xff'\n", "config_not_utf8", 2),
        (b"x" * 1_000_001, "config_too_big", 0),
        (b"x = " + b"[" * 50_000, "config_not_toml", 0),
        (b"x = " + b"9" * 5_000, "config_not_toml", 0),
        (b"", "config_missing_key", 0),
        (b"hotel = 1", "config_want_table", 1),
    ],
)
def test_what_is_no_configuration_at_all_is_said(raw: bytes, code: str, line: int) -> None:
    problem = only(raw)
    assert problem.code == code
    assert line in (0, problem.line)


def test_a_long_value_is_cut_and_a_table_is_not_spelled_out() -> None:
    assert len(said(only(HOTEL + f"[ui]\ntheme = '{'x' * 500}'\n"))) < 200
    assert "s3cret" not in said(only(HOTEL + "[ui]\ntheme = { a = 's3cret' }\n"))


def test_lines_inside_a_long_text_are_not_taken_for_keys() -> None:
    text = '[hotel]\nname = """\ntime_zone = "no"\n"""\ntime_zone = "Nowhere/At_all"\n'
    assert only(text).line == 5


@given(st.binary(max_size=300))
@settings(max_examples=150, deadline=None)
def test_no_bytes_end_in_anything_but_a_config_error(raw: bytes) -> None:
    assert all(said(problem) != problem.code for problem in mistakes(raw))


@given(st.integers(0, 400), st.binary(min_size=1, max_size=3))
@settings(max_examples=150, deadline=None)
def test_a_mutated_example_is_read_or_refused(position: int, junk: bytes) -> None:
    raw = (HOTEL + '[ui]\nmouse = true\n[operators.ana]\nname = "Ana"\nchannels = []\n').encode()
    position %= len(raw)
    assert all(said(problem) != problem.code for problem in mistakes(raw[:position] + junk + raw[position + 1 :]))


def test_a_missing_file_names_the_next_step(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path / "none.toml")
    assert "tui-inbox init" in said(caught.value.problems[0])


def test_a_directory_is_unreadable_not_a_crash(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path)
    assert caught.value.problems[0].code == "config_unreadable"


def test_search_order_is_option_variable_xdg_etc(tmp_path: Path) -> None:
    xdg = tmp_path / "xdg" / "tui-inbox"
    xdg.mkdir(parents=True)
    environment = {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path / "xdg")}
    assert config_path(None, environment) == (xdg / "config.toml", False)
    (xdg / "config.toml").write_text("")
    assert config_path(None, environment) == (xdg / "config.toml", True)
    environment["TUI_INBOX_CONFIG"] = str(tmp_path / "b.toml")
    assert config_path(None, environment) == (tmp_path / "b.toml", False)
    assert config_path(str(tmp_path / "a.toml"), environment) == (tmp_path / "a.toml", False)
    assert config_path(None, {"HOME": str(tmp_path), "XDG_CONFIG_HOME": "relative"})[0] == (
        tmp_path / ".config" / "tui-inbox" / "config.toml"
    )
