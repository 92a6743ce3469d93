"""The sample hotel's configuration: an account of every kind, at the simulators' ports."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from adapters.sandbox import house
from adapters.sandbox.script import Sample

POLL_SECONDS = 5
_TEXT = """\
[hotel]
name = "{sample.hotel}"
time_zone = "{sample.zone}"
language = "{language}"
country = "{sample.country}"

{people}
[store]
url = "sqlite:///{folder}/inbox.db"

[secrets]
keyring = false

[receiver]
listen = "127.0.0.1:{ports[receiver]}"

[transcription]
engine = "server"
base_url = "http://127.0.0.1:{ports[speech]}"

[prices.sms]
FR = "0.0798"
GB = "0.0524"
DE = "0.1022"
"*" = "0.0750"

[prices.whatsapp]
service = "0.0080"
utility = "0.03"
marketing = "0.0859"

[channels.{accounts[twilio]}]
type = "twilio"
account_sid = "{sample.twilio}"
secret = "sandbox-token"
from = "{sample.sms}"
whatsapp_from = "{sample.whatsapp}"
base_url = "http://127.0.0.1:{ports[twilio]}"
poll_seconds = {poll}

[channels.{accounts[email]}]
type = "email"
address = "{sample.mail}"
secret = "sandbox-mail"
poll_seconds = {poll}
imap = {{ host = "127.0.0.1", port = {ports[imap]}, tls = "none" }}
smtp = {{ host = "127.0.0.1", port = {ports[smtp]}, tls = "none" }}

[channels.{accounts[whatsapp-cloud]}]
type = "whatsapp-cloud"
number = "{house.WHATSAPP_CLOUD}"
phone_number_id = "{house.PHONE_NUMBER_ID}"
waba_id = "{house.WABA}"
secret = "sandbox-token"
app_secret = "sandbox-app-secret"
verify_token = "sandbox-verify-token"
base_url = "http://127.0.0.1:{ports[whatsapp]}"

[channels.{accounts[messenger]}]
type = "messenger"
page_id = "{house.PAGE}"
secret = "sandbox-page-token"
app_secret = "sandbox-app-secret"
verify_token = "sandbox-verify"
comments = true
base_url = "http://127.0.0.1:{ports[messenger]}"
poll_seconds = {poll}

[channels.{accounts[instagram]}]
type = "instagram"
instagram_id = "{house.INSTAGRAM}"
page_id = "{house.PAGE}"
secret = "sandbox-page-token"
app_secret = "sandbox-app-secret"
verify_token = "sandbox-verify"
comments = true
base_url = "http://127.0.0.1:{ports[instagram]}"
poll_seconds = {poll}

[channels.{accounts[booking]}]
type = "booking.com"
client_id = "{house.BOOKING_CLIENT}"
secret = "sandbox-secret"
property_ids = ["{house.BOOKING_PROPERTY}"]
base_url = "http://127.0.0.1:{ports[booking]}/messaging"
auth_url = "http://127.0.0.1:{ports[booking]}"
poll_seconds = {poll}

[channels.{accounts[channex]}]
type = "channex"
secret = "sandbox-key"
property_id = "{house.CHANNEX_PROPERTY}"
sites = ["airbnb", "expedia"]
base_url = "http://127.0.0.1:{ports[channex]}"
poll_seconds = {poll}

[channels.{accounts[webchat]}]
type = "webchat"
inbox = "{house.CHAT}"
"""


def config_text(folder: Path, sample: Sample, ports: Mapping[str, int], language: str) -> str:
    people = "".join(
        f'[operators.{code}]\nname = "{name}"\nrole = "admin"\n' for code, name in sample.operators.items()
    )
    return _TEXT.format(
        sample=sample,
        house=house,
        accounts=house.ACCOUNTS,
        ports=ports,
        language=language,
        people=people,
        folder=folder,
        poll=POLL_SECONDS,
    )
