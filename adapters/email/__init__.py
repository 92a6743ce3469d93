"""E-mail: IMAP polled, SMTP submission, and every mail parsed in a child process."""

from adapters.email.settings import EMAIL, Mailboxes, Server, Settings

__all__ = ["EMAIL", "Mailboxes", "Server", "Settings"]
