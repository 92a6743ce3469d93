"""What the simulated Graph does with what is sent to it, and what it refuses, with Meta's own codes."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from typing import Any

from adapters.sandbox.meta_account import (
    DAY,
    DEAD_TAGS,
    WEEK,
    GraphRefusal,
    MetaAccount,
    Remark,
    Said,
    StoredFile,
    Talk,
    UtilityTemplate,
)

_WINDOW = "(#10) This message is sent outside of allowed window."
_PERMISSION = "(#10) This endpoint requires the pages_read_user_content permission or the Page Public Content Access"


def send(account: MetaAccount, body: dict[str, Any]) -> dict[str, Any]:
    """POST /{node}/messages. Raises ``GraphRefusal``."""
    recipient = body.get("recipient") or {}
    if account.restricted:
        raise GraphRefusal(403, 10, 1893063, "(#10) Page is restricted from messaging")
    if "sender_action" in body:
        return _action(account, str(recipient.get("id", "")), body)
    message = body.get("message") or {}
    if "comment_id" in recipient:
        return _private(account, str(recipient["comment_id"]), message)
    talk = account.talk_of(str(recipient.get("id", "")))
    if talk is None:
        raise GraphRefusal(400, 100, 2018001 if account.channel == "messenger" else 2534014, "No matching user found")
    if talk.blocked:
        raise GraphRefusal(400, 551, 1545041, "(#551) This person isn't available right now.")
    kind = _kind(account, talk, body)
    text, files = _content(account, message)
    said = Said(
        account.new_mid(),
        account.clock.now().replace(microsecond=0),
        True,
        text,
        files,
        str((body.get("reply_to") or {}).get("mid", "")),
        str(message.get("metadata", "")),
        kind,
    )
    account.keep(talk.guest, said)
    return {"recipient_id": talk.guest, "message_id": said.id}


def _kind(account: MetaAccount, talk: Talk, body: dict[str, Any]) -> str:
    """How it is sent, if it may be sent so now."""
    kind, tag = body.get("messaging_type", "RESPONSE"), body.get("tag", "")
    heard = talk.heard_at()
    age = account.clock.now() - heard if heard else WEEK
    window = GraphRefusal(400, 10, 2018278 if account.channel == "messenger" else 2534022, _WINDOW)
    if tag in DEAD_TAGS:
        raise GraphRefusal(400, 100, 1893061, "(#100) Invalid parameter")
    if kind == "UTILITY":
        if account.channel != "messenger":
            raise GraphRefusal(400, 100, 0, "(#100) messaging_type UTILITY is not supported")
        if "template" not in (body.get("message") or {}):
            raise GraphRefusal(400, 100, 0, "(#100) A utility message needs a template")
        return "UTILITY"
    if kind == "MESSAGE_TAG":
        if tag != "HUMAN_AGENT":
            raise GraphRefusal(400, 100, 0, "(#100) Param tag must be valid")
        if "human_agent" not in account.rights:
            raise GraphRefusal(403, 10, 0, "(#10) Application does not have the Human Agent feature")
        if age >= WEEK:
            raise window
        return "HUMAN_AGENT"
    if age >= DAY:
        raise window
    return "RESPONSE"


def _content(account: MetaAccount, message: dict[str, Any]) -> tuple[str, tuple[StoredFile, ...]]:
    if "template" in message:
        return _filled(account, message["template"]), ()
    if "attachment" in message:
        if "text" in message:
            raise GraphRefusal(400, 100, 2534015, "(#100) A message has text or an attachment")
        wanted = str((message["attachment"].get("payload") or {}).get("attachment_id", ""))
        if wanted not in account.uploads:
            raise GraphRefusal(400, 100, 2018008, "(#100) Failed to fetch the file")
        return "", (account.uploads[wanted],)
    text = str(message.get("text", ""))
    if not text:
        raise GraphRefusal(400, 100, 0, "(#100) Message cannot be empty, must provide valid attachment or text")
    if account.channel == "messenger" and len(text) > 2000:
        raise GraphRefusal(400, 100, 0, "(#100) Length of param message[text] must be less than or equal to 2000")
    if account.channel == "instagram" and len(text.encode()) > 1000:
        raise GraphRefusal(400, 100, 0, "(#100) Length of param message[text] must be less than or equal to 1000")
    return text, ()


def _filled(account: MetaAccount, asked: dict[str, Any]) -> str:
    language = (asked.get("language") or {}).get("code")
    wanted = (asked.get("name"), language)
    found = next((one for one in account.templates if (one.name, one.language) == wanted), None)
    if found is None or found.status != "APPROVED":
        raise GraphRefusal(404, 100, 0, "(#100) Template does not exist in this language or is not approved")
    given = [value for part in asked.get("components", []) for value in part.get("parameters", [])]
    values = {str(one.get("parameter_name", n)): str(one["text"]) for n, one in enumerate(given, 1)}
    names = set(re.findall(r"\{\{(\w+)\}\}", found.body))
    if names != set(values):
        raise GraphRefusal(400, 100, 0, "(#100) Number of parameters does not match the template")
    return re.sub(r"\{\{(\w+)\}\}", lambda match: values[match[1]], found.body)


def _action(account: MetaAccount, guest: str, body: dict[str, Any]) -> dict[str, Any]:
    talk = account.talk_of(guest)
    if talk is None:
        raise GraphRefusal(400, 100, 2018001, "No matching user found")
    payload = body.get("payload") or {}
    match body["sender_action"]:
        case "mark_seen":
            talk.seen_at = account.clock.now()
        case "typing_on" | "typing_off" as action:
            talk.typing = action == "typing_on"
        case "react" | "unreact" as action:
            found = account.find_said(str(payload.get("message_id", "")))
            if found is None:
                raise GraphRefusal(400, 100, 9000001, "Message was deleted")
            found[1].reaction = str(payload.get("reaction", "")) if action == "react" else ""
        case _:
            raise GraphRefusal(400, 100, 0, "(#100) Param sender_action must be valid")
    return {"recipient_id": guest}


def _private(account: MetaAccount, comment_id: str, message: dict[str, Any]) -> dict[str, Any]:
    """Once for each comment, within seven days; the writer's conversation begins with it."""
    remark = account.find_remark(comment_id)
    over = GraphRefusal(400, 100, 2534025, "(#100) The comment is invalid for messaging")
    if remark is None or remark.answered_privately or account.clock.now() - remark.at >= WEEK:
        raise over
    text, files = _content(account, message)
    remark.answered_privately = True
    writer = remark.writer or f"99{remark.id.rpartition('_')[2]}"
    now = account.clock.now().replace(microsecond=0)
    said = Said(account.new_mid(), now, True, text, files, metadata=str(message.get("metadata", "")), kind="PRIVATE")
    account.keep(writer, said)
    return {"recipient_id": writer, "message_id": said.id}


