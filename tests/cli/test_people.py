"""Who sits at the keyboard: the forced command's name or the real user, never an environment variable."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tui_inbox.bootstrap.people import os_user, people, who
from tui_inbox.config import Config, parse
from tui_inbox.domain.errors import Refused

TWO = """
[hotel]
name = "x"
time_zone = "UTC"
[operators.ana]
name = "Ana Lopez"
os_user = "alopez"
property = "annex"
[operators.dir]
name = "Director"
os_user = "director"
role = "admin"
[properties.annex]
name = "Annexe"
"""


def config(text: str = TWO) -> Config:
    return parse(text.encode(), Path("config.toml")).config


def test_the_os_user_is_mapped_to_its_person() -> None:
    actor = who(config(), None, "alopez")
    assert actor is not None
    assert (actor.code, actor.name, actor.role, actor.property) == ("ana", "Ana Lopez", "operator", "annex")


def test_a_shared_account_is_nobody_until_somebody_says_who() -> None:
    assert who(config(), None, "tui-inbox") is None
    actor = who(config(), "ana", "tui-inbox")
    assert actor is not None
    assert actor.code == "ana"


def test_a_person_s_own_user_cannot_be_somebody_else() -> None:
    with pytest.raises(Refused) as caught:
        who(config(), "dir", "alopez")
    assert caught.value.code == "not_this_operator"
    admin = who(config(), "ana", "director")
    assert admin is not None
    assert admin.code == "ana"


def test_an_unknown_name_is_refused_with_the_known_ones() -> None:
    with pytest.raises(Refused) as caught:
        who(config(), "eve", "tui-inbox")
    assert caught.value.params["known"] == "ana, dir"


def test_without_operators_whoever_starts_it_is_the_admin() -> None:
    alone = config('[hotel]\nname = "x"\ntime_zone = "UTC"\n')
    actor = who(alone, None, "marie")
    assert actor is not None
    assert (actor.code, actor.role) == ("marie", "admin")
    assert list(people(alone, "marie")) == ["marie"]


@pytest.mark.parametrize("variable", ["LOGNAME", "USER", "LNAME", "USERNAME", "SUDO_USER"])
def test_the_environment_cannot_make_a_director(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    real = os_user()
    monkeypatch.setenv(variable, "director")
    assert os_user() == real
    assert who(config(), None) is None


def test_a_user_without_a_name_is_a_number() -> None:
    assert os_user(4_000_000_000 - 1) == str(4_000_000_000 - 1)
    assert os_user(os.getuid())
