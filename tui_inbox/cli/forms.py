"""What is asked to connect an account, and where each answer is found at the vendor."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from tui_inbox.wording import N_

Answers = Mapping[str, str]


class Question(NamedTuple):
    key: str
    """Its key in the account's table; ``imap.host`` is in an inline table."""
    ask: str
    where: str = ""
    default: Callable[[Answers], str] = lambda _answers: ""
    when: Callable[[Answers], bool] = lambda _answers: True
    """Is it asked, after these answers?"""
    needed: bool = False
    """Of a further secret: may it not be left out?"""


class Form(NamedTuple):
    type: str
    name: str
    """Suggested name of the account."""
    questions: tuple[Question, ...]
    secret: str
    """The question for the secret."""
    secret_where: str
    secret_suffix: str
    more_secrets: tuple[Question, ...] = ()
    """Further ones; ``key`` is the key that names it."""
    needs_first: bool = False
    """What the vendor wants beforehand is told, and agreed to, before anything is asked."""


class Provider(NamedTuple):
    imap: str
    smtp: str
    sent_copy: str = "ours"


# From the providers' own help pages for mail programs.
PROVIDERS: Mapping[str, Provider] = {
    "gmail.com": Provider("imap.gmail.com", "smtp.gmail.com", "server"),
    "googlemail.com": Provider("imap.gmail.com", "smtp.gmail.com", "server"),
    "orange.fr": Provider("imap.orange.fr", "smtp.orange.fr"),
    "free.fr": Provider("imap.free.fr", "smtp.free.fr"),
    "fastmail.com": Provider("imap.fastmail.com", "smtp.fastmail.com"),
}


def provider(answers: Answers) -> Provider:
    """The address's provider, or a guess that is right for many hosters."""
    domain = answers.get("address", "").rpartition("@")[2].lower()
    return PROVIDERS.get(domain, Provider(f"imap.{domain}", f"smtp.{domain}"))


_SIGN_IN_AT = {
    "gmail.com": "google",
    "googlemail.com": "google",
    "outlook.com": "microsoft",
    "hotmail.com": "microsoft",
    "live.com": "microsoft",
    "hotmail.fr": "microsoft",
    "outlook.fr": "microsoft",
}


def _known(answers: Answers) -> bool:
    """Are the servers known by the provider's name?"""
    return bool(answers.get("provider"))


def _typed(answers: Answers) -> bool:
    return not _known(answers)


def _signs_in(answers: Answers) -> bool:
    return answers.get("auth") == "oauth"


_SID = Question(
    "account_sid",
    N_("Account SID"),
    N_("console.twilio.com, first page, “Account Info”; it begins with AC."),
)
_FROM = Question(
    "from",
    N_("The hotel's number"),
    N_("console.twilio.com, Phone Numbers, Manage, Active numbers; as +, country, number."),
)
_WHATSAPP = Question(
    "whatsapp_from",
    N_("The WhatsApp sender"),
    N_("console.twilio.com, Messaging, Senders, WhatsApp senders; often the same number."),
    lambda answers: answers.get("from", ""),
)
_TOKEN = N_("Auth token (it is not shown)")
_TOKEN_WHERE = N_("Beside the Account SID; press “show” there.")

_PAGE = Question(
    "page_id",
    N_("The Page's number"),
    N_("On the Page: About, Page transparency; or business.facebook.com, Settings, Pages."),
)
_WEBHOOK = (
    Question(
        "app_secret",
        N_("App secret, or Enter for later (it is not shown)"),
        N_("developers.facebook.com, your app, App settings, Basic. With it webhooks bring ticks and edits."),
    ),
    Question(
        "verify_token",
        N_("Verify token, or Enter for later (it is not shown)"),
        N_("Yours to choose; the same goes into the form of Meta's webhook."),
    ),
)
_MESSENGER = Form(
    "messenger",
    "desk-messenger",
    (_PAGE,),
    N_("Page access token (it is not shown)"),
    N_("developers.facebook.com, your app, Messenger, API setup, Generate token; or a system user's token."),
    "token",
    _WEBHOOK,
    needs_first=True,
)
_INSTAGRAM = Form(
    "instagram",
    "desk-instagram",
    (
        Question(
            "instagram_id",
            N_("The Instagram account's number"),
            N_("developers.facebook.com, your app, Instagram, API setup, beside its name; it begins with 1784."),
        ),
        Question(
            "page_id",
            N_("The linked Page's number, or Enter for Instagram's own login"),
            N_("On the Page: About, Page transparency; or business.facebook.com, Settings, Pages."),
        ),
        Question(
            "login",
            N_("How is it connected: “page” or “instagram”"),
            N_("“page” where it is linked to a Facebook Page, “instagram” for Instagram's own login."),
            lambda answers: "page" if answers.get("page_id") else "instagram",
        ),
    ),
    N_("Access token (it is not shown)"),
    N_("On the same page, Generate token: the Page's, or Instagram's own, which this program renews."),
    "token",
    _WEBHOOK,
    needs_first=True,
)

_WEBCHAT = Form(
    "webchat",
    "site-chat",
    (
        Question(
            "inbox",
            N_("A name for the page's address, such as hotel-lumiere"),
            N_("Yours to choose: letters, digits and -. Guests see it; it is no secret."),
        ),
        Question(
            "origins",
            N_("Your sites that may show the page, or Enter for none"),
            N_("As a browser shows their beginning, such as https://www.hotel.example; several with commas."),
        ),
    ),
    "",
    "",
    "",
)

