"""What a web chat may say in the configuration, and what the channel can do."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta, Struct, field

from tui_inbox.domain.channel import ChannelTraits, Evidence, HandleKind

if TYPE_CHECKING:
    from tui_inbox.ports.channel import Channel
    from tui_inbox.ports.secrets import Secrets

LONGEST_TEXT = 4000
"""Characters, either way: a message is read in a small frame."""

WEBCHAT = ChannelTraits(
    code="webchat",
    mark="WC",
    label="Web chat",
    handle=HandleKind.OPAQUE,
    can_start=False,
    max_chars=LONGEST_TEXT,
    delivery_receipts=True,
    read_receipts=True,
    evidence=Evidence.LIST,
    settle=timedelta(0),
    free_of_charge=True,
    content_rules=("plain_text_only",),
)

Origin = Annotated[str, Meta(pattern=r"^(https://[a-z0-9.-]+|http://(localhost|127\.0\.0\.1))(:[0-9]{1,5})?$")]
"""As a browser writes it: scheme and host, no path."""


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """The table ``[channels.NAME]`` of type ``webchat``."""

    type: Literal["webchat"]
    inbox: Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{2,63}$")]
    origins: list[Origin] = []
    secret: str = ""
    """Name of the secret with which the hotel's site signs who its visitor is; empty: all are strangers."""
    welcome: str = ""
    messages_per_minute: Annotated[int, Meta(ge=1, le=600)] = 20
    contacts_per_hour: Annotated[int, Meta(ge=1, le=10000)] = 60
    mode: Literal["full", "view-only"] = "full"
    property_: str = field(name="property", default="")
    """Code of the property whose guests write here."""


AccountSettings = Settings


class WebChats:
    """What the screen must know of a web chat."""

    Settings = AccountSettings
    TRAITS: Mapping[str, ChannelTraits] = {WEBCHAT.code: WEBCHAT}
    NEEDS = ("need_webchat_proxy", "need_webchat_frame")
    LIMITS = ("limit_webchat_no_files", "limit_webchat_open_page", "limit_webchat_claims")
    HEARD_BY = ("listen",)

    @classmethod
    def serves(cls, settings: AccountSettings) -> Mapping[str, ChannelTraits]:
        if settings.mode == "full":
            return cls.TRAITS
        return {WEBCHAT.code: WEBCHAT._replace(can_send=False)}

    @classmethod
    def own(cls, settings: AccountSettings) -> Mapping[str, str]:
        return {WEBCHAT.code: settings.inbox}

    @classmethod
    def open(cls, name: str, settings: AccountSettings, secrets: Secrets) -> Channel:
        """Raises ``Refused("secret_missing")``."""
        from adapters.webchat.account import WebChat

        return WebChat(name, settings, secrets.get(settings.secret) if settings.secret else None)
