"""Files in both directions: seen here, saved where the desk's computer sees them, sent by mail."""

from __future__ import annotations

import email
from datetime import UTC, datetime, timedelta
from email.policy import default
from io import BytesIO
from pathlib import Path

import pytest

from adapters.sandbox.mailbox import SandboxMailbox
from adapters.sandbox.pictures import png
from storage.blobs import FileBlobs
from storage.store import SqlStore
from tests.adapters.mail import account, raw_mail
from tests.builders import an_inbound
from tests.desk.house import House
from tests.tui.driving import sitting
from tests.tui.hotel import ANA, StandingClock, a_desk, a_session
from tests.worker.test_worker import OneLease
from tui_inbox.domain.message import Attachment
from tui_inbox.ports.store import Transaction
from tui_inbox.services import accounts
from tui_inbox.tui.render import picture
from tui_inbox.worker.once import run_once
from tui_inbox.worker.parts import Parts


@pytest.fixture
def house(sqlite_store: SqlStore, tmp_path: Path) -> House:
    return House(sqlite_store, tmp_path)


def with_file(house: House, blobs: FileBlobs, name: str, media: str, content: bytes, size: int | None = None) -> None:
    house.writes("Regardez")
    row = house.conversation()
    kept = Attachment(name, media, size or len(content), blobs.put(content), "stored")

    def add(t: Transaction) -> None:
        an_inbound(t, row, "", minutes=1, attachments=(kept,))

    house.do(add)


async def test_a_picture_is_a_line_with_name_and_size_and_is_seen_in_half_blocks(house: House, tmp_path: Path) -> None:
    blobs = FileBlobs(tmp_path / "files")
    with_file(house, blobs, "photo.png", "image/png", png("leak"), size=212_000)
    async with house.screen(blobs=blobs, export_dir=tmp_path / "share") as desk:
        assert "photo.png · 212 kB" in desk.text
        await desk.press("enter", "v")
        await desk.until(lambda: "▀▀▀▀▀▀▀▀" in desk.text)
        await desk.press("S")
        await desk.until(lambda: (tmp_path / "share" / "photo.png").exists())
        assert "photo.png" in desk.text
    assert (tmp_path / "share" / "photo.png").read_bytes() == png("leak")


async def test_without_a_decoder_it_is_saved_and_what_is_missing_is_said(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(picture, "available", lambda: False)
    blobs = FileBlobs(tmp_path / "files")
    with_file(house, blobs, "photo.png", "image/png", png("leak"))
    async with house.screen(blobs=blobs, export_dir=tmp_path / "share") as desk:
        await desk.press("enter", "v")
        await desk.until(lambda: "install the extra “images”" in desk.text)
    assert (tmp_path / "share" / "photo.png").exists()


async def test_a_damaged_picture_is_said_to_be_none_and_ends_nothing(house: House, tmp_path: Path) -> None:
    blobs = FileBlobs(tmp_path / "files")
    with_file(house, blobs, "photo.png", "image/png", png("leak")[:200])
    async with house.screen(blobs=blobs) as desk:
        await desk.press("enter", "v")
        await desk.until(lambda: "no picture that can be shown" in desk.text)


def test_a_picture_keeps_its_proportions_and_its_colours() -> None:
    from PIL import Image

    file = BytesIO()
    Image.new("RGB", (400, 100), (200, 30, 40)).save(file, "JPEG")
    lines = picture.draw(file.getvalue(), 80, 30)
    assert [line.cell_length for line in lines] == [80] * 10
    red, green, blue = lines[0]._segments[0].style.color.triplet  # type: ignore[union-attr]
    assert red > 180
    assert max(green, blue) < 70
    shaded = picture.draw(file.getvalue(), 8, 4, plain=True)
    assert set("".join(line.text for line in shaded)) <= set(picture.SHADES)


def test_an_enormous_picture_is_refused_before_it_is_unpacked() -> None:
    from PIL import Image

    file = BytesIO()
    Image.new("1", (9000, 6000)).save(file, "PNG")
    with pytest.raises(picture.NoPicture):
        picture.draw(file.getvalue(), 80, 30)


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"\x89PNG\r\n\x1a\n" + bytes(40), b"%PDF-1.7", png("case")[:-30]])
def test_no_bytes_end_in_anything_but_a_picture_or_none(content: bytes) -> None:
    with pytest.raises(picture.NoPicture):
        picture.draw(content, 20, 10)


async def test_a_pdf_is_attached_and_leaves_by_mail(sqlite_store: SqlStore, tmp_path: Path) -> None:
    clock = StandingClock(datetime(2026, 11, 22, 12, 0, tzinfo=UTC))
    pdf = tmp_path / "plan d'accès.pdf"
    pdf.write_bytes(b"%PDF-1.7\n" + bytes(range(256)) * 20)
    blobs = FileBlobs(tmp_path / "files")
    with SandboxMailbox() as box:
        channel = account(box)
        desk_of = a_desk()
        info = desk_of.accounts["desk-mail"]._replace(channels=channel.traits, settings={"history": "all"})
        desk_of = desk_of._replace(accounts={"desk-mail": info})

        def work() -> None:
            run_once(Parts(sqlite_store, desk_of, {"desk-mail": account(box)}, OneLease(), blobs, clock))

        with sqlite_store.write() as t:
            t.operators.seen(ANA.code, ANA.name, clock.now())
            accounts.connected(t, desk_of, "desk-mail", clock.now() - timedelta(days=1))
        box.deliver(raw_mail("plain"))
        work()
        given = a_session(sqlite_store, tmp_path, desk=desk_of, clock=clock, blobs=blobs, export_dir=tmp_path)
        async with sitting(given) as desk:
            await desk.press("r")
            await desk.type("Voici le plan")
            await desk.press("ctrl+o")
            await desk.until(lambda: "Attach which file?" in desk.text)
            await desk.type(pdf.name)
            await desk.press("enter")
            await desk.until(lambda: "plan d'acc" in desk.text and not desk.text.count("Attach which"))
            await desk.press("ctrl+s")
            clock.forward(seconds=11)
            work()
            await desk.until(lambda: box.sent)
        sent = email.message_from_bytes(box.sent[0], policy=default)
        (part,) = sent.iter_attachments()
        assert part.get_content_type() == "application/pdf"
        assert part.get_content() == pdf.read_bytes()
        assert "Voici le plan" in sent.get_body().get_content()  # type: ignore[union-attr]
        channel.close()
