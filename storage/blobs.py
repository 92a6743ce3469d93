"""Attachment bytes as files, named by what is in them."""

from __future__ import annotations

import errno
import os
import re
from pathlib import Path

from tui_inbox.domain.errors import NotFound, StoreError

_NAME = re.compile(r"[0-9a-f]{64}")
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class FileBlobs:
    """Files of mode 0600 under ``directory``, in subdirectories by their first two characters."""

    def __init__(self, directory: str | Path) -> None:
        self._directory = Path(directory)

    def put(self, content: bytes) -> str:
        """Written beside its place, made durable, then renamed: a name never stands for half a file.

        Raises ``StoreError`` (``disk_full``, ``cannot_open``).
        """
        from hashlib import sha256
        from tempfile import NamedTemporaryFile

        name = sha256(content).hexdigest()
        place = self._place(name)
        if place.exists():
            return name
        partial = ""
        try:
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with NamedTemporaryFile(dir=place.parent, prefix=".", delete=False) as file:
                partial = file.name
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(partial, place)
            _sync_directory(place.parent)
        except OSError as error:
            if partial:
                Path(partial).unlink(missing_ok=True)
            code = "disk_full" if error.errno in _FULL else "cannot_open"
            raise StoreError(code, path=str(place.parent), library=error.strerror or "") from error
        return name

    def get(self, sha256: str) -> bytes:
        try:
            return self._place(sha256).read_bytes()
        except OSError as error:
            raise NotFound(f"file {sha256}") from error

    def path(self, sha256: str) -> str:
        """Where the file is, or would be."""
        return str(self._place(sha256))

    def _place(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise NotFound("not the name of a file")
        return self._directory / name[:2] / name


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
