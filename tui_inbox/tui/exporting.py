"""Files for the people at the desk, in the folder that their computer sees."""

from __future__ import annotations

import os
from pathlib import Path

from tui_inbox.domain.display import safe_name


def written(folder: Path, name: str, content: bytes) -> Path:
    """A new file each time: nothing that is there is overwritten."""
    folder.mkdir(parents=True, exist_ok=True)
    base = Path(safe_name(name, 116))  # leaves room for a number
    for count in range(1, 1000):
        path = folder / (base.name if count == 1 else f"{base.stem}-{count}{base.suffix}")
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o640)
        except FileExistsError:
            continue
        try:
            with os.fdopen(handle, "wb") as target:
                target.write(content)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return path
    raise OSError(0, "too many files of this name")
