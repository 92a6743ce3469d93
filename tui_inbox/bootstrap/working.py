"""Puts the worker together and runs it: for good, or for one round."""

from __future__ import annotations

import logging
import os
import resource
import signal
import sys
from collections.abc import Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from threading import Event
from types import FrameType
from typing import TYPE_CHECKING

from tui_inbox.bootstrap.opening import (
    accounts,
    build_channels,
    build_desk,
    build_sources,
    open_blobs,
    open_lease,
    open_secrets,
    open_store,
    sources,
)
from tui_inbox.config import Loaded
from tui_inbox.domain.errors import ChannelError, Refused
from tui_inbox.ports.secrets import Secrets
from tui_inbox.ports.store import Store
from tui_inbox.services import channels as channel_service
from tui_inbox.services.desk import Desk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tui_inbox.ports.transcriber import Transcriber
    from tui_inbox.worker.once import Outcome
    from tui_inbox.worker.parts import Parts, Receiving

_PR_SET_DUMPABLE = 4
"""linux/prctl.h"""
_M_ARENA_MAX = -8
"""malloc.h of glibc"""
_HEAPS = 2


@contextmanager
def parts_of(loaded: Loaded) -> Iterator[tuple[Parts, Mapping[str, Refused]]]:
    """Store, accounts and lease of the configuration, closed at the end.

    An account that cannot be opened (a secret is missing) is noted in the store and given beside; the others work.
    """
    from tui_inbox.worker.parts import Parts

    found = accounts(loaded)
    desk = build_desk(loaded, found)
    with open_store(loaded) as store:
        secrets = open_secrets(loaded)
        opened, refused = build_channels(found, secrets)
        stays, no_stays = build_sources(sources(loaded), secrets, desk)
        refused |= no_stays
        _note(store, desk, refused)
        receiving = _receiving(loaded, secrets)
        engine = _transcriber(loaded, secrets)
        parts = Parts(
            store,
            desk,
            opened,
            open_lease(loaded),
            open_blobs(loaded),
            receiving=receiving,
            transcriber=engine,
            sources=stays,
        )
        try:
            yield parts, refused
        finally:
            for opened_one in (receiving.relay, engine):
                if opened_one is not None:
                    opened_one.close()


def _transcriber(loaded: Loaded, secrets: Secrets) -> Transcriber | None:
    """The engine of the configuration; what is missing for it is told, and recordings stay as they are."""
    settings = loaded.config.transcription
    try:
        if settings.engine == "server":
            from adapters.transcription.server import Server

            secret = secrets.get(settings.secret) if settings.secret else None
            return Server(settings.base_url, settings.model, secret, unknown_language=settings.unknown_language)
        if settings.engine == "rough-english":
            from adapters.transcription.rough import Rough

            return Rough()
    except Refused as refusal:
        logging.getLogger("tui_inbox.worker").error("transcription: %s %s", refusal.code, dict(refusal.params))
    return None


def _receiving(loaded: Loaded, secrets: Secrets) -> Receiving:
    """A relay whose secret is missing is left out, and told: the other ways work without it."""
    from tui_inbox.worker.parts import Receiving

    settings = loaded.config.receiver
    relay = None
    if settings.relay:
        from adapters.relay import HttpRelay

        try:
            relay = HttpRelay(settings.relay, secrets.get(settings.relay_secret))
        except Refused as refusal:
            logging.getLogger("tui_inbox.worker").error("relay: %s %s", refusal.code, dict(refusal.params))
    return Receiving(settings.listen, settings.behind_proxy, settings.spool, relay)


def _note(store: Store, desk: Desk, refused: Mapping[str, Refused]) -> None:
    for name in refused:
        with store.write() as tx:
            channel_service.record_poll(tx, desk, name, ChannelError("not_opened"), datetime.now(UTC))


def run_worker(loaded: Loaded, *, autostarted: bool = False) -> bool:
    """Until SIGTERM, SIGINT or SIGHUP; False when an autostarted one found another at work."""
    from tui_inbox.worker.serving import serve

    speak_to_log()
    keep_memory_private()
    share_heaps()
    stop = Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, end)
    log = logging.getLogger("tui_inbox.worker")
    with parts_of(loaded) as (parts, refused):
        for name, refusal in refused.items():
            log.error("%s cannot be opened: %s %s", name, refusal.code, dict(refusal.params))
        return serve(parts, stop, detached=autostarted)


def run_once(loaded: Loaded) -> tuple[Outcome, Mapping[str, Refused]]:
    """One round of everything, and the accounts that could not even be opened."""
    from tui_inbox.worker.once import run_once as one_round

    with parts_of(loaded) as (parts, refused):
        return one_round(parts), refused


def keep_memory_private() -> None:
    """No core file and no look into this process for its user's other programs: it holds the vendors' secrets."""
    import ctypes

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def share_heaps() -> None:
    """Before any thread is started: all of them allocate from two heaps.

    glibc makes up to eight for each processor, and what is free in one is of no use to another (measured after seven
    minutes of post on all channels: 21 of 113 MB lay free in 16 heaps, 5 of 99 MB in two). Others have no such call.
    """
    import ctypes

    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, _HEAPS)


def speak_to_log() -> None:
    """Lines on the error stream, where systemd or the autostart's file picks them up."""
    under_systemd = "JOURNAL_STREAM" in os.environ
    form = "%(levelname)s %(message)s" if under_systemd else "%(asctime)s %(levelname)s %(message)s"
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Redacting(form))
    logger = logging.getLogger("tui_inbox")
    logger.handlers[:] = [handler]
    logger.setLevel(logging.INFO)
    logger.propagate = False


class Redacting(logging.Formatter):
    """Takes out what looks like a secret, also from a trace."""

    def format(self, record: logging.LogRecord) -> str:
        from tui_inbox.bootstrap.redaction import redacted

        return redacted(super().format(record))
