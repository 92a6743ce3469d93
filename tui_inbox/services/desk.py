"""Who acts, and what every use case needs to know about the hotel."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from tui_inbox.domain.channel import ChannelTraits
from tui_inbox.domain.errors import NotFound, Refused
from tui_inbox.domain.footer import Footer
from tui_inbox.domain.hours import Hours
from tui_inbox.domain.template import Template

READ_ONLY = "read-only"


class Actor(NamedTuple):
    """The person (or, with an empty code, the program) behind an act."""

    code: str
    name: str
    role: str = "operator"
    """``admin``, ``operator`` or ``read-only``."""
    property: str | None = None
    """The only property whose conversations are shown; None: all."""
    accounts: tuple[str, ...] = ()
    """The only channel accounts to be used; empty: all."""

    def require_write(self) -> None:
        """Raises ``Refused("read_only")`` for someone who may only look."""
        if self.role == READ_ONLY:
            raise Refused("read_only")

    def require_property(self, property_: str) -> None:
        """Raises ``Refused("not_your_property")`` for what is not of the one property that they may see."""
        if self.property is not None and self.property != property_:
            raise Refused("not_your_property")

    def require_admin(self) -> None:
        """Raises ``Refused("admin_only")`` for everybody else."""
        self.require_write()
        if self.role != "admin" and self.code:
            raise Refused("admin_only")


SYSTEM = Actor("", "")
"""The guest, the clock or the worker."""


class AccountInfo(NamedTuple):
    """One configured channel account: what it serves and from which own addresses."""

    name: str
    type: str
    channels: Mapping[str, ChannelTraits]
    own: Mapping[str, str] = {}
    """Channel -> our own number or address on it."""
    mode: str = "full"
    """``full`` or ``view-only`` (nothing is ever sent)."""
    settings: Mapping[str, str] = {}
    """Harmless settings of this account that a rule needs (``history``, ``sent_copy`` ...); never a secret."""
    heard_by: tuple[str, ...] = ()
    """Where nothing can be polled: the ways of ``Desk.receiving`` of which it needs one to hear guests at all."""
    label: str = ""
    """Of a source of stays: its vendor's proper name."""
    limits: tuple[str, ...] = ()
    """Of a source of stays: codes (``limit_…``) of what is not possible with it."""
    manager: str = ""
    """Address of the vendor's own page about the account, where a person sees and mends what is wrong with it."""


class ChannelKind(NamedTuple):
    """A type of account that could be connected: what stands before it, and what it cannot do."""

    type: str
    labels: tuple[str, ...]
    """Proper names of the channels that it serves."""
    form: str
    """What is said after ``tui-inbox channel add``."""
    needs: tuple[str, ...] = ()
    """Codes (``need_…``) of what a real account asks of the hotel, in the order in which it is done."""
    limits: tuple[str, ...] = ()
    """Codes (``limit_…``) of what is not possible with it."""


class BookingRules(NamedTuple):
    """What the hotel says about its bookings as a whole."""

    by_hand: bool = False
    """Somebody of the hotel approves each booking."""
    staff: str = ""
    """Mail address that is told what happens to bookings."""
    hold: timedelta = timedelta(minutes=10)
    """How long a cancellation waits for a note, and for the booking to come back."""
    minutes_to_answer: int = 60
    """What a waiting guest is given to answer an offer."""


class Bulk(NamedTuple):
    """How much may go to many at once."""

    max_recipients: int | None = 74
    """Guests of one group send without an administrator's word; None: no limit."""
    per_minute: int = 60


class Desk(NamedTuple):
    """The hotel as the use cases see it; built once by ``bootstrap``, holds no secret."""

    hotel: str
    zone: ZoneInfo
    language: str = "en"
    country: str = ""
    """ISO 3166 code: the country of phone numbers written without one."""
    operators: Mapping[str, str] = {}
    """Code -> name."""
    accounts: Mapping[str, AccountInfo] = {}
    undo: Mapping[str, timedelta] = {"chat": timedelta(seconds=5), "email": timedelta(seconds=10)}
    """How long a send can be taken back, by ``ChannelTraits.undo``."""
    prices: Mapping[str, Mapping[str, str]] = {}
    """Price table: channel -> category or country -> decimal text (``domain.cost`` reads it)."""
    currency: str = "EUR"
    properties: Mapping[str, str] = {}
    """Code -> name; empty when everything belongs to the hotel."""
    transcribes: bool = False
    """An engine that writes recordings down is configured."""
    variables: Mapping[str, str] = {}
    """Further fixed template values (Wi-Fi name, phone of the desk ...), by name."""
    units: Mapping[str, str] = {}
    """What those that are numbers are counted in, by name."""
    texts: tuple[Template, ...] | None = None
    """The hotel's own texts under variables' names; None: not read yet (``variables.with_texts`` does)."""
    sources: Mapping[str, AccountInfo] = {}
    """Where stays come from, by name; none has the name of a channel account."""
    receiving: tuple[str, ...] = ()
    """Ways that are configured for vendors' own requests: ``listen``, ``spool``, ``relay``."""
    public_url: str = ""
    """Where guests' browsers reach our receiver, without a slash at the end; empty where nothing serves them."""
    footers: Mapping[str, Footer] = {}
    """The hotel's own texts under mails and SMS, by language."""
    owner: str = ""
    """Mail address that is told when something needs the hotel's owner."""
    sms_segments: Mapping[str, int] = {}
    """Account -> SMS parts that it may send in a month; one that is not here has no budget."""
    hours: Hours = Hours()
    zones: Mapping[str, ZoneInfo] = {}
    """Property -> its time zone, where it is not the hotel's."""
    bookings: BookingRules = BookingRules()
    acknowledge: str | None = None
    """Reminder template by which guests who write outside the hours are told so; empty: ours; None: they are not."""

    bulk: Bulk = Bulk()

    def info(self, name: str) -> AccountInfo | None:
        """Of a channel account or a source of stays."""
        return self.accounts.get(name) or self.sources.get(name)

    def traits(self, account: str, channel: str) -> ChannelTraits:
        """Raises ``NotFound`` for an account or a channel that the configuration does not know (any more)."""
        try:
            return self.accounts[account].channels[channel]
        except KeyError:
            raise NotFound(f"{account}/{channel}") from None

    def zone_of(self, property_: str) -> ZoneInfo:
        """By whose clock this property lives."""
        return self.zones.get(property_, self.zone)

    def today(self, now: datetime) -> date:
        """The hotel's date, not the server's."""
        return now.astimezone(self.zone).date()

    def days(self, now: datetime) -> tuple[date, date]:
        """The earliest and the latest date that it is now, by the clocks of the hotel and its properties."""
        found = [now.astimezone(zone).date() for zone in (self.zone, *self.zones.values())]
        return min(found), max(found)

    def name_of(self, operator: str) -> str:
        return self.operators.get(operator, operator)
