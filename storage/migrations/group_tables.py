"""The first schema's tables of guest lists, group sends and offers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


def _asked() -> None:
    op.create_table(
        "asked",
        sa.Column("offer_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("guest_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("place", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'waiting'"), nullable=False),
        sa.Column("reason", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("reply_by", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("answered_at", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("outbox_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.CheckConstraint(
            "state = 'waiting' OR state = 'asked' OR state = 'yes' OR state = 'no'"
            " OR state = 'silent' OR state = 'late' OR state = 'left_out'",
            name="ck_state_code",
        ),
        sa.PrimaryKeyConstraint("offer_id", "guest_id"),
    )
    op.create_index("ix_asked_guest", "asked", ["guest_id", "offer_id"], unique=False)


def _campaign() -> None:
    op.create_table(
        "campaign",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("text", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("channels", sa.Text(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("kind", sa.Text(), server_default=sa.text("'send'"), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'running'"), nullable=False),
        sa.Column("message_class", sa.Text(), server_default=sa.text("'marketing'"), nullable=False),
        sa.Column("class_reason", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("subject", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("template", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("values", sa.Text(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("guest_list", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("created_by", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("created_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("unlocked_by", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("property", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.CheckConstraint("kind = 'send' OR kind = 'terms'", name="ck_kind_code"),
        sa.CheckConstraint(
            "message_class = 'transactional' OR message_class = 'marketing'", name="ck_message_class_code"
        ),
        sa.CheckConstraint(
            "state = 'running' OR state = 'paused' OR state = 'done' OR state = 'cancelled'", name="ck_state_code"
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "ix_campaign_running",
        "campaign",
        ["id"],
        unique=False,
        sqlite_where=sa.text("state = 'running'"),
        postgresql_where=sa.text("state = 'running'"),
    )


def _guest_list() -> None:
    op.create_table(
        "guest_list",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("criteria", sa.Text(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("place", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("updated_by", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_guest_list_place", "guest_list", ["place", "id"], unique=False)


def _offer() -> None:
    op.create_table(
        "offer",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("title", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("text", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("channels", sa.Text(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("minutes", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("mode", sa.Text(), server_default=sa.text("'turn'"), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'open'"), nullable=False),
        sa.Column("taken_by", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("created_by", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("created_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ended_at", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("property", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.CheckConstraint("mode = 'turn' OR mode = 'first'", name="ck_mode_code"),
        sa.CheckConstraint(
            "state = 'open' OR state = 'taken' OR state = 'nobody' OR state = 'withdrawn'", name="ck_state_code"
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "ix_offer_open",
        "offer",
        ["id"],
        unique=False,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )


def _recipient() -> None:
    op.create_table(
        "recipient",
        sa.Column("campaign_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("guest_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("place", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'waiting'"), nullable=False),
        sa.Column("reason", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("params", sa.Text(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("outbox_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("queued_at", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("accepted_at", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("accepted_by", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("accepted_how", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("turn", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint(
            "state = 'waiting' OR state = 'queued' OR state = 'left_out' OR state = 'cancelled'", name="ck_state_code"
        ),
        sa.PrimaryKeyConstraint("campaign_id", "guest_id"),
    )
    op.create_index("ix_recipient_guest", "recipient", ["guest_id", "campaign_id"], unique=False)
    op.create_index("ix_recipient_outbox", "recipient", ["outbox_id"], unique=False)
    op.create_index(
        "ix_recipient_queued",
        "recipient",
        ["queued_at"],
        unique=False,
        sqlite_where=sa.text("queued_at IS NOT NULL"),
        postgresql_where=sa.text("queued_at IS NOT NULL"),
    )
    op.create_index("ix_recipient_turn", "recipient", ["campaign_id", "state", "place"], unique=False)


TABLES = (_asked, _campaign, _guest_list, _offer, _recipient)
