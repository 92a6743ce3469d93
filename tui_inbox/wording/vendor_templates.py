"""Templates that a vendor's reviewers read first."""

from __future__ import annotations

from tui_inbox.wording import N_

SENTENCES: dict[str, str] = {
    "template_account": N_("Choose the account whose provider is to review it."),
    "template_fixed": N_("The provider has this text under review or approved it; duplicate it and change the copy."),
    "template_under_way": N_("The worker is at it already."),
    "opted_out_of_marketing": N_("wants no marketing"),
}
