"""What a file is by its first bytes: a sender's label is a claim."""

from __future__ import annotations

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"\x1f\x8b", "application/gzip"),
    (b"MZ", "application/x-msdownload"),
    (b"\x7fELF", "application/x-executable"),
)
_ZIPPED = ("application/vnd.openxmlformats", "application/vnd.oasis", "application/epub", "application/java-archive")


def real_type(start: bytes, claimed: str) -> str:
    """The media type that the content shows, else the claimed one."""
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return "image/webp"
    if start[4:8] == b"ftyp":
        return claimed if claimed.startswith(("video/", "audio/", "image/")) else "video/mp4"
    if start[:4] == b"PK\x03\x04":
        return claimed if claimed.startswith(_ZIPPED) else "application/zip"
    if start[:2] in (b"BM", b"MZ") and len(start) < 64:
        return claimed
    return next((kind for magic, kind in _MAGIC if start.startswith(magic)), claimed)