def answer_comment(account: MetaAccount, comment_id: str, text: str) -> dict[str, Any]:
    """A public reply; on Instagram one to a reply hangs under the comment above it."""
    needs_comments(account)
    remark = account.find_remark(comment_id)
    if remark is None:
        raise GraphRefusal(400, 100, 33, "Unsupported post request. Object with this ID does not exist")
    if not text:
        raise GraphRefusal(400, 100, 0, "(#100) Missing message")
    if remark.hidden and account.channel == "instagram":
        raise GraphRefusal(400, 100, 0, "(#100) A hidden comment cannot be answered")
    parent = remark.parent if account.channel == "instagram" and remark.parent else remark.id
    post = next(one for one in account.posts if one.id == remark.post)
    made = account.remark(post, text, account.own, name=account.name, parent=parent)
    for listener in account.on_answered:
        listener(made)
    return {"id": made.id}


def hide_comment(account: MetaAccount, comment_id: str, hidden: bool) -> dict[str, Any]:
    needs_comments(account)
    remark: Remark | None = account.find_remark(comment_id)
    if remark is None:
        raise GraphRefusal(400, 100, 33, "Unsupported post request. Object with this ID does not exist")
    remark.hidden = hidden
    return {"success": True}


def needs_comments(account: MetaAccount) -> None:
    """Raises the refusal of a token without the right."""
    if "comments" not in account.rights:
        raise GraphRefusal(403, 10, 0, _PERMISSION)


def moderate(account: MetaAccount, body: dict[str, Any]) -> dict[str, Any]:
    for user in body.get("user_ids", []):
        talk = account.talk_of(str(user.get("id", "")))
        if talk is None:
            raise GraphRefusal(400, 100, 2018001, "No matching user found")
        talk.spam = "MOVE_TO_SPAM" in body.get("actions", [])
    return {"success": True}


def submit_template(account: MetaAccount, body: dict[str, Any]) -> dict[str, Any]:
    if "templates" not in account.rights:
        raise GraphRefusal(403, 200, 0, "(#200) Requires pages_utility_messaging permission")
    name, language = str(body.get("name", "")), str(body.get("language", ""))
    if any((one.name, one.language) == (name, language) for one in account.templates):
        raise GraphRefusal(400, 100, 2388024, "(#100) There is already content in this language for this template")
    text = next((str(part["text"]) for part in body.get("components", []) if part.get("type") == "BODY"), "")
    variables = re.findall(r"\{\{(\w+)\}\}", text)
    examples = [part.get("example") for part in body.get("components", []) if part.get("example")]
    if variables and not examples:
        raise GraphRefusal(400, 100, 2388043, "(#100) Examples are missing for the variables")
    status = "REJECTED" if "!!!" in text else "APPROVED"
    made = UtilityTemplate(name, language, text, status, "PROMOTIONAL" if status == "REJECTED" else "NONE")
    account.templates.append(made)
    return {"id": made.id, "status": made.status, "category": "UTILITY"}


def store_upload(account: MetaAccount, content_type: str, raw: bytes) -> dict[str, Any]:
    """POST /{node}/message_attachments: a form with ``message`` and ``filedata``."""
    form = message_from_bytes(f"Content-Type: {content_type}\r\n\r\n".encode() + raw, policy=policy.HTTP)
    parts = {str(part.get_param("name", header="content-disposition")): part for part in form.iter_parts()}
    if "message" not in parts or "filedata" not in parts:
        raise GraphRefusal(400, 100, 2018047, "(#100) Upload attachment failure")
    if account.channel == "instagram" and "platform" not in parts:
        raise GraphRefusal(400, 100, 0, "(#100) Param platform is missing")
    file = parts["filedata"]
    content = file.get_payload(decode=True)
    stored = StoredFile(
        str(len(account.uploads) + 1001), file.get_filename() or "file", file.get_content_type(),
        content if isinstance(content, bytes) else b"",
    )  # fmt: skip
    if len(stored.content) > 25 * 1024 * 1024:
        raise GraphRefusal(400, 100, 2018109, "(#100) Attachment size exceeds allowable limit")
    account.uploads[stored.id] = stored
    return {"attachment_id": stored.id}
