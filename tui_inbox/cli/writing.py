"""Changes ``config.toml`` and keeps its comments: in one step, never leaving a configuration with mistakes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from tui_inbox.config import Loaded, parse
from tui_inbox.domain.errors import Refused

CHANNELS = "channels"


def with_account(loaded: Loaded, name: str, table: dict[str, Any], key: str = CHANNELS) -> Loaded:
    """The configuration as it would be with this account; raises ``ConfigError`` where it would have a mistake."""
    return parse(_document(loaded.file, name, table, key).encode(), loaded.file)


def write_account(loaded: Loaded, name: str, table: dict[str, Any] | None, key: str = CHANNELS) -> None:
    """Put (or with None: take out) ``[KEY.NAME]``. Raises ``ConfigError``, ``Refused("cannot_make")``."""
    text = _document(loaded.file, name, table, key)
    parse(text.encode(), loaded.file)
    replace_file(loaded.file, text)


def _document(file: Path, name: str, table: dict[str, Any] | None, key: str) -> str:
    import tomlkit

    document = tomlkit.parse(file.read_text(encoding="utf-8-sig"))
    accounts: Any = document.setdefault(key, tomlkit.table(is_super_table=True))
    if table is None:
        del accounts[name]
        if not accounts:
            del document[key]
        return tomlkit.dumps(document)
    if name not in accounts:
        accounts[name] = tomlkit.table()
    for field, value in table.items():
        if isinstance(value, dict):
            inline = tomlkit.inline_table()
            inline.update(value)
            accounts[name][field] = inline
        else:
            accounts[name][field] = value
    return tomlkit.dumps(document)


def replace_file(file: Path, text: str) -> None:
    """All or nothing; mode and place of an existing file stay. Raises ``Refused("cannot_make")``."""
    real = Path(os.path.realpath(file))
    fresh = real.with_name(f".{real.name}.{os.getpid()}")
    try:
        real.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_text(text, encoding="utf-8")
        if real.exists():
            kept = real.stat()
            os.chmod(fresh, kept.st_mode & 0o777)
            if os.geteuid() == 0:
                os.chown(fresh, kept.st_uid, kept.st_gid)
        os.replace(fresh, real)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise Refused("cannot_make", path=str(file), reason=error.strerror or type(error).__name__) from None