_META_APP = N_("developers.facebook.com, your app, WhatsApp, API setup.")
_WHATSAPP_CLOUD = Form(
    "whatsapp-cloud",
    "desk-whatsapp",
    (
        Question("number", N_("The hotel's WhatsApp number"), N_("As +, country, number.")),
        Question("phone_number_id", N_("Phone number ID"), _META_APP),
        Question("waba_id", N_("WhatsApp Business Account ID"), _META_APP),
    ),
    N_("Access token (it is not shown)"),
    N_("business.facebook.com, Settings, System users, Generate token: never expires, both WhatsApp rights."),
    "token",
    (
        Question(
            "app_secret",
            N_("App secret, or Enter for later (it is not shown)"),
            N_("developers.facebook.com, your app, App settings, Basic. Without it nothing that guests write arrives."),
        ),
        Question(
            "verify_token",
            N_("Verify token, or Enter for later (it is not shown)"),
            N_("Yours to choose; the same goes into the form of Meta's webhook."),
        ),
    ),
    needs_first=True,
)

_CHANNEX = Form(
    "channex",
    "desk-channex",
    (
        Question(
            "property_id",
            N_("The property's id at Channex"),
            N_("app.channex.io, Properties, your property: the long id in the page's address."),
        ),
    ),
    N_("API key (it is not shown)"),
    N_("app.channex.io, your profile, API keys, Create: for this property."),
    "key",
    needs_first=True,
)
_BOOKING = Form(
    "booking.com",
    "desk-booking",
    (
        Question(
            "client_id",
            N_("Client id of the machine account"),
            N_("Booking.com's partner portal, Administration, Machine accounts."),
        ),
        Question(
            "property_ids",
            N_("The property's number, or several with commas"),
            N_("In the Extranet, beside the hotel's name; the machine account must be connected to it."),
        ),
    ),
    N_("Client secret (it is not shown)"),
    N_("On the same page; it is shown there once."),
    "secret",
    needs_first=True,
)

FORMS: Mapping[str, Form] = {
    "channex": _CHANNEX,
    "booking.com": _BOOKING,
    "whatsapp-cloud": _WHATSAPP_CLOUD,
    "webchat": _WEBCHAT,
    "messenger": _MESSENGER,
    "instagram": _INSTAGRAM,
    "sms": Form("twilio", "desk-sms", (_SID, _FROM), _TOKEN, _TOKEN_WHERE, "token"),
    "whatsapp": Form("twilio", "desk-whatsapp", (_SID, _FROM, _WHATSAPP), _TOKEN, _TOKEN_WHERE, "token"),
    "email": Form(
        "email",
        "desk-mail",
        (
            Question("address", N_("The desk's e-mail address"), N_("The one that guests write to.")),
            Question(
                "provider",
                N_("Provider: google, microsoft, or Enter for another"),
                N_("Also for an address of your own at Google Workspace or Microsoft 365."),
                lambda answers: _SIGN_IN_AT.get(answers.get("address", "").rpartition("@")[2].lower(), ""),
            ),
            Question(
                "auth",
                N_("Login by “password” or by “oauth” (a sign-in in your browser)"),
                N_("Microsoft takes no passwords any more; Google takes application passwords."),
                lambda answers: "oauth" if answers.get("provider") == "microsoft" else "password",
                when=_known,
            ),
            Question(
                "oauth.client_id",
                N_("The id of your registration (client id)"),
                N_(
                    "Your organisation registers this program once: entra.microsoft.com, App registrations, public "
                    "client allowed; or console.cloud.google.com, Credentials, desktop app."
                ),
                when=_signs_in,
            ),
            Question(
                "imap.host",
                N_("Incoming server (IMAP)"),
                N_("Your provider's help page, “set up a mail program”."),
                lambda answers: provider(answers).imap,
                _typed,
            ),
            Question(
                "imap.port",
                N_("Its port"),
                N_("993 with TLS from the start; 143 with STARTTLS."),
                lambda _a: "993",
                _typed,
            ),
            Question(
                "smtp.host",
                N_("Outgoing server (SMTP)"),
                N_("On the same help page."),
                lambda answers: provider(answers).smtp,
                _typed,
            ),
            Question(
                "smtp.port",
                N_("Its port"),
                N_("465 with TLS from the start; 587 with STARTTLS."),
                lambda _a: "465",
                _typed,
            ),
            Question(
                "username",
                N_("User name"),
                N_("Most often the whole address."),
                lambda answers: answers.get("address", ""),
            ),
        ),
        N_("Password (it is not shown)"),
        N_("Where the provider asks for two steps at login: an “application password” made in its security settings."),
        "password",
        (
            Question(
                "oauth.client_secret",
                N_("The registration's secret, or Enter where it has none (it is not shown)"),
                N_("Google gives one beside the client id; Microsoft's public clients have none."),
                when=_signs_in,
            ),
        ),
    ),
}
_LISTS = ("origins", "property_ids")
_NUMBERS = ("port", "poll_seconds")
_STARTTLS = {"143", "587", "25"}


def table_of(form: Form, answers: Answers, secret: str) -> dict[str, Any]:
    """The account's table as it will stand in the configuration."""
    table: dict[str, Any] = {"type": form.type}
    for key, value in answers.items():
        typed: Any = int(value) if key.rpartition(".")[2] in _NUMBERS and value.isdigit() else value
        if key in _LISTS:
            typed = [one.strip() for one in value.split(",") if one.strip()]
        outer, dot, inner = key.partition(".")
        if dot:
            table.setdefault(outer, {})[inner] = typed
            if inner == "port" and f"{outer}.tls" not in answers:
                table[outer]["tls"] = "starttls" if value in _STARTTLS else "implicit"
        else:
            table[key] = typed
    guessed = form.type == "email" and "sent_copy" not in answers and not _known(answers)
    if guessed and provider(answers).sent_copy != "ours":
        table["sent_copy"] = provider(answers).sent_copy
    if secret:
        table["secret"] = secret
    return table
