"""Seams with two implementations each: SQLite and PostgreSQL, real and sandbox channels, vaults, clocks."""
