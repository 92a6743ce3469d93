"""A multipart form with one file, byte for byte, without a library for it."""

from __future__ import annotations

from email.message import Message
from typing import NamedTuple

_BREAK = b"\r\n"


class Form(NamedTuple):
    """The file (empty name: there was none) and the plain fields."""

    name: str
    type: str
    content: bytes
    fields: dict[str, str]


def parted(content_type: str, body: bytes) -> Form:
    """Raises ``ValueError`` for a body that is no such form."""
    boundary = _header(content_type).get_param("boundary")
    if not isinstance(boundary, str) or not boundary:
        raise ValueError("no boundary")
    name, type_, content = "", "", b""
    fields: dict[str, str] = {}
    for part in body.split(b"--" + boundary.encode())[1:-1]:
        head, _, raw = part.removeprefix(_BREAK).partition(_BREAK * 2)
        told = {line.partition(":")[0].lower(): line.partition(":")[2] for line in head.decode().split("\r\n")}
        place = _header(told.get("content-disposition", "").strip())
        value = raw.removesuffix(_BREAK)
        if place.get_param("filename") is not None:
            name, type_, content = str(place.get_param("filename")), told.get("content-type", "").strip(), value
        else:
            fields[str(place.get_param("name"))] = value.decode()
    return Form(name, type_, content, fields)


def _header(value: str) -> Message:
    """A header whose parameters can be asked for."""
    message = Message()
    message["content-type"] = value
    return message
