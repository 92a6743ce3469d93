"""``import reservations``: what the import screen does, for a file from a script."""

from __future__ import annotations

from argparse import Namespace
from datetime import UTC, datetime
from pathlib import Path

from tui_inbox.bootstrap.opening import build_desk, open_store
from tui_inbox.cli.context import configuration, someone
from tui_inbox.cli.failing import ERROR, OK, Usage, say
from tui_inbox.domain.display import clean_line
from tui_inbox.services import bookings
from tui_inbox.services.bookings import Preview, Table
from tui_inbox.wording import _, ngettext, sentence

_SHOWN = 20


def import_(options: Namespace) -> int:
    """Preview, then store line by line; exit code 1 when lines had to be left out."""
    loaded = configuration(options)
    actor, desk, now = someone(options, loaded), build_desk(loaded), datetime.now(UTC)
    table = bookings.read_table(_content(options.file), options.encoding, options.delimiter)
    with open_store(loaded) as store:
        with store.read() as tx:
            saved = bookings.saved_mapping(tx, table)
        mapping = {**(saved or bookings.guess_mapping(table)), **_given(options.map, table)}
        preview = bookings.preview(table, mapping, desk)
        _tell_columns(table, mapping)
        _tell_problems(preview)
        result = bookings.ImportResult()
        if options.dry_run:
            with store.read() as tx:
                result = bookings.import_rows(tx, desk, preview.rows, actor, now, dry_run=True)
        else:
            with store.read() as tx:
                first = bookings.first_import(tx)
            for start in range(0, len(preview.rows), bookings.CHUNK):
                with store.write() as tx:
                    chunk = preview.rows[start : start + bookings.CHUNK]
                    result += bookings.import_rows(tx, desk, chunk, actor, now, first=first)
            with store.write() as tx:
                bookings.save_mapping(tx, table, mapping)
    if options.dry_run:
        print(_("Nothing was changed (--dry-run). It would be:"))
    print(
        _("{added} new stays, {changed} changed, {unchanged} unchanged, {guests} new guests.").format(
            added=result.added, changed=result.changed, unchanged=result.unchanged, guests=result.guests
        )
    )
    return ERROR if any(problem.fatal for problem in preview.problems) else OK


def _content(file: str) -> bytes:
    try:
        return Path(file).expanduser().read_bytes()
    except OSError as error:
        raise Usage(_("{path} cannot be read: {reason}.").format(path=file, reason=error.strerror)) from None


def _given(pairs: list[str], table: Table) -> dict[str, int]:
    """``--map FIELD=COLUMN``: the column by its heading or its number from 1."""
    found = {}
    for pair in pairs:
        name, equals, column = pair.partition("=")
        if not equals or name not in bookings.FIELDS:
            known = ", ".join(bookings.FIELDS)
            raise Usage(_("--map wants FIELD=COLUMN, with FIELD one of {known}.").format(known=known))
        if column in table.header:
            found[name] = table.header.index(column)
        elif column.isdecimal() and 1 <= int(column) <= len(table.header):
            found[name] = int(column) - 1
        else:
            known = ", ".join(table.header)
            raise Usage(_("There is no column “{name}”. There are: {known}.").format(name=column, known=known))
    return found


def _tell_columns(table: Table, mapping: dict[str, int]) -> None:
    print(
        _("{rows} ({encoding}, separated by “{delimiter}”):").format(
            rows=ngettext("{n} line", "{n} lines", len(table.rows)),
            encoding=table.encoding,
            delimiter=table.delimiter.replace("\t", "Tab"),
        )
    )
    for name, column in mapping.items():
        print(f"  {name} = {clean_line(table.header[column])}")


def _tell_problems(preview: Preview) -> None:
    if preview.either_date:
        say([_("Day and month could be exchanged in every date; the hotel's country decided.")])
    for problem in preview.problems[:_SHOWN]:
        words = sentence(problem.code, problem.params)
        left_out = " " + _("The line is left out.") if problem.fatal else ""
        say([_("line {n}: {words}").format(n=problem.line, words=words) + left_out])
    more = len(preview.problems) - _SHOWN
    if more > 0:
        say([ngettext("and {n} more", "and {n} more", more)])
