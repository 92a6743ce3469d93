"""``db`` and ``import``."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from tests.cli.conftest import Run

pytestmark = pytest.mark.usefixtures("sample_hotel")


def test_backup_is_private_checked_and_never_overwrites(run: Run, house: Path) -> None:
    copy = house / "copies" / "inbox.db"
    result = run("db", "backup", str(copy))
    assert result.code == 0
    assert "checked" in result.out
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert run("db", "backup", str(copy)).code == 4
    assert run("db", "backup").code == 0
    assert list((house / "backups").glob("*.db"))


def test_a_whole_store_passes_and_a_damaged_one_is_exit_4(run: Run, house: Path) -> None:
    assert run("db", "check").code == 0
    content = bytearray((house / "inbox.db").read_bytes())
    content[8192:12288] = bytes(4096)
    for name in ("inbox.db-wal", "inbox.db-shm"):
        (house / name).unlink(missing_ok=True)
    (house / "inbox.db").write_bytes(content)
    result = run("db", "check")
    assert result.code == 4
    assert "Traceback" not in result.err


def test_a_store_of_this_version_needs_no_upgrade(run: Run) -> None:
    result = run("db", "upgrade")
    assert result.code == 0
    assert "up to date" in result.out


CSV = (
    "N° de réservation;Nom du client;Arrivée;Départ;Chambre;Téléphone\n"
    "R-1;Zoé Martin;24/12/2026;26/12/2026;204;06 12 34 56 99\n"
    "R-2;;24/12/2026;26/12/2026;205;\n"
).encode("cp1252")


def test_a_file_is_previewed_imported_and_imported_again_without_change(run: Run, house: Path) -> None:
    file = house / "resa.csv"
    file.write_bytes(CSV)
    words = ("--operator", "ana", "import", "reservations", str(file))
    dry = run(*words, "--dry-run")
    assert "1 new" in dry.out
    assert "line 3" in dry.err
    assert dry.code == 1
    assert "1 new" in run(*words).out
    assert "0 new stays, 0 changed, 1 unchanged" in run(*words).out


def test_columns_named_by_hand_are_remembered(run: Run, house: Path) -> None:
    file = house / "odd.csv"
    file.write_text("K1;K2;K3\nZoé;2026-12-24;2026-12-26\n")
    words = ("--operator", "ana", "import", "reservations", str(file))
    assert run(*words).code == 1
    mapped = run(*words, "--map", "guest=K1", "--map", "arrival=2", "--map", "departure=K3")
    assert mapped.code == 0
    assert "guest = K1" in run(*words).out
    assert run(*words, "--map", "guest=K9").code == 2
    assert run(*words, "--map", "colour=K1").code == 2
