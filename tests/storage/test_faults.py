"""A disk that fills up and folders that refuse: what was acknowledged stays, what was not is said in words."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

FILLER = """
import json, os, resource, sys
from storage.blobs import FileBlobs
from storage.store import open_store
from tests.builders import a_conversation, an_inbound
from tui_inbox.domain.errors import StoreError
from tui_inbox.wording import explain

url, folder, limit, filler = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
said, acknowledged = [], []

def write(store, size):
    with store.write() as t:
        row = an_inbound(t, t.conversations.load(1), "x" * size, external_id=f"E{len(acknowledged)}-{len(said)}")
        t.changed("conversation", 1)
    acknowledged.append(row.id)

with open_store(url) as store:
    with store.write() as t:
        a_conversation(t)
    if limit:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    for size in (20_000,) * 400:
        try:
            write(store, size)
        except StoreError as error:
            said.append([error.code, explain(error)])
            if len(said) == 3:
                break
    try:
        FileBlobs(folder + "/files").put(os.urandom(max(limit, 4_000_000) * 2))
    except StoreError as error:
        said.append([error.code, explain(error)])
    left = [path for path in os.listdir(folder + "/files/" + os.listdir(folder + "/files")[0])]
    with store.read() as t:
        read = [t.messages.get(number) is not None for number in acknowledged]
    if limit:
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    else:
        os.unlink(filler)
    before = len(acknowledged)
    write(store, 5_000)
with open_store(url) as store, store.read() as t:
    there = [t.messages.get(number) is not None for number in acknowledged]
    whole = t.db.value("PRAGMA integrity_check")
    stored = t.db.value("SELECT count(*) FROM message")
print(json.dumps({"acknowledged": before, "there": all(there), "read": all(read), "said": said, "whole": whole,
                  "stored": stored, "left": left}))
"""


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 6 MB; only root can have one."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=6m,mode=0700", "tmpfs", str(place)], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip("no file system can be mounted here")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def fill(template: Path, folder: Path, *, limit: int = 0, filled: int = 0) -> dict[str, object]:
    shutil.copy(template, folder / "inbox.db")
    filler = folder / "filler"
    filler.write_bytes(b"\0" * filled)
    command = [sys.executable, "-c", FILLER, f"sqlite:///{folder}/inbox.db", str(folder), str(limit), str(filler)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout)
    return found


def kept_every_promise(found: dict[str, object], code: str) -> None:
    said = found["said"]
    assert isinstance(said, list)
    assert [one for one, _ in said] == [code, code, code, "disk_full"], "three messages, then a file"
    assert all("{" not in words and " " in words for _, words in said)
    assert (found["there"], found["read"], found["whole"]) == (True, True, "ok")
    assert found["stored"] == int(str(found["acknowledged"])) + 1, "nothing is there that was refused"
    assert found["left"] == [], "no half file is left"


@pytest.mark.parametrize("filled", [500_000, 1_000_000, 2_222_222, 3_333_333, 4_096_000, 4_700_001])
def test_on_a_full_disk_what_was_acknowledged_is_there_and_work_goes_on_when_there_is_room(
    sqlite_template: Path, small_disk: Path, filled: int
) -> None:
    kept_every_promise(fill(sqlite_template, small_disk, filled=filled), "disk_full")


@pytest.mark.parametrize("limit", [700_000, 1_234_567, 2_500_000])
def test_a_file_that_may_not_grow_loses_nothing(sqlite_template: Path, tmp_path: Path, limit: int) -> None:
    kept_every_promise(fill(sqlite_template, tmp_path, limit=limit), "io_error")
