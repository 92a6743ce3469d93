"""The store's files: private to their owner, on a disk of this machine."""

from __future__ import annotations

import os

from storage.engine import SQLITE, dialect_of, sqlite_path
from tui_inbox.domain.errors import StoreError

_NETWORK = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "ceph", "glusterfs", "afs", "lustre", "fuse.sshfs", "fuse.s3fs"}
    | {"fuse.rclone", "fuse.glusterfs", "fuse.davfs", "davfs"}
)
"""File systems whose locks or shared memory SQLite's write-ahead log cannot trust."""


def prepare(url: str, *, create: bool) -> bool:
    """Make directory (0700) and file (0600) of a new SQLite store; tells whether it is new.

    Raises ``StoreError``: ``missing``, ``network_fs``, ``cannot_open``.
    """
    if dialect_of(url) != SQLITE:
        return False
    path = sqlite_path(url)
    try:
        size = os.stat(path).st_size
    except (FileNotFoundError, NotADirectoryError):
        pass
    except (OSError, ValueError) as error:
        # A folder that may not be entered is not an empty one.
        raise StoreError("cannot_open", path=path, library=getattr(error, "strerror", "") or "") from error
    else:
        _refuse_network(path)
        return size == 0
    if not create:
        raise StoreError("missing", path=path)
    try:
        os.makedirs(os.path.dirname(os.path.abspath(path)), mode=0o700, exist_ok=True)
        _refuse_network(os.path.dirname(os.path.abspath(path)))
        # Created empty and private first: SQLite itself would leave it readable for everybody.
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise StoreError("cannot_open", path=path, library=error.strerror or "") from error
    return True


def _refuse_network(path: str) -> None:
    kind = file_system(os.path.realpath(path))
    if kind in _NETWORK:
        raise StoreError("network_fs", path=path, kind=kind)


def file_system(path: str) -> str:
    """The type of the file system that holds ``path``, empty when the system does not tell."""
    try:
        with open("/proc/self/mounts", encoding="utf-8", errors="replace") as mounts:
            lines = [line.split(" ") for line in mounts]
    except OSError:
        return ""
    best, kind = "", ""
    for fields in lines:
        point = fields[1].replace("\\040", " ")
        inside = path == point or path.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(best):
            best, kind = point, fields[2]
    return kind
