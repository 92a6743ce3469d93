"""Alembic's environment: runs on the connection that ``create.upgrade`` has begun a transaction on."""

from __future__ import annotations

from alembic import context

from storage import tables

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=tables.metadata, transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
