"""What a Facebook Page or an Instagram account may say in the configuration, and what its channel can do."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta, Struct, field

from tui_inbox.domain.channel import AttachmentLimits, ChannelTraits, Evidence, HandleKind, MessageTag
from tui_inbox.domain.deed import Act

if TYPE_CHECKING:
    from tui_inbox.ports.channel import Channel
    from tui_inbox.ports.secrets import Secrets

GRAPH = "https://graph.facebook.com"
INSTAGRAM_GRAPH = "https://graph.instagram.com"
FILE_HOSTS = (".fbcdn.net", ".fbsbx.com", ".cdninstagram.com")
"""Where Meta keeps the bytes of guests' files; their addresses are signed and expire."""

HUMAN_AGENT = "human_agent"
REFUSED_TAGS = ("confirmed_event_update", "account_update", "post_purchase_update")
"""Any request that bears one is answered by error 100 since 27 April 2026."""
UTILITY = "utility_template"

_MB = 1024 * 1024
MESSENGER = ChannelTraits(
    code="messenger",
    mark="FB",
    label="Messenger",
    handle=HandleKind.OPAQUE,
    can_start=False,
    free_window=timedelta(hours=24),
    human_window=timedelta(days=7),
    templates_after_window=True,
    max_chars=2000,
    delivery_receipts=True,
    read_receipts=True,
    attachments=AttachmentLimits(count=1, max_bytes=25 * _MB),
    text_with_files=False,
    evidence=Evidence.LIST,
    settle=timedelta(minutes=2),
    free_of_charge=True,
    quotes=True,
    comments=True,
    acts=frozenset({Act.READ, Act.TYPING, Act.REACT, Act.HIDE, Act.SPAM}),
    tags=(MessageTag(HUMAN_AGENT), *(MessageTag(code, allowed=False, instead=UTILITY) for code in REFUSED_TAGS)),
)
INSTAGRAM = ChannelTraits(
    code="instagram",
    mark="IG",
    label="Instagram",
    handle=HandleKind.OPAQUE,
    can_start=False,
    free_window=timedelta(hours=24),
    human_window=timedelta(days=7),
    max_chars=1000,
    max_bytes=1000,
    read_receipts=True,
    attachments=AttachmentLimits(
        count=1,
        max_bytes=25 * _MB,
        types=("image/png", "image/jpeg", "image/gif", "audio/", "video/", "application/pdf"),
    ),
    text_with_files=False,
    evidence=Evidence.LIST,
    settle=timedelta(minutes=2),
    free_of_charge=True,
    quotes=True,
    comments=True,
    acts=frozenset({Act.TYPING, Act.REACT, Act.HIDE, Act.SPAM}),
    tags=(MessageTag(HUMAN_AGENT),),
)
INSTAGRAM_PICTURE = 8 * _MB
"""Bytes of one image on Instagram; other files have the trait's limit."""

MANAGER = "https://business.facebook.com/latest/settings"
NEEDS = ("need_meta_app", "need_meta_review", "need_meta_verification", "need_human_agent")
LIMITS = ("limit_meta_history", "limit_meta_ticks", "limit_meta_after_week", "limit_meta_comments")

Number = Annotated[str, Meta(pattern=r"^[0-9]{3,32}$")]
Name = Annotated[str, Meta(min_length=1)]
Version = Annotated[str, Meta(pattern=r"^v[0-9]{1,3}\.[0-9]{1,2}$")]
History = Annotated[str, Meta(pattern=r"^([1-9][0-9]{0,3}d|all|none)$")]


class MessengerSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """The table ``[channels.NAME]`` of type ``messenger``."""

    type: Literal["messenger"]
    page_id: Number
    secret: Name
    """Name under which a vault keeps the Page access token."""
    app_secret: str = ""
    """Name of the app's secret, which signs webhooks; empty: none are taken."""
    verify_token: str = ""
    """Name of the word that Meta repeats when the webhook's address is entered."""
    human_agent: bool = True
    """Has Meta granted the app the Human Agent feature?"""
    comments: bool = False
    prove_calls: bool = False
    """Send ``appsecret_proof`` with every call, for apps that demand it."""
    graph_version: Version = "v25.0"
    base_url: str = GRAPH
    poll_seconds: Annotated[int, Meta(ge=5, le=3600)] = 60
    history: History = "30d"
    read_receipts: Literal["off", "on-open", "on-reply"] = "on-reply"
    """When guests see that their messages were read."""
    typing: bool = False
    """Guests see that somebody writes."""
    mode: Literal["full", "view-only"] = "full"
    property_: str = field(name="property", default="")
    """Code of the property whose guests write here."""

    @property
    def app_secrets(self) -> tuple[str, ...]:
        """Names of the secrets with one of which a webhook is signed."""
        return (self.app_secret,) if self.app_secret else ()

    @property
    def own(self) -> str:
        """Our own id on the channel."""
        return self.page_id

    @property
    def node(self) -> str:
        """Whose edges are asked."""
        return self.page_id

    @property
    def own_ids(self) -> frozenset[str]:
        return frozenset({self.page_id})

    @property
    def own_login(self) -> bool:
        """Is it Instagram's own login, without a Page?"""
        return False

    @property
    def base(self) -> str:
        return self.base_url


class InstagramSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """The table ``[channels.NAME]`` of type ``instagram``."""

    type: Literal["instagram"]
    instagram_id: Number
    secret: Name
    """Name under which a vault keeps the Page access token, or Instagram's own token, which is renewed there."""
    login: Literal["page", "instagram"] = "page"
    page_id: Annotated[str, Meta(pattern=r"^([0-9]{3,32})?$")] = ""
    """The linked Page; needed where ``login`` is ``page``."""
    app_secret: str = ""
    instagram_app_secret: str = ""
    """Of the app's Instagram part: Meta does not say which of the two signs webhooks of Instagram's own login."""
    verify_token: str = ""
    human_agent: bool = True
    comments: bool = False
    prove_calls: bool = False
    graph_version: Version = "v25.0"
    base_url: str = ""
    """Empty: Meta's own address for this ``login``."""
    poll_seconds: Annotated[int, Meta(ge=5, le=3600)] = 60
    history: History = "30d"
    typing: bool = False
    """Guests see that somebody writes."""
    mode: Literal["full", "view-only"] = "full"
    property_: str = field(name="property", default="")

    @property
    def app_secrets(self) -> tuple[str, ...]:
        return tuple(name for name in (self.app_secret, self.instagram_app_secret) if name)

    @property
    def own(self) -> str:
        return self.instagram_id

    @property
    def node(self) -> str:
        return self.instagram_id if self.own_login else self.page_id

    @property
    def own_ids(self) -> frozenset[str]:
        return frozenset({self.instagram_id, self.page_id} - {""})

    @property
    def own_login(self) -> bool:
        return self.login == "instagram"

    @property
    def base(self) -> str:
        return self.base_url or (INSTAGRAM_GRAPH if self.own_login else GRAPH)


Settings = MessengerSettings | InstagramSettings


def traits_of(settings: Settings) -> ChannelTraits:
    """What this account can do: ticks come by webhook only, seven days are for apps that Meta has reviewed."""
    traits = MESSENGER if settings.type == MESSENGER.code else INSTAGRAM
    if not settings.human_agent:
        allowed = tuple(tag for tag in traits.tags if tag.code != HUMAN_AGENT)
        traits = traits._replace(human_window=None, tags=allowed)
    if not settings.app_secrets:
        traits = traits._replace(delivery_receipts=False, read_receipts=False)
    if not settings.comments:
        traits = traits._replace(comments=False, acts=traits.acts - {Act.HIDE})
    if settings.own_login:
        traits = traits._replace(acts=traits.acts - {Act.SPAM})
    if settings.mode == "view-only":
        traits = traits._replace(can_send=False)
    return traits


class MessengerPages:
    """What the screen must know of a Page, without loading anything that talks to Meta."""

    Settings = MessengerSettings
    TRAITS: Mapping[str, ChannelTraits] = {MESSENGER.code: MESSENGER}
    NEEDS = NEEDS
    MANAGER = MANAGER
    LIMITS = LIMITS

    @classmethod
    def serves(cls, settings: MessengerSettings) -> Mapping[str, ChannelTraits]:
        return {MESSENGER.code: traits_of(settings)}

    @classmethod
    def own(cls, settings: MessengerSettings) -> Mapping[str, str]:
        return {MESSENGER.code: settings.own}

    @classmethod
    def open(cls, name: str, settings: MessengerSettings, secrets: Secrets) -> Channel:
        """Raises ``Refused``: a secret is missing, or an address is bad; touches no network."""
        from adapters.meta.account import Messenger

        return Messenger.open(name, settings, secrets)


class InstagramAccounts:
    """What the screen must know of an Instagram account, without loading anything that talks to Meta."""

    Settings = InstagramSettings
    TRAITS: Mapping[str, ChannelTraits] = {INSTAGRAM.code: INSTAGRAM}
    NEEDS = (*NEEDS, "need_instagram_professional")
    MANAGER = MANAGER
    LIMITS = (*LIMITS, "limit_instagram_requests", "limit_instagram_files")

    @classmethod
    def serves(cls, settings: InstagramSettings) -> Mapping[str, ChannelTraits]:
        return {INSTAGRAM.code: traits_of(settings)}

    @classmethod
    def own(cls, settings: InstagramSettings) -> Mapping[str, str]:
        return {INSTAGRAM.code: settings.own}

    @classmethod
    def open(cls, name: str, settings: InstagramSettings, secrets: Secrets) -> Channel:
        """Raises ``Refused``: a secret or the Page is missing, or an address is bad; touches no network."""
        from adapters.meta.account import Instagram

        return Instagram.open(name, settings, secrets)
