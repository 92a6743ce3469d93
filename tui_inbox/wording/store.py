"""Sentences for a store that cannot be used, and what a check finds in it: ``store_`` + the code of ``StoreError``."""

from __future__ import annotations

from tui_inbox.wording import N_

SENTENCES: dict[str, str] = {
    "store_missing": N_("There is no store at {path} yet. Start “tui-inbox” or “tui-inbox worker” once."),
    "store_not_a_store": N_("What stands at the store's address is no store of tui-inbox. Check url under [store]."),
    "store_schema_older": N_("The store is of an older version ({found}). Run “tui-inbox db upgrade”."),
    "store_schema_newer": N_("The store is of a newer version ({found}) than this program. Update tui-inbox."),
    "store_network_fs": N_(
        "{path} lies on a network file system ({kind}), where SQLite can lose data. Use a local disk."
    ),
    "store_cannot_open": N_("The store's file or folder cannot be opened. Check its path, owner and mode."),
    "store_bad_url": N_("“{scheme}” is no kind of store. Write sqlite:////path/to/inbox.db or postgresql+psycopg://…"),
    "store_no_driver": N_("The PostgreSQL driver is missing. Install tui-inbox[postgres]."),
    "store_unreachable": N_("The database server cannot be used. Check that it runs and that url is right. {words}"),
    "store_denied": N_("The database server refuses this user. Check the user, and the secret under [store]."),
    "store_busy": N_("The store is busy. Try again in a moment."),
    "store_disk_full": N_("The disk is full: nothing can be stored. Make room, then go on."),
    "store_io_error": N_("The disk cannot be read or written. Check the machine, then run “tui-inbox db check”."),
    "store_read_only": N_("The store cannot be written. Check its owner and mode."),
    "store_corrupt": N_("The store is damaged. Run “tui-inbox db check”, and take the last backup."),
    "store_closed": N_("The store is closed already."),
    "store_exists": N_("{path} is there already. Name another file."),
    "store_use_pg_dump": N_("A PostgreSQL store is backed up with pg_dump."),
    "store_backup_damaged": N_("The copy at {path} is damaged and was not kept."),
    "store_damaged": N_("The file is damaged"),
    "store_column_missing": N_("A column is missing"),
    "store_column_unknown": N_("A column is unknown"),
    "store_message_without_conversation": N_("Messages without a conversation"),
    "store_conversation_without_guest": N_("Conversations without a guest"),
    "store_outbox_without_message": N_("Outbox rows without a message"),
    "store_attachment_without_message": N_("Attachments without a message"),
    "store_reservation_without_guest": N_("Reservations without a guest"),
    "store_unread_out_of_step": N_("Unread marks that differ from their conversation"),
    "store_message_not_searchable": N_("Messages that the search does not know"),
    "store_search_entry_lost": N_("Search entries without a message"),
    "store_unanswered_without_time": N_("Unanswered conversations without a time"),
}
