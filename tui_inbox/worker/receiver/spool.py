"""A folder of requests: one file each, written whole or not at all, read in order, gone when the store has it.

The relay keeps its letters in one; and whoever receives webhooks by other means may write files of the same form.
"""

from __future__ import annotations

import logging
import os
import re
import stat
from collections.abc import Sequence
from pathlib import Path

import msgspec
from msgspec.structs import replace

from tui_inbox.domain.errors import NotSent
from tui_inbox.ports.letterbox import Letter

log = logging.getLogger("tui_inbox.worker")

MAX_FILE = 5 * 1024 * 1024
"""Bytes: a body of 3 MB in base64, with its headers."""
PAGE_BYTES = 8 * 1024 * 1024
REJECTED = "rejected"
_NAME = re.compile(r"[0-9A-Za-z_-][0-9A-Za-z._-]{0,120}\.json")


class Spool:
    """Files ``*.json`` in the order of their names; ``rejected`` beside them holds what could not be used."""

    name = "spool"

    def __init__(self, directory: Path) -> None:
        """Made if it is missing, for its owner only. Raises ``NotSent("spool_unusable")``."""
        self.directory = directory
        try:
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            (directory / REJECTED).mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise _unusable(error) from None

    def names(self) -> list[str]:
        """In order. Raises ``NotSent("spool_unusable")``."""
        try:
            return sorted(name for name in os.listdir(self.directory) if _NAME.fullmatch(name))
        except OSError as error:
            raise _unusable(error) from None

    def put(self, letter: Letter, number: int) -> int:
        """Write it so that it survives a power cut from the moment this returns; its bytes. Raises ``OSError``."""
        content = msgspec.json.encode(letter)
        half = self.directory / f".{number:020d}"
        try:
            with open(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.rename(half, self.directory / f"{number:020d}.json")
        except OSError:
            half.unlink(missing_ok=True)
            raise
        self._settle()
        return len(content)

    def waiting(self, after: str, limit: int) -> Sequence[Letter]:
        found: list[Letter] = []
        size = 0
        for name in self.names():
            if name <= after:
                continue
            content = self._content(name)
            letter = None if content is None else self._read(name, content)
            if content is None or letter is None:
                continue
            size += len(content)
            if found and size > PAGE_BYTES:
                break
            found.append(letter)
            if len(found) == limit:
                break
        return found

    def remove(self, ids: Sequence[str]) -> None:
        for name in ids:
            if _NAME.fullmatch(name):
                (self.directory / name).unlink(missing_ok=True)
        if ids:
            self._settle()

    def reject(self, letter: Letter, code: str) -> None:
        self._reject(letter.id, code)

    def close(self) -> None:
        """Nothing is held open."""

    def _content(self, name: str) -> bytes | None:
        """None for one that is gone meanwhile, or no plain file of a bearable size."""
        try:
            handle = os.open(self.directory / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except FileNotFoundError:
            return None
        except OSError:
            self._reject(name, "spool_no_file")
            return None
        about = os.fstat(handle)
        if stat.S_ISREG(about.st_mode) and about.st_size <= MAX_FILE:
            with open(handle, "rb") as file:
                return file.read()
        os.close(handle)
        self._reject(name, "spool_too_big" if stat.S_ISREG(about.st_mode) else "spool_no_file")
        return None

    def _read(self, name: str, content: bytes) -> Letter | None:
        try:
            letter = msgspec.json.decode(content, type=Letter)
        except (msgspec.DecodeError, ValueError, RecursionError):
            self._reject(name, "spool_unreadable")
            return None
        if letter.received_at.tzinfo is None:
            self._reject(name, "spool_unreadable")
            return None
        headers = {key.lower(): value for key, value in letter.headers.items()}
        return replace(letter, id=name, headers=headers)

    def _reject(self, name: str, code: str) -> None:
        log.error("spool: %s is set aside in “%s”: %s", name, REJECTED, code)
        try:
            os.replace(self.directory / name, self.directory / REJECTED / name)
        except OSError as error:
            raise _unusable(error) from None

    def _settle(self) -> None:
        """Names are as durable as contents."""
        handle = os.open(self.directory, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _unusable(error: OSError) -> NotSent:
    return NotSent("spool_unusable", vendor_text=os.strerror(error.errno or 0))
