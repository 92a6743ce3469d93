"""The first schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.migrations import group_tables
from storage.migrations.create import search_ddl

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    for create in (*_TABLES, *group_tables.TABLES):
        create()
    for statement in search_ddl(op.get_bind().dialect.name):
        op.execute(statement)


def _account() -> None:
    op.create_table(
        "account",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'new'"), nullable=False),
        sa.Column("reason", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("vendor_text", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("connected_at", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("polled_at", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("poll_ok_at", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("health", sa.Text(), server_default=sa.text("'{}'"), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )


def _attachment() -> None:
    op.create_table(
        "attachment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("message_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("type", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("sha256", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'remote'"), nullable=False),
        sa.Column("ref", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("reason", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=True),
        sa.Column("transcript", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("transcript_state", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("transcript_by", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.CheckConstraint(
            "state = 'remote' OR state = 'stored' OR state = 'refused' OR state = 'failed'", name="ck_attachment_state"
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "ix_attachment_asked",
        "attachment",
        ["id"],
        unique=False,
        sqlite_where=sa.text("transcript_state = 'asked'"),
        postgresql_where=sa.text("transcript_state = 'asked'"),
    )
    op.create_index("ix_attachment_message", "attachment", ["message_id", "id"], unique=False)
    op.create_index(
        "ix_attachment_remote",
        "attachment",
        ["id"],
        unique=False,
        sqlite_where=sa.text("state = 'remote'"),
        postgresql_where=sa.text("state = 'remote'"),
    )


def _attempt() -> None:
    op.create_table(
        "attempt",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("outbox_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("n", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("started_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ended_at", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("outcome", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("error", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("http_status", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ux_attempt", "attempt", ["outbox_id", "n"], unique=True)


def _change() -> None:
    op.create_table(
        "change",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("ref", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_change_at", "change", ["at"], unique=False)


def _consent() -> None:
    op.create_table(
        "consent",
        sa.Column("guest_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("medium", sa.Text(), nullable=False),
        sa.Column("allowed", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("by", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("source", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.PrimaryKeyConstraint("guest_id", "topic", "medium"),
    )


def _conversation() -> None:
    op.create_table(
        "conversation",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("guest_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("property", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("thread_key", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'open'"), nullable=False),
        sa.Column("state_at", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("state_by", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("wake_at", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("kept_wake_at", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("snooze_reason", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("automation", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("unanswered", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("unanswered_since", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("no_reply_needed", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("machine", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("last_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("last_message_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("preview", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("preview_by", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("last_channel", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("last_account", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("last_address", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("last_in_at", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("outcome", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("deadline_at", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("deadline_kind", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("assignee", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("ambiguous", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("spam_rule", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("history_from", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("created_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.CheckConstraint(
            "state = 'open' OR state = 'pending' OR state = 'closed' OR state = 'spam'", name="ck_state_code"
        ),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_conversation_channel",
        "conversation",
        ["last_channel", "machine", "state", sa.literal_column("last_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_conversation_deadline",
        "conversation",
        ["state", "deadline_at", "id"],
        unique=False,
        sqlite_where=sa.text("deadline_at IS NOT NULL AND machine = 0"),
        postgresql_where=sa.text("deadline_at IS NOT NULL AND machine = 0"),
    )
    op.create_index(
        "ix_conversation_last",
        "conversation",
        [sa.literal_column("last_at DESC"), sa.literal_column("id DESC"), "guest_id"],
        unique=False,
    )
    op.create_index(
        "ix_conversation_state",
        "conversation",
        ["state", sa.literal_column("last_at DESC"), sa.literal_column("id DESC"), "guest_id"],
        unique=False,
        sqlite_where=sa.text("machine = 0"),
        postgresql_where=sa.text("machine = 0"),
    )
    op.create_index(
        "ix_conversation_unanswered",
        "conversation",
        ["state", sa.literal_column("last_at DESC"), sa.literal_column("id DESC")],
        unique=False,
        sqlite_where=sa.text("unanswered = 1 AND machine = 0"),
        postgresql_where=sa.text("unanswered = 1 AND machine = 0"),
    )
    op.create_index(
        "ix_conversation_waiting",
        "conversation",
        ["state", "unanswered_since", "id"],
        unique=False,
        sqlite_where=sa.text("unanswered = 1 AND machine = 0"),
        postgresql_where=sa.text("unanswered = 1 AND machine = 0"),
    )
    op.create_index(
        "ix_conversation_wake",
        "conversation",
        ["wake_at"],
        unique=False,
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_index("ux_conversation_guest", "conversation", ["guest_id", "property", "thread_key"], unique=True)


def _cursor() -> None:
    op.create_table(
        "cursor",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("account", "stream"),
    )


def _deed() -> None:
    op.create_table(
        "deed",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("channel", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("address", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("act", sa.Text(), server_default=sa.text("'read'"), nullable=False),
        sa.Column("ref", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("value", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("conversation_ref", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("conversation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("created_by", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'pending'"), nullable=False),
        sa.Column("tries", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("not_before", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("expires_at", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("reason", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("vendor_text", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.CheckConstraint(
            "act = 'read' OR act = 'typing' OR act = 'no_reply_needed' OR act = 'react' OR act = 'hide' OR "
            "act = 'spam' OR act = 'close'",
            name="ck_act_code",
        ),
        sa.CheckConstraint("state = 'pending' OR state = 'done' OR state = 'failed'", name="ck_deed_state"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "ix_deed_pending",
        "deed",
        ["not_before", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_index("ux_deed", "deed", ["account", "channel", "address", "act", "ref"], unique=True)


def _draft() -> None:
    op.create_table(
        "draft",
        sa.Column("conversation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("operator", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("cursor", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("account", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("channel", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("mode", sa.Text(), server_default=sa.text("'reply'"), nullable=False),
        sa.Column("attachments", sa.Text(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("way", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("target", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.PrimaryKeyConstraint("conversation_id", "operator"),
    )
    op.create_index("ix_draft_operator", "draft", ["operator", "updated_at"], unique=False)


def _event() -> None:
    op.create_table(
        "event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("code", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("actor", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("conversation_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("guest_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("params", sa.Text(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("undo", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("undone_at", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_event_conversation", "event", ["conversation_id", "at", "id"], unique=False)
    op.create_index("ix_event_guest", "event", ["guest_id", "at"], unique=False)
    op.create_index(
        "ix_event_undo",
        "event",
        ["actor", sa.literal_column("id DESC")],
        unique=False,
        sqlite_where=sa.text("undo <> '' AND undone_at IS NULL"),
        postgresql_where=sa.text("undo <> '' AND undone_at IS NULL"),
    )


def _guest() -> None:
    op.create_table(
        "guest",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("sort_name", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("kind", sa.Text(), server_default=sa.text("'person'"), nullable=False),
        sa.Column("language", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("country", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("vip", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("phone", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("email", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("alert", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("notes", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("blocked", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("merged_into", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("created_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("updated_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "ix_guest_email",
        "guest",
        ["email"],
        unique=False,
        sqlite_where=sa.text("email <> ''"),
        postgresql_where=sa.text("email <> ''"),
    )
    op.create_index(
        "ix_guest_phone",
        "guest",
        ["phone"],
        unique=False,
        sqlite_where=sa.text("phone <> ''"),
        postgresql_where=sa.text("phone <> ''"),
    )
    op.create_index("ix_guest_sort", "guest", ["sort_name", "id"], unique=False)


def _handle() -> None:
    op.create_table(
        "handle",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("guest_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("channel", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("address", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("label", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("unreachable", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("created_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_handle_address", "handle", ["address"], unique=False)
    op.create_index("ix_handle_guest", "handle", ["guest_id"], unique=False)
    op.create_index("ux_handle", "handle", ["channel", "address", "guest_id"], unique=True)


def _inbound_event() -> None:
    op.create_table(
        "inbound_event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("external_id", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("kind", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=True),
        sa.Column("received_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'new'"), nullable=False),
        sa.Column("reason", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("params", sa.Text(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("applied_at", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.CheckConstraint(
            "state = 'new' OR state = 'applied' OR state = 'ignored' OR state = 'quarantined'", name="ck_inbound_state"
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "ix_inbound_new",
        "inbound_event",
        ["account", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'new'"),
        postgresql_where=sa.text("state = 'new'"),
    )
    op.create_index(
        "ix_inbound_quarantined",
        "inbound_event",
        ["account", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'quarantined'"),
        postgresql_where=sa.text("state = 'quarantined'"),
    )
    op.create_index(
        "ix_inbound_raw",
        "inbound_event",
        ["applied_at"],
        unique=False,
        sqlite_where=sa.text("raw IS NOT NULL AND applied_at IS NOT NULL"),
        postgresql_where=sa.text("raw IS NOT NULL AND applied_at IS NOT NULL"),
    )
    op.create_index("ux_inbound_external", "inbound_event", ["account", "external_id"], unique=True)


def _job() -> None:
    op.create_table(
        "job",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("account", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("params", sa.Text(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'queued'"), nullable=False),
        sa.Column("result", sa.Text(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("created_by", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("created_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("done_at", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.CheckConstraint("state = 'queued' OR state = 'done' OR state = 'failed'", name="ck_job_state"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "ix_job_queued",
        "job",
        ["id"],
        unique=False,
        sqlite_where=sa.text("state = 'queued'"),
        postgresql_where=sa.text("state = 'queued'"),
    )


def _line() -> None:
    op.create_table(
        "line",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("last_in_at", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("last_out_at", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("stopped_at", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("stop_word", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("stop_source", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("closed_code", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("open_until", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("route", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("access_at", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("wish_at", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("reply_by", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("read_until", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("account", "channel", "address"),
    )
    op.create_index("ix_line_address", "line", ["channel", "address"], unique=False)


def _mapping() -> None:
    op.create_table(
        "mapping",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )


def _message() -> None:
    op.create_table(
        "message",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("conversation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("created_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("direction", sa.Text(), server_default=sa.text("'in'"), nullable=False),
        sa.Column("kind", sa.Text(), server_default=sa.text("'chat'"), nullable=False),
        sa.Column("origin", sa.Text(), server_default=sa.text("'guest'"), nullable=False),
        sa.Column("message_class", sa.Text(), server_default=sa.text("'transactional'"), nullable=False),
        sa.Column("channel", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("account", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("external_id", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("own_address", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("address", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("author", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("subject", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("subject_key", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("text", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("full_text", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("delivered_at", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("read_at", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("error_code", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("vendor_text", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("template", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("thread_ref", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("refs", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("segments", sa.Integer(), nullable=True),
        sa.Column("automated", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("imported", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("quoted", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("parent", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("reactions", sa.Text(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("edited_at", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("removed_at", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("billed_as", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=True),
        sa.Column("reacted_at", sa.Text(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("switched", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.CheckConstraint("direction = 'in' OR direction = 'out' OR direction = 'none'", name="ck_direction_code"),
        sa.CheckConstraint(
            "kind = 'chat' OR kind = 'email' OR kind = 'comment' OR kind = 'call' OR kind = 'note'", name="ck_kind_code"
        ),
        sa.CheckConstraint(
            "message_class = 'transactional' OR message_class = 'marketing'", name="ck_message_class_code"
        ),
        sa.CheckConstraint(
            "origin = 'guest' OR origin = 'manual' OR origin = 'scheduled' OR origin = 'booking' OR "
            "origin = 'campaign' OR origin = 'bot' OR origin = 'elsewhere'",
            name="ck_origin_code",
        ),
        sa.CheckConstraint(
            "state = '' OR state = 'held' OR state = 'queued' OR state = 'sending' OR state = 'sent' OR "
            "state = 'delivered' OR state = 'read' OR state = 'failed' OR state = 'unknown' OR state = "
            "'cancelled'",
            name="ck_state_code",
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "ix_message_ref",
        "message",
        ["account", "thread_ref"],
        unique=False,
        sqlite_where=sa.text("thread_ref <> ''"),
        postgresql_where=sa.text("thread_ref <> ''"),
    )
    op.create_index(
        "ix_message_subject",
        "message",
        ["account", "address", "subject_key", sa.literal_column("at DESC")],
        unique=False,
        sqlite_where=sa.text("subject_key <> ''"),
        postgresql_where=sa.text("subject_key <> ''"),
    )
    op.create_index(
        "ix_message_thread",
        "message",
        ["conversation_id", sa.literal_column("at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(
        "ux_message_external",
        "message",
        ["account", "external_id"],
        unique=True,
        sqlite_where=sa.text("external_id <> ''"),
        postgresql_where=sa.text("external_id <> ''"),
    )


def _operator() -> None:
    op.create_table(
        "operator",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("first_seen_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seen_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("code"),
    )


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("dedupe_key", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("message_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("conversation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("account", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("channel", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("address", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("own_address", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("text", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("subject", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("message_ref", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("in_reply_to", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("refs", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("template_id", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("template_values", sa.Text(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("attachments", sa.Text(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("attachment_names", sa.Text(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'held'"), nullable=False),
        sa.Column("not_before", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("expires_at", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("tries", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("owner", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("provider_id", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("unknown_since", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("looked_up", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_by", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("created_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("updated_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("scheduled", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("hold_if_guest_writes", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("reason", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("reason_params", sa.Text(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("vendor_text", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("body_hash", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("undo", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("way", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("target", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("tag", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("zone", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("route", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("html", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("unsubscribe", sa.Text(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint(
            "state = 'held' OR state = 'queued' OR state = 'claimed' OR state = 'inflight' OR state = "
            "'retry_wait' OR state = 'accepted' OR state = 'delivered' OR state = 'read' OR state = "
            "'failed' OR state = 'expired' OR state = 'unknown' OR state = 'needs_operator' OR state = "
            "'cancelled'",
            name="ck_state_code",
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_outbox_conversation", "outbox", ["conversation_id", "id"], unique=False)
    op.create_index(
        "ix_outbox_created",
        "outbox",
        [sa.literal_column("created_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index("ix_outbox_line", "outbox", ["account", "address", "state", "id"], unique=False)
    op.create_index("ix_outbox_message", "outbox", ["message_id"], unique=False)
    op.create_index(
        "ix_outbox_ref",
        "outbox",
        ["account", "message_ref"],
        unique=False,
        sqlite_where=sa.text("message_ref <> ''"),
        postgresql_where=sa.text("message_ref <> ''"),
    )
    op.create_index("ix_outbox_state", "outbox", ["state", "not_before", "id"], unique=False)
    op.create_index("ux_outbox_dedupe", "outbox", ["dedupe_key"], unique=True)
    op.create_index(
        "ux_outbox_provider",
        "outbox",
        ["account", "provider_id"],
        unique=True,
        sqlite_where=sa.text("provider_id <> ''"),
        postgresql_where=sa.text("provider_id <> ''"),
    )


def _planned() -> None:
    op.create_table(
        "planned",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("rule_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("reservation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("local_date", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("due_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'planned'"), nullable=False),
        sa.Column("reason", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("outbox_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("anchor", sa.Text(), nullable=True),
        sa.Column("said", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.CheckConstraint(
            "state = 'planned' OR state = 'held' OR state = 'queued' OR state = 'skipped' OR state = 'withdrawn'"
            " OR state = 'expired'",
            name="ck_state_code",
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_planned_due", "planned", ["state", "due_at", "id"], unique=False)
    op.create_index("ix_planned_reservation", "planned", ["reservation_id"], unique=False)
    op.create_index("ux_planned", "planned", ["rule_id", "reservation_id", "local_date"], unique=True)


def _preference() -> None:
    op.create_table(
        "preference",
        sa.Column("operator", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.PrimaryKeyConstraint("operator", "name"),
    )


def _presence() -> None:
    op.create_table(
        "presence",
        sa.Column("conversation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("operator", sa.Text(), nullable=False),
        sa.Column("doing", sa.Text(), server_default=sa.text("'viewing'"), nullable=False),
        sa.Column("until", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("conversation_id", "operator"),
    )


def _request() -> None:
    op.create_table(
        "request",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("conversation_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("guest_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("reservation_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("kind", sa.Text(), server_default=sa.text("'other'"), nullable=False),
        sa.Column("title", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("status", sa.Text(), server_default=sa.text("'open'"), nullable=False),
        sa.Column("due_at", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("by", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("created_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("updated_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.CheckConstraint("status = 'open' OR status = 'done' OR status = 'cancelled'", name="ck_request_status"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_request_guest", "request", ["guest_id", "id"], unique=False)


def _reservation() -> None:
    op.create_table(
        "reservation",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("guest_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("source", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("external_id", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("arrival", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("departure", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("status", sa.Text(), server_default=sa.text("'confirmed'"), nullable=False),
        sa.Column("property", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("room", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("room_type", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("ota", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("ota_code", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("adults", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("children", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("total", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("notes", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("revision", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("updated_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("group_id", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("low_confidence", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("source_at", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("payment", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.CheckConstraint(
            "status = 'pending' OR status = 'confirmed' OR status = 'declined' OR status = 'cancelled' "
            "OR status = 'no_show'",
            name="ck_status_code",
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_reservation_arrival", "reservation", ["arrival", "id"], unique=False)
    op.create_index("ix_reservation_code", "reservation", ["ota_code"], unique=False)
    op.create_index(
        "ix_reservation_group",
        "reservation",
        ["source", "group_id"],
        unique=False,
        sqlite_where=sa.text("group_id <> ''"),
        postgresql_where=sa.text("group_id <> ''"),
    )
    op.create_index(
        "ix_reservation_departure", "reservation", ["departure", "arrival", "status", "guest_id"], unique=False
    )
    op.create_index(
        "ix_reservation_guest", "reservation", ["guest_id", "arrival", "departure", "status", "room"], unique=False
    )
    op.create_index("ix_reservation_room", "reservation", ["room", "departure"], unique=False)
    op.create_index("ux_reservation_source", "reservation", ["source", "external_id"], unique=True)


def _revision() -> None:
    op.create_table(
        "revision",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("message_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("text", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_revision_message", "revision", ["message_id", "id"], unique=False)


def _rule() -> None:
    op.create_table(
        "rule",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.Text(), server_default=sa.text("'before_arrival'"), nullable=False),
        sa.Column("name", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("template", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("days", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("at", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("channels", sa.Text(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("enabled", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("hold_if_guest_writes", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("mode", sa.Text(), server_default=sa.text("'first'"), nullable=False),
        sa.Column("late", sa.Text(), server_default=sa.text("'skip'"), nullable=False),
        sa.Column("per", sa.Text(), server_default=sa.text("'room'"), nullable=False),
        sa.Column("stagger", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("journey", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("audience", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )


def _search_guest() -> None:
    op.create_table(
        "search_guest",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("folded", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )


def _search_message() -> None:
    op.create_table(
        "search_message",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("message_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("folded", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ux_search_message", "search_message", ["message_id"], unique=True)


def _stay_event() -> None:
    op.create_table(
        "stay_event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reservation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("revision", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("arrival", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("departure", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("was_arrival", sa.Text(), nullable=True),
        sa.Column("was_departure", sa.Text(), nullable=True),
        sa.Column("handled_at", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("due_at", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("note", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("outcome", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.CheckConstraint(
            "kind = 'pending' OR kind = 'confirmed' OR kind = 'declined' OR kind = 'cancelled' OR kind = 'rescheduled'",
            name="ck_kind_code",
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "ix_stay_event_waiting",
        "stay_event",
        ["id"],
        unique=False,
        sqlite_where=sa.text("handled_at IS NULL"),
        postgresql_where=sa.text("handled_at IS NULL"),
    )
    op.create_index("ux_stay_event", "stay_event", ["reservation_id", "kind", "revision"], unique=True)


def _tag() -> None:
    op.create_table(
        "tag",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("colour", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ux_tag", "tag", ["name"], unique=True)


def _tagged() -> None:
    op.create_table(
        "tagged",
        sa.Column("tag_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("ref_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("tag_id", "kind", "ref_id"),
    )
    op.create_index("ix_tagged_ref", "tagged", ["kind", "ref_id"], unique=False)


def _template() -> None:
    op.create_table(
        "template",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.Text(), server_default=sa.text("'snippet'"), nullable=False),
        sa.Column("name", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("language", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("shortcut", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("subject", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("body", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("category", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("message_class", sa.Text(), server_default=sa.text("'transactional'"), nullable=False),
        sa.Column("account", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("vendor_id", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("approval", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("approval_reason", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("quality", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("submitted_at", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("mapping", sa.Text(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("archived", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("updated_by", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("event", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("required", sa.Text(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("forms", sa.Text(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("property", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("room_type", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.CheckConstraint(
            "approval = '' OR approval = 'submitted' OR approval = 'approved' OR approval = 'rejected' "
            "OR approval = 'paused'",
            name="ck_approval_code",
        ),
        sa.CheckConstraint(
            "kind = 'snippet' OR kind = 'reminder' OR kind = 'whatsapp' OR kind = 'text' OR kind = 'footer'",
            name="ck_kind_code",
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "ux_template",
        "template",
        ["kind", "name", "language", "account", "property", "room_type"],
        unique=True,
        sqlite_where=sa.text("archived = 0"),
        postgresql_where=sa.text("archived = 0"),
    )


def _template_version() -> None:
    op.create_table(
        "template_version",
        sa.Column("template_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("subject", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("body", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("forms", sa.Text(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("by", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("template_id", "version"),
    )


def _unread() -> None:
    op.create_table(
        "unread",
        sa.Column("operator", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("since_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'open'"), nullable=False),
        sa.Column("last_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("operator", "conversation_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_unread_conversation", "unread", ["conversation_id"], unique=False)
    op.create_index(
        "ix_unread_state",
        "unread",
        ["operator", "state", sa.literal_column("last_at DESC"), sa.literal_column("conversation_id DESC")],
        unique=False,
    )


def _usage() -> None:
    op.create_table(
        "usage",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("segments", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("price", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("currency", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("as_of", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("account", "month", "category"),
    )


def _visitor() -> None:
    op.create_table(
        "visitor",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("key_hash", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("address", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("name", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("email", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("wrote_at", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("seen_at", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "ix_visitor_silent",
        "visitor",
        ["opened_at"],
        unique=False,
        sqlite_where=sa.text("wrote_at IS NULL"),
        postgresql_where=sa.text("wrote_at IS NULL"),
    )
    op.create_index("ux_visitor_key", "visitor", ["account", "key_hash"], unique=True)


def _worker() -> None:
    op.create_table(
        "worker",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("boot", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("pid", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("started_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("beat_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("stopped_at", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("name"),
    )


_TABLES = (
    _account,
    _attachment,
    _attempt,
    _change,
    _consent,
    _conversation,
    _cursor,
    _deed,
    _draft,
    _event,
    _guest,
    _handle,
    _inbound_event,
    _job,
    _line,
    _mapping,
    _message,
    _operator,
    _outbox,
    _planned,
    _preference,
    _presence,
    _request,
    _reservation,
    _revision,
    _rule,
    _search_guest,
    _search_message,
    _stay_event,
    _tag,
    _tagged,
    _template,
    _template_version,
    _unread,
    _usage,
    _visitor,
    _worker,
)
