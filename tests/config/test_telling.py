"""Who is told, what stands under mails and how many SMS: what a configuration may say of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tui_inbox.bootstrap.opening import build_desk
from tui_inbox.config import ConfigError, load
from tui_inbox.domain.footer import Footer

HOTEL = '[hotel]\nname = "H"\ntime_zone = "Europe/Paris"\n'
SMS = (
    '[channels.desk-sms]\ntype = "twilio"\naccount_sid = "AC00000000000000000000000000000000"\nsecret = "s"\n'
    'from = "+33700000000"\n'
)


def loaded(tmp_path: Path, text: str):  # type: ignore[no-untyped-def]
    file = tmp_path / "config.toml"
    file.write_text(HOTEL + text, encoding="utf-8")
    return load(file)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ('owner = "somebody"', ["config_bad_mail"]),
        ('[receiver]\nlisten = "127.0.0.1:1"\npublic_url = "http://h.example"', ["config_bad_public_url"]),
        ('[receiver]\npublic_url = "https://h.example"', ["config_nobody_listens"]),
        ("[sms.accounts]\ndesk-sms = 5", ["config_no_such_name"]),
        ('[footers.xx]\nmarketing = "a"', ["config_bad_language"]),
        ("[sms]\nmonthly_segments = -1", ["config_out_of_range"]),
    ],
)
def test_mistakes_are_named(tmp_path: Path, text: str, codes: list[str]) -> None:
    with pytest.raises(ConfigError) as found:
        loaded(tmp_path, text)
    assert [problem.code for problem in found.value.problems] == codes


def test_the_desk_knows_them(tmp_path: Path) -> None:
    text = (
        'owner = "owner@h.example"\n[receiver]\nlisten = "127.0.0.1:8765"\npublic_url = "https://h.example/"\n'
        f'[sms]\nmonthly_segments = 100\n[footers.fr]\nmarketing = "Offres ##{{{{unsubscribe}}}}"\n{SMS}'
    )
    desk = build_desk(loaded(tmp_path, text))
    assert (desk.owner, desk.public_url, desk.sms_segments) == (
        "owner@h.example",
        "https://h.example",
        {"desk-sms": 100},
    )
    assert desk.footers == {"fr": Footer("", "Offres ##{{unsubscribe}}", "")}
    own = build_desk(loaded(tmp_path, f"[sms]\nmonthly_segments = 100\n[sms.accounts]\ndesk-sms = 0\n{SMS}"))
    assert own.sms_segments == {}
    assert build_desk(loaded(tmp_path, SMS)).public_url == ""
