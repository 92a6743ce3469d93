"""How a text that is being written looks to one guest on one channel, as lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tui_inbox.domain.design import Node, inline
from tui_inbox.services.text_preview import Preview, Recipient
from tui_inbox.tui.render.compose import cost_words
from tui_inbox.tui.render.line import Part
from tui_inbox.wording import _, ngettext, sentence

Lines = list[list[Part]]
_MARKS = {"strong": "*", "emphasis": "/", "strike": "~", "code": "`"}


def preview_lines(preview: Preview, who: Recipient, channel: str, place: str, *, design: bool) -> Lines:
    """``channel`` is its name, ``place`` which guest of how many; ``design``: a mail as mail programs show it."""
    lines: Lines = [
        [(channel, "bold accent"), ("  ", ""), (who.guest.name or "–", "bold text"), (f"  {_stay(who)}", "muted")],
        [(place, "muted"), ("  ", ""), *_counter(preview, design=design)],
        *_notes(preview),
        [],
    ]
    rendered = preview.rendered
    if rendered.subject and preview.traits is not None and preview.traits.has_subject:
        lines.append([(rendered.subject, "bold text")])
        lines.append([])
    if design and rendered.html:
        lines += _design(preview.nodes)
        if preview.under:
            lines += [[], *([(line, "muted")] for line in preview.under.split("\n"))]
    else:
        lines += [[(line, "text")] for line in rendered.text.split("\n")]
    return [*lines, *_faults(preview)]


def _stay(who: Recipient) -> str:
    if who.sample:
        return _("(made up)")
    return " ".join(part for part in (who.stay.room, f"{who.stay.arrival:%d.%m.}") if part) if who.stay else ""


def _counter(preview: Preview, *, design: bool) -> list[Part]:
    if preview.segments is not None:
        parts = ngettext("{n} SMS", "{n} SMS", preview.segments.count).format(n=preview.segments.count)
        price = f", {cost_words(preview.cost)}" if preview.cost is not None else ""
        return [(parts + price, "info")]
    if preview.rendered.html:
        return [(_("HTML part") if design else _("text part"), "info")]
    limit = preview.traits.max_chars if preview.traits is not None else None
    length = len(preview.rendered.text)
    role = "bold urgent" if limit is not None and length > limit else "info"
    return [(f"{length}/{limit}" if limit is not None else _("{n} characters").format(n=length), role)]


def _notes(preview: Preview) -> Iterator[list[Part]]:
    """Which branch and which language, and why; what the channel leaves out."""
    if preview.case is not None:
        words = " › ".join(part or _("else") for part in preview.case.words)
        yield [(_("branch: {words}").format(words=words), "soon")]
    elif preview.cases:
        count = ngettext("{n} branch; this guest's is shown", "{n} branches; this guest's is shown", len(preview.cases))
        yield [(count.format(n=len(preview.cases)), "muted")]
    found = preview.variant
    if found.stand_in:
        yield [(f"{found.language}: {sentence('language_missing', {'language': found.wanted})}", "soon")]
    else:
        yield [(f"{found.language}: {sentence('language_' + found.why, {})}", "muted")]
    if preview.own_form:
        yield [(_("This channel has a text of its own."), "info")]
    if preview.rendered.pictures:
        left_out = ngettext(
            "{n} picture is left out there.", "{n} pictures are left out there.", preview.rendered.pictures
        )
        yield [(left_out.format(n=preview.rendered.pictures), "soon")]


def _faults(preview: Preview) -> Lines:
    names = list(dict.fromkeys(preview.rendered.missing))
    if not names:
        return []
    return [[], [(_("Without a value here: {names}").format(names=", ".join(names)), "bold urgent")]]


def _design(nodes: Sequence[Node], edge: str = "") -> Lines:
    lines: Lines = []
    for node in nodes:
        if node.gap and lines:
            lines.append([(edge.rstrip(), "muted")])
        if node.kind == "heading":
            lines.append([(edge + marked(node.nodes), "bold accent")])
        elif node.kind == "paragraph":
            lines += [[(edge + line, "text")] for line in marked(node.nodes).split("\n")]
        elif node.kind == "button":
            lines.append([(f"{edge}[ {node.text} ]  {node.url}".rstrip(), "bold info")])
        elif node.kind == "divider":
            lines.append([(edge + "-" * 24, "muted")])
        elif node.kind == "card":
            lines += _design(node.nodes, edge + "| ")
        elif node.kind == "table":
            lines += _table(node, edge)
        elif node.kind == "list":
            lines += _list(node, edge)
    return lines


def _list(node: Node, edge: str) -> Lines:
    lines: Lines = []
    for number, item in enumerate(node.nodes, node.level):
        sign = f"{number}. " if node.level else "- "
        inner = _design(item.nodes, edge + " " * len(sign)) or [[(edge, "text")]]
        first, role = inner[0][0]
        inner[0] = [(edge + sign + first.removeprefix(edge + " " * len(sign)), role)]
        lines += inner
    return lines


def _table(node: Node, edge: str) -> Lines:
    rows = [[inline(cell.nodes).replace("\n", " ") for cell in row.nodes] for row in node.nodes]
    rows = [row for row in rows if any(row)]
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))] if rows else []
    return [
        [(edge + "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=False)).rstrip(), "text")]
        for row in rows
    ]


def marked(nodes: Sequence[Node]) -> str:
    """A line of the design with signs for what a mail program would show by its letters."""
    parts = []
    for node in nodes:
        sign = _MARKS.get(node.kind, "")
        if node.kind == "break":
            parts.append("\n")
        elif node.kind == "picture":
            parts.append(_("[picture: {words}]").format(words=node.text or node.url))
        elif node.kind == "link":
            label = marked(node.nodes)
            parts.append(label if label == node.url else f"{label} <{node.url}>")
        else:
            parts.append(f"{sign}{node.text}{marked(node.nodes)}{sign}")
    return "".join(parts)
