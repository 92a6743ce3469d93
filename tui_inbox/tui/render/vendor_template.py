"""A vendor's template in the list and beside it: where its review stands, and how a guest sees it."""

from __future__ import annotations

from collections.abc import Sequence

from tui_inbox.domain.review import Objection
from tui_inbox.domain.template import Approval, Template, is_late
from tui_inbox.domain.template_parts import Action, Button, parted
from tui_inbox.tui.render import when
from tui_inbox.tui.render.columns import column, field
from tui_inbox.tui.render.line import Part
from tui_inbox.tui.render.scene import Scene
from tui_inbox.wording import N_, _, sentence

APPROVALS = {
    Approval.NONE: (N_("not submitted"), "muted"),
    Approval.SUBMITTED: (N_("submitted"), "soon"),
    Approval.APPROVED: (N_("approved"), "ok"),
    Approval.REJECTED: (N_("rejected"), "bold urgent"),
    Approval.PAUSED: (N_("paused"), "bold soon"),
}
CATEGORIES = {"utility": N_("utility"), "marketing": N_("marketing"), "authentication": N_("sign-in")}
"""The vendors' own, in the words of the desk."""
BUTTONS = {
    Action.REPLY: N_("button “{label}”: answers with these words"),
    Action.LINK: N_("button “{label}”: opens {target}"),
    Action.CALL: N_("button “{label}”: calls {target}"),
}
QUALITIES = {
    "GREEN": (N_("good"), "ok"),
    "YELLOW": (N_("guests complain"), "soon"),
    "RED": (N_("bad: the provider may pause it"), "bold urgent"),
}


def category(template: Template) -> str:
    return _(CATEGORIES.get(template.category, template.category)) if template.category else ""


def cells(template: Template, scene: Scene, *, account: bool = False) -> tuple[list[Part], list[Part]]:
    """Its line of the list: left and right; with the ``account`` where several have one of this name."""
    words, role = APPROVALS[template.approval]
    right: list[Part] = [(_(words), role)]
    if template.approval is Approval.SUBMITTED and template.submitted_at is not None:
        right.append((f" {when.ago(template.submitted_at, scene.now, scene.zone)}", "muted"))
    if is_late(template, scene.now):
        right.append((f" {_('late')}", "bold urgent"))
    left = [
        column(template.name, 22, "bold text"),
        column(template.language, 6, "muted"),
        column(category(template), 11, "text"),
        *([column(template.account or "–", 13, "accent" if template.account else "muted")] if account else []),
        (template.body.replace("\n", " "), "muted"),
    ]
    return left, right


def review_lines(template: Template, scene: Scene, doubts: Sequence[Objection]) -> list[list[Part]]:
    """What the vendor said of it, or would."""
    words, role = APPROVALS[template.approval]
    lines: list[list[Part]] = [[(_(words), role), ("  ", ""), (category(template), "text")]]
    if template.approval_reason:
        lines.append([(_("the provider says: {reason}").format(reason=template.approval_reason), "bold soon")])
    if template.approval in (Approval.REJECTED, Approval.PAUSED):
        lines.append([(_("Edit it and submit it again."), "info")])
    if template.submitted_at is not None and template.approval is not Approval.NONE:
        lines.append(field(_("submitted"), when.ago(template.submitted_at, scene.now, scene.zone)))
    if is_late(template, scene.now):
        late = _("Late: a review takes at most 24 hours. Look at the provider's own page, or submit a copy.")
        lines.append([(late, "bold urgent")])
    if template.quality in QUALITIES:
        rated, rated_role = QUALITIES[template.quality]
        lines.append(field(_("quality"), _(rated), rated_role))
    if template.account:
        lines.append(field(_("account"), template.account))
    lines += [[objection(one)] for one in doubts]
    return lines


def objection(one: Objection) -> Part:
    """A fault that holds it back, or a warning."""
    return (sentence(one.code, one.params), "bold urgent" if one.refused else "soon")


def shown(text: str) -> list[list[Part]]:
    """As a guest sees it: header, text, footer, and each button as a line that says what it does."""
    parts = parted(text)
    lines: list[list[Part]] = [[(parts.header, "bold text")], []] if parts.header else []
    lines.append([(parts.body, "text")])
    if parts.footer:
        lines += [[], [(parts.footer, "muted")]]
    return lines + [[(button_words(one), "info")] for one in parts.buttons]


def button_words(one: Button) -> str:
    return _(BUTTONS[one.action]).format(label=one.label, target=one.target)


def copied(like: Template) -> Template:
    """A copy to be changed: nothing that the vendor said of the other one."""
    return like._replace(
        id=0, vendor_id="", approval=Approval.NONE, approval_reason="", quality="", submitted_at=None, version=1
    )
