"""The table of what an exception means for a send, against a server that really misbehaves."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

import httpx
import pytest

from adapters._answers import retry_after
from adapters._http import Http, Limits
from tests.adapters.faults import ACTS, SILENT_BEFORE_READING, answer, answering, faulty
from tui_inbox.domain.errors import (
    AccountBlocked,
    ChannelError,
    Malformed,
    NotSent,
    Refused,
    Rejected,
    Unknown,
)
from tui_inbox.ports.secrets import Secret

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
QUICK = Limits(connect=1.0, read=0.8, write=0.8, total=1.6, total_file=1.6, answer_bytes=1_000_000)
CANARY = "canary-3f9ac1"


def http(url: str, **values: object) -> Http:
    return Http(url, auth=("AC1", Secret(CANARY)), limits=QUICK, **values)  # type: ignore[arg-type]


@pytest.mark.parametrize("situation", [*ACTS, *SILENT_BEFORE_READING])
def test_a_send_that_may_have_been_read_is_unknown_and_is_not_repeated(situation: str) -> None:
    with faulty(situation) as server:
        client = http(server.url)
        body = {"Body": "x" * (8_000_000 if situation == "never_reads" else 10)}
        with pytest.raises(Unknown):
            client.send("/Messages.json", form=body)
        client.close()
    assert len(server.requests) <= 1


@pytest.mark.parametrize("situation", [*ACTS, *SILENT_BEFORE_READING])
def test_a_read_that_fails_is_tried_again_later(situation: str) -> None:
    with faulty(situation) as server:
        client = http(server.url)
        expected = Malformed if situation == "gzip_bomb" else NotSent
        with pytest.raises(expected):
            client.read("/Messages.json")
        client.close()


def test_a_refused_connection_was_certainly_not_sent() -> None:
    with faulty("garbage") as server:
        url = server.url
    client = http(url)
    with pytest.raises(NotSent) as caught:
        client.send("/Messages.json", form={})
    assert caught.value.code == "unreachable"


def test_a_broken_tls_handshake_was_certainly_not_sent() -> None:
    with faulty("speaks_first") as server:
        client = http(server.url.replace("http:", "https:"))
        with pytest.raises(NotSent) as caught:
            client.send("/Messages.json", form={})
        client.close()
    assert caught.value.code == "tls"


STATUSES = [
    ("301 Moved", (), Unknown, NotSent),
    ("400 Bad Request", (), Rejected, Rejected),
    ("401 Unauthorized", (), AccountBlocked, AccountBlocked),
    ("403 Forbidden", (), AccountBlocked, AccountBlocked),
    ("404 Not Found", (), Rejected, Rejected),
    ("408 Request Timeout", (), Unknown, NotSent),
    ("409 Conflict", (), Rejected, Rejected),
    ("422 Unprocessable", (), Rejected, Rejected),
    ("429 Too Many", (), NotSent, NotSent),
    ("429 Too Many", ("Retry-After: 7",), NotSent, NotSent),
    ("500 Oops", (), Unknown, NotSent),
    ("502 Bad Gateway", (), Unknown, NotSent),
    ("503 Unavailable", (), Unknown, NotSent),
    ("503 Unavailable", ("Retry-After: 7",), NotSent, NotSent),
    ("504 Timeout", (), Unknown, NotSent),
]


@pytest.mark.parametrize(("status", "headers", "sent", "read"), STATUSES)
def test_a_status_has_one_class_for_sends_and_one_for_reads(
    status: str, headers: tuple[str, ...], sent: type[ChannelError], read: type[ChannelError]
) -> None:
    with answering(answer(status, b"<html>no</html>", *headers)) as server:
        client = http(server.url)
        with pytest.raises(ChannelError) as on_send:
            client.send("/x", form={})
        with pytest.raises(ChannelError) as on_read:
            client.read("/x")
        client.close()
    assert (type(on_send.value), type(on_read.value)) == (sent, read)
    assert on_send.value.http_status == int(status[:3])
    assert on_send.value.retry_after == (7.0 if headers else None)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("", None),
        ("soon", None),
        ("nan", None),
        ("inf", None),
        ("0", 0.0),
        ("-5", 0.0),
        ("2.5", 2.5),
        ("30", 30.0),
        ("Sun, 22 Nov 2026 08:01:00 GMT", 60.0),
        ("Sun, 22 Nov 2026 07:00:00 GMT", 0.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 3600.0),
        ("Sun, 99 Nov 2026 08:01:00 GMT", None),
        ("99999999", 3600.0),
        (str(int(NOW.timestamp()) + 45), 45.0),
    ],
)
def test_retry_after_in_every_form_is_seconds_and_never_absurd(value: str, seconds: float | None) -> None:
    assert retry_after(value, NOW) == seconds


def test_a_send_uses_a_fresh_connection_and_follows_no_redirect() -> None:
    moved = answer("307 Temporary Redirect", b"", "Location: /elsewhere")
    with answering(answer("201 Created", b"{}"), moved) as server:
        client = http(server.url)
        client.send("/one", form={"Body": "a"})
        with pytest.raises(Unknown):
            client.send("/two", form={"Body": "b"})
        client.close()
    assert [request.split(b" ")[1] for request in server.requests] == [b"/one", b"/two"]
    assert all(b"connection: close" in request.lower() for request in server.requests)


def test_the_secret_is_in_no_exception_and_in_no_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    seen = []
    for raw in (answer("401 No"), answer("500 No"), b"garbage\r\n\r\n"):
        with answering(raw) as server:
            client = http(server.url)
            for call in (lambda c=client: c.send("/x?token=" + CANARY, form={}), lambda c=client: c.read("/x")):
                with pytest.raises(ChannelError) as caught:
                    call()
                seen.append(
                    f"{caught.value!r} {caught.value} {vars(caught.value)} {caught.value.__cause__!r} {client!r}"
                )
            client.close()
    messages = " ".join(record.getMessage() for record in caplog.records if record.name.startswith(("httpx", "tui")))
    assert CANARY not in " ".join(seen) + messages
    assert CANARY not in repr(Secret(CANARY)) + str(Secret(CANARY)) + f"{Secret(CANARY)}"


@pytest.mark.parametrize("url", ["", "ftp://a", "http://", "http://user:pw@host", "http://[", "not a url"])
def test_a_bad_base_url_is_refused_when_the_account_is_opened(url: str) -> None:
    with pytest.raises(Refused, match="bad_base_url"):
        Http(url)


FOREIGN = [
    "http://169.254.169.254/latest/meta-data",
    "http://[::1]/x",
    "https://[::ffff:127.0.0.1]/x",
    "https://127.0.0.1/x",
    "https://evil.example/x",
    "https://api.twilio.com.evil.example/x",
    "http://media.vendor.example/x",
    "https://user@media.vendor.example/x",
    "file:///etc/passwd",
    "gopher://media.vendor.example/x",
    "//evil.example/x",
    "https://2130706433/x",
    "https://0x7f000001/x",
    "https://vendor.example:22/x",
    "javascript:alert(1)",
    "https://",
]


@pytest.mark.parametrize("place", FOREIGN)
def test_a_file_is_never_fetched_from_a_place_off_the_list(place: str) -> None:
    with answering(answer("302 Found", b"", f"Location: {place}")) as server:
        client = http(server.url, file_hosts=(".media.vendor.example",))
        with pytest.raises((Malformed, NotSent, Rejected)):
            list(client.stream("/file", 1000))
        client.close()
    assert len(server.requests) == 1


@pytest.mark.parametrize("place", ["https://evil.example/x", "http://127.0.0.1:1/x", "https://169.254.169.254/"])
def test_an_address_given_by_the_vendor_must_be_on_the_list(place: str) -> None:
    client = http("http://127.0.0.1:9")
    with pytest.raises(Malformed, match="file_elsewhere"):
        client.read(place)


def test_a_listed_name_that_points_into_the_house_is_refused() -> None:
    with answering(answer("302 Found", b"", "Location: https://localhost/x")) as server:
        client = http(server.url, file_hosts=("localhost",))
        with pytest.raises(Malformed, match="file_elsewhere"):
            list(client.stream("/file", 1000))
        client.close()


def test_a_file_host_gets_no_credentials_and_is_reached_at_the_address_that_was_checked() -> None:
    asked = []

    def vendor(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        if request.url.host == "api.vendor.example":
            return httpx.Response(307, headers={"Location": "https://cdn.media.vendor.example/x?sig=1"})
        return httpx.Response(200, content=iter([b"photo"]))

    client = Http(
        "https://api.vendor.example",
        auth=("AC1", Secret(CANARY)),
        file_hosts=(".media.vendor.example",),
        transport=httpx.MockTransport(vendor),
        resolve=lambda host: "203.0.113.7" if host == "cdn.media.vendor.example" else "",
    )
    assert b"".join(client.stream("/file", 1000)) == b"photo"
    client.close()
    first, second = asked
    assert first.headers["authorization"].startswith("Basic ")
    assert second.url.host == "203.0.113.7"
    assert second.headers["host"] == "cdn.media.vendor.example"
    assert second.extensions["sni_hostname"] == "cdn.media.vendor.example"
    assert "authorization" not in second.headers


def test_a_file_that_the_vendor_names_on_a_listed_host_is_fetched_from_there_without_credentials() -> None:
    asked = []

    def vendor(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, content=iter([b"photo"]))

    client = Http(
        "https://api.vendor.example",
        auth=("AC1", Secret(CANARY)),
        file_hosts=(".media.vendor.example",),
        transport=httpx.MockTransport(vendor),
        resolve=lambda _host: "203.0.113.7",
    )
    assert b"".join(client.stream("https://cdn.media.vendor.example/x?sig=1", 1000)) == b"photo"
    for elsewhere in ("https://media.vendor.example.evil.example/x", "https://cdn.media.vendor.example:8443/x"):
        with pytest.raises(Malformed, match="file_elsewhere"):
            list(client.stream(elsewhere, 1000))
    client.close()
    (only,) = asked
    assert only.url.host == "203.0.113.7"
    assert "authorization" not in only.headers


def test_redirects_of_a_file_end_after_three() -> None:
    with answering(answer("302 Found", b"", "Location: /again")) as server:
        client = http(server.url)
        with pytest.raises(Malformed, match="too_many_redirects"):
            list(client.stream("/file", 1000))
        client.close()
    assert len(server.requests) == 4


@pytest.mark.parametrize(
    "raw",
    [
        answer("200 OK", b"x" * 2000),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        + b"400\r\n"
        + b"x" * 1024
        + b"\r\n400\r\n"
        + b"x" * 1024,
        b"HTTP/1.1 200 OK\r\nContent-Length: 10737418240\r\n\r\nx",
    ],
)
def test_a_file_larger_than_allowed_is_given_up(raw: bytes) -> None:
    with answering(raw) as server:
        client = http(server.url)
        with pytest.raises(Malformed, match="too_big"):
            list(client.stream("/file", 1000))
        client.close()


def test_a_compressed_file_is_refused_for_its_size_cannot_be_known() -> None:
    with answering(answer("200 OK", b"\x1f\x8b", "Content-Encoding: gzip")) as server:
        client = http(server.url)
        with pytest.raises(Malformed, match="file_encoded"):
            list(client.stream("/file", 1000))
        client.close()
