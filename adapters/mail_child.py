"""The parser child: reads mails from a pipe, one at a time, inside hard limits of time and memory.

Started as a fresh interpreter (``python -I mail_child.py``), never forked, so that it holds neither the
store nor a lock. A mail that costs more than its share ends this process; the worker starts another one.
"""

from __future__ import annotations

import gc
import os
import resource
import signal
import sys
from pathlib import Path
from typing import BinaryIO

# Isolated mode leaves the working directory out of the path; in a checkout that is where we live.
sys.path.append(str(Path(__file__).resolve().parent.parent))

import flufl.bounce  # noqa: F401 - imported before the limits are set
import mailparser_reply  # noqa: F401
import msgspec

from adapters.email import mime
from adapters.email.pipe import ASK, CPU_SECONDS, FILE, HEAD, MALFORMED, MEMORY, OK, PARSE, READY


def main() -> None:
    """Serve until the pipe ends."""
    requests = os.fdopen(os.dup(0), "rb", buffering=1 << 16)
    answers = os.fdopen(os.dup(1), "wb", buffering=1 << 16)
    # What a library prints must not become an answer.
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    # A service that is stopped is signalled whole; the mail in hand is finished, and the pipe's end ends us.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    gc.freeze()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    answers.write(READY)
    answers.flush()
    while head := requests.read(ASK.size):
        kind, place, length = ASK.unpack(head)
        _serve(kind, _exactly(requests, place), _exactly(requests, length), answers)


def _exactly(stream: BinaryIO, length: int) -> bytes:
    data = stream.read(length)
    if len(data) != length:
        sys.exit(0)
    return data


def _serve(kind: int, place: bytes, raw: bytes, answers: BinaryIO) -> None:
    # Processor time, so that a busy machine does not condemn an innocent mail; SIGPROF ends the process.
    signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS)
    status, answer, spent = MALFORMED, b"mail_unreadable", False
    try:
        status, answer = OK, _answer(kind, place, raw)
    except (mime.TooDeep, RecursionError):
        status, answer = MALFORMED, b"mail_too_deep"
    except MemoryError:
        status, answer, spent = MALFORMED, b"mail_too_big", True
    except KeyError:
        status, answer = MALFORMED, b"file_missing"
    except Exception as error:  # noqa: BLE001 - the mail goes to quarantine, the child goes on
        status, answer = MALFORMED, b"mail_unreadable:" + type(error).__name__.encode()
    signal.setitimer(signal.ITIMER_PROF, 0)
    answers.write(HEAD.pack(status, len(answer)))
    answers.write(answer)
    answers.flush()
    if spent:
        sys.exit(0)


def _answer(kind: int, place: bytes, raw: bytes) -> bytes:
    if kind == PARSE:
        return msgspec.json.encode(mime.parse(raw))
    if kind == FILE:
        return mime.part_bytes(raw, place.decode("ascii", "replace"))
    raise ValueError(kind)


if __name__ == "__main__":
    main()
