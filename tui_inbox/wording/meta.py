"""Sentences for Messenger and Instagram: needs, limits, refusals, what Meta reports, by stored code."""

from __future__ import annotations

from tui_inbox.wording import N_

SENTENCES: dict[str, str] = {
    "need_meta_app": N_("A business app at developers.facebook.com, with the Page or the account connected to it."),
    "need_meta_review": N_(
        "Meta's App Review for messages (and for comments, if wanted): before it only people with a role on the app "
        "can be written to."
    ),
    "need_meta_verification": N_("The business verified by Meta."),
    "need_human_agent": N_(
        "To answer after 24 hours: Meta's Human Agent feature, asked for in the same review; without it set "
        "human_agent = false."
    ),
    "need_instagram_professional": N_(
        "A professional Instagram account, linked to a Page or by Instagram's own login."
    ),
    "limit_meta_history": N_("Only the 20 newest messages of a conversation come in at first; Meta shows no more."),
    "limit_meta_ticks": N_(
        "Whether a message was read, edited or taken back is told by webhook only; that needs the receiver."
    ),
    "limit_meta_after_week": N_(
        "After 24 hours only a person's own words may go; after 7 days a template on Messenger, nothing on Instagram."
    ),
    "limit_meta_comments": N_("Comments are looked for under the 25 newest posts, every five minutes."),
    "limit_instagram_requests": N_("Message requests that have been idle for 30 days are not shown."),
    "limit_instagram_files": N_("Pictures (8 MB), sound, film and PDF (25 MB); a message is text or one file."),
    # Refusals to an operator.
    "tag.human_agent": N_("A person's answer (24 hours to 7 days)"),
    "tag.confirmed_event_update": N_("Reminder of an event"),
    "tag.account_update": N_("Account update"),
    "tag.post_purchase_update": N_("Post-purchase update"),
    "instead.utility_template": N_("a utility template"),
    "tag_refused": N_("Meta refuses the tag “{tag}” since 27 April 2026; send {instead} in its place."),
    "no_templates": N_("{channel} takes no templates."),
    "file_not_taken": N_("{channel} takes no files of the type {type}."),
    "file_over_limit": N_("{channel} takes files up to {limit} MB."),
    "comments_off": N_("Comments are switched off for this account (comments = true switches them on)."),
    "comment_only": N_("Meta does not say who wrote this comment: only the comment itself can be answered."),
    "no_target": N_("It does not say which message or comment it answers."),
    "text_only": N_("A comment is answered by text only."),
    "act_not_served": N_("This account cannot do that."),
    "reaction_not_served": N_("{emoji} is not among the reactions of this channel."),
    "template_name_letters": N_("A template's name has small letters, digits and _ only: “{name}”."),
    "instagram_id_differs": N_("This token is for another Instagram account; set instagram_id to the number shown."),
    "page_id_missing": N_('page_id is missing: it is needed with login = "page".'),
    # What Meta reports.
    "guest_unavailable": N_("This person cannot be reached at the moment."),
    "other_app": N_("Another app holds this conversation; take it back there, or wait."),
    "private_reply_over": N_("A comment can be answered in private once, and within 7 days."),
    "may_have_arrived": N_("Meta reported an error, but the message may have arrived."),
    "slow_down": N_("Meta asks to write more slowly; it goes on by itself."),
    "access_off": N_("In Instagram, access to messages is switched off for connected tools."),
    "page_not_linked": N_("The Instagram account is not linked to this Page (any more)."),
    "page_restricted": N_("Meta has restricted this account."),
    "comments_not_permitted": N_("The token may not read comments."),
    "human_agent_not_granted": N_("Meta has not granted this app Human Agent: after 24 hours nothing may be written."),
    "templates_not_permitted": N_("The token has no right to utility templates."),
    "token_not_renewed": N_("Instagram's token could not be renewed; it ends 60 days after it was made."),
    "not_shown_to_programs": N_("Meta does not show this to programs: look at it in its own app."),
    "advice.access_off": N_("In the Instagram app: Settings, Messages, Connected tools, allow access."),
    "advice.page_not_linked": N_("Link them in the Page's settings, make a new token, and store it again."),
    "advice.page_restricted": N_("See Page Quality (Support Inbox) at Meta; only Meta can lift this."),
    "advice.comments_not_permitted": N_(
        "Reconnect: make a token with the right to comments and store it again, or set comments = false."
    ),
    "advice.human_agent_not_granted": N_("Ask Meta for the feature in App Review, or set human_agent = false."),
    "advice.token_not_renewed": N_(
        "Make a new token, and keep it where this program may write: the keyring or its own file of secrets."
    ),
}
