"""How an entity lies in its table: the same names, portable scalars, decided by the field's declared type."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, date, datetime, time
from enum import StrEnum
from functools import cache
from typing import Any, Generic, TypeVar

import msgspec

from storage.times import micros, moment

T = TypeVar("T")
Convert = Callable[[Any], Any]
Params = dict[str, str | int]


def packed(value: object) -> str:
    """A structure as JSON text."""
    return msgspec.json.encode(value).decode()


@cache
def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind)


def params_of(text: str) -> Params:
    """A ``params`` column as its mapping."""
    found: Params = _decoder(Params).decode(text)
    return found


def strings_of(text: str) -> tuple[str, ...]:
    """A JSON list of texts."""
    found: tuple[str, ...] = _decoder(tuple[str, ...]).decode(text)
    return found


def words_of(text: str) -> dict[str, str]:
    """A JSON object of texts."""
    found: dict[str, str] = _decoder(dict[str, str]).decode(text)
    return found


def converted(row: tuple[Any, ...], converts: Mapping[int, Convert]) -> list[Any]:
    """The row with the values at these positions converted, ready to be spread into a read row."""
    values = list(row)
    for position, convert in converts.items():
        values[position] = convert(values[position])
    return values


def _clock(value: time) -> str:
    return value.strftime("%H:%M")


def _day(value: str | None) -> date | None:
    return None if value is None else date.fromisoformat(value)


_SAME: tuple[Convert | None, Convert | None] = (None, None)
_SCALARS: dict[str, tuple[Convert | None, Convert | None]] = {
    "int": _SAME,
    "int | None": _SAME,
    "str": _SAME,
    "bool": (int, bool),
    "datetime": (micros, moment),
    "datetime | None": (micros, moment),
    "date": (date.isoformat, date.fromisoformat),
    "date | None": (date.isoformat, _day),
    "time": (_clock, time.fromisoformat),
    "tuple[str, ...]": (packed, strings_of),
    "Mapping[str, str]": (packed, words_of),
    "Mapping[str, str | int]": (packed, params_of),
}


def _code(value: StrEnum) -> str:
    text: str = value.value
    return text


class Record(Generic[T]):
    """The columns of one entity, both ways."""

    def __init__(
        self,
        entity: type[T],
        *,
        renamed: Mapping[str, str] | None = None,
        without: Collection[str] = (),
        stamped: Collection[str] = (),
    ) -> None:
        """``without``: fields that are no columns (last ones only); ``stamped``: times that may not stay empty."""
        namespace = vars(sys.modules[entity.__module__])
        declared = [(name, kind) for name, kind in entity.__annotations__.items() if name not in without]
        self._entity = entity
        self.names = tuple((renamed or {}).get(name, name) for name, _ in declared)
        self._fields = tuple(name for name, _ in declared)
        self._stamped = tuple(stamped)
        kinds = [self._kind(str(getattr(kind, "__forward_arg__", kind)), namespace) for _, kind in declared]
        self._encoders = dict(zip(self._fields, [kind[0] for kind in kinds], strict=True))
        self._decoders = tuple((n, kind[1]) for n, kind in enumerate(kinds) if kind[1] is not None)
        self._column = dict(zip(self._fields, self.names, strict=True))
        self.select = self.columns()

    @staticmethod
    def _kind(declared: str, namespace: Mapping[str, Any]) -> tuple[Convert | None, Convert | None]:
        return _SCALARS.get(declared) or (_code, namespace[declared])

    def columns(self, table: str = "") -> str:
        """For a SELECT, in the order that ``read`` expects."""
        prefix = f"{table}." if table else ""
        return ", ".join(f'{prefix}"{name}"' for name in self.names)

    def read(self, row: tuple[Any, ...]) -> T:
        values = list(row)
        for position, decode in self._decoders:
            values[position] = decode(values[position])
        return self._entity(*values)

    def values(self, entity: T, *, only: Collection[str] | None = None) -> dict[str, object]:
        """Column -> value, without the id; ``only`` these fields where given."""
        found: dict[str, object] = {}
        for name in self._fields if only is None else only:
            if name == "id":
                continue
            value = getattr(entity, name)
            if value is None and name in self._stamped:
                value = datetime.now(UTC)
            encode = self._encoders[name]
            found[self._column[name]] = value if encode is None or value is None else encode(value)
        return found
