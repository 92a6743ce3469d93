"""Guest lists, group sends and offers, as the services see them in a transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from tui_inbox.domain.campaign import Campaign, Progress, Recipient, RecipientRow, RecipientState
from tui_inbox.domain.guest_list import GuestList
from tui_inbox.domain.offer import Asked, Offer


class GuestLists(Protocol):
    def all(self, *, for_change: bool = False) -> Sequence[GuestList]:
        """In the hotel's order."""
        ...

    def get(self, list_id: int) -> GuestList | None: ...

    def load(self, list_id: int) -> GuestList:
        """For change. Raises ``NotFound``."""
        ...

    def add(self, made: GuestList) -> GuestList: ...

    def put(self, changed: GuestList) -> None: ...

    def remove(self, list_id: int) -> None: ...

    def count(self, criteria: Mapping[str, str], today: date, property_: str = "") -> int:
        """With a property: of its own guests, by their stays there."""
        ...

    def fits(self, guest_id: int, criteria: Mapping[str, str], today: date) -> bool: ...

    def members(
        self, criteria: Mapping[str, str], today: date, after: int | None, limit: int, property_: str = ""
    ) -> Sequence[tuple[int, str]]:
        """(id, name) by name, beyond the guest with the id ``after``; with a property as in ``count``."""
        ...


class Campaigns(Protocol):
    def get(self, campaign_id: int) -> Campaign | None: ...

    def load(self, campaign_id: int) -> Campaign:
        """For change. Raises ``NotFound``."""
        ...

    def all(self, limit: int) -> Sequence[Campaign]:
        """Newest first."""
        ...

    def running(self) -> Sequence[Campaign]:
        """Oldest first, for change."""
        ...

    def add(self, campaign: Campaign, guest_ids: Sequence[int]) -> Campaign:
        """With these recipients, in this order."""
        ...

    def put(self, campaign: Campaign) -> None: ...

    def recipient(self, campaign_id: int, guest_id: int) -> Recipient | None: ...

    def in_state(self, campaign_id: int, state: RecipientState, limit: int) -> Sequence[Recipient]:
        """In their order."""
        ...

    def put_recipient(self, recipient: Recipient) -> None: ...

    def call_off(self, campaign_id: int) -> int:
        """Whoever still waits gets nothing; how many."""
        ...

    def progress(self, campaign_id: int) -> Progress: ...

    def accepted(self, campaign_id: int) -> int:
        """How many of them have accepted the terms."""
        ...

    def rows(self, campaign_id: int, after: int | None, limit: int) -> Sequence[RecipientRow]:
        """Whom it goes to and how that went, in order; ``after`` is the place of the last one."""
        ...

    def queued_since(self, since: datetime) -> tuple[int, datetime | None]:
        """How many went into the outbox after this moment, of all campaigns, and when the newest of all did."""
        ...

    def unsent(self, campaign_id: int | None = None) -> Sequence[tuple[Recipient, int]]:
        """Recipients of one campaign (or of all) whose row has not left the outbox, with its id; not what was typed."""
        ...

    def addressed(self, campaign_id: int) -> set[tuple[str, str]]:
        """(channel, address) of those who have it in the outbox already, and ("", id) of the guests they are now."""
        ...

    def hold_terms(self, guest_ids: Sequence[int]) -> None:
        """Take the changed terms that were sent to any of these guests, oldest first: nobody else changes them now."""
        ...

    def terms_of(self, guest_id: int) -> Sequence[Recipient]:
        """Changed terms that were sent to this guest and not accepted yet, newest first."""
        ...


class Offers(Protocol):
    def get(self, offer_id: int) -> Offer | None: ...

    def load(self, offer_id: int) -> Offer:
        """For change. Raises ``NotFound``."""
        ...

    def all(self, limit: int) -> Sequence[Offer]:
        """Newest first."""
        ...

    def open(self) -> Sequence[Offer]:
        """Oldest first."""
        ...

    def add(self, offer: Offer, guest_ids: Sequence[int]) -> Offer: ...

    def put(self, offer: Offer) -> None: ...

    def asked(self, offer_id: int) -> Sequence[Asked]:
        """In the order in which they are asked."""
        ...

    def put_asked(self, asked: Asked) -> None: ...

    def hold(self, guest_ids: Sequence[int]) -> None:
        """Take the offers that any of these guests was asked about, oldest first: nobody else changes them now."""
        ...

    def of_guest(self, guest_id: int) -> Sequence[Asked]:
        """What this guest has been asked, newest first."""
        ...
