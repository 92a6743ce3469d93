"""Guest lists, messages to many, offers and who was asked."""

from __future__ import annotations

from sqlalchemy import Index, text
from sqlmodel import SQLModel

from storage.tables.columns import big, identity, number, one_of, words
from tui_inbox.domain.campaign import CampaignKind, CampaignState, RecipientState
from tui_inbox.domain.message import MessageClass
from tui_inbox.domain.offer import AskedState, OfferMode, OfferState


class GuestList(SQLModel, table=True):
    __tablename__ = "guest_list"
    __table_args__ = (Index("ix_guest_list_place", "place", "id"),)
    id: int | None = identity()
    name: str = words()
    criteria: str = words("{}")
    place: int = number()
    updated_by: str = words()
    updated_at: int | None = big()


class Campaign(SQLModel, table=True):
    """One message to many guests; whom it goes to stands in ``recipient``."""

    __tablename__ = "campaign"
    __table_args__ = (
        one_of("kind", CampaignKind),
        one_of("state", CampaignState),
        one_of("message_class", MessageClass),
        Index(
            "ix_campaign_running",
            "id",
            sqlite_where=text("state = 'running'"),
            postgresql_where=text("state = 'running'"),
        ),
    )
    id: int | None = identity()
    name: str = words()
    text: str = words()
    channels: str = words("[]")
    kind: str = words("send")
    state: str = words("running")
    message_class: str = words("marketing")
    class_reason: str = words()
    subject: str = words()
    template: int | None = big()
    values: str = words("{}")
    guest_list: int | None = big()
    created_by: str = words()
    created_at: int = big(null=False)
    unlocked_by: str = words()
    ended_at: int | None = big()
    property: str = words()


class Recipient(SQLModel, table=True):
    __tablename__ = "recipient"
    __table_args__ = (
        one_of("state", RecipientState),
        Index("ix_recipient_turn", "campaign_id", "state", "place"),
        Index("ix_recipient_guest", "guest_id", "campaign_id"),
        Index("ix_recipient_outbox", "outbox_id"),
        Index(
            "ix_recipient_queued",
            "queued_at",
            sqlite_where=text("queued_at IS NOT NULL"),
            postgresql_where=text("queued_at IS NOT NULL"),
        ),
    )
    campaign_id: int = big(null=False, key=True)
    guest_id: int = big(null=False, key=True)
    place: int = number()
    state: str = words("waiting")
    reason: str = words()
    params: str = words("{}")
    outbox_id: int | None = big()
    queued_at: int | None = big()
    accepted_at: int | None = big()
    accepted_by: str = words()
    accepted_how: str = words()
    turn: int = number()


class Offer(SQLModel, table=True):
    """A free room, table or slot; to whom it is offered stands in ``asked``."""

    __tablename__ = "offer"
    __table_args__ = (
        one_of("mode", OfferMode),
        one_of("state", OfferState),
        Index("ix_offer_open", "id", sqlite_where=text("state = 'open'"), postgresql_where=text("state = 'open'")),
    )
    id: int | None = identity()
    title: str = words()
    text: str = words()
    channels: str = words("[]")
    minutes: int = number()
    mode: str = words("turn")
    state: str = words("open")
    taken_by: int | None = big()
    created_by: str = words()
    created_at: int = big(null=False)
    ended_at: int | None = big()
    property: str = words()


class Asked(SQLModel, table=True):
    __tablename__ = "asked"
    __table_args__ = (one_of("state", AskedState), Index("ix_asked_guest", "guest_id", "offer_id"))
    offer_id: int = big(null=False, key=True)
    guest_id: int = big(null=False, key=True)
    place: int = number()
    state: str = words("waiting")
    reason: str = words()
    asked_at: int | None = big()
    reply_by: int | None = big()
    answered_at: int | None = big()
    outbox_id: int | None = big()
