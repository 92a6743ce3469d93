"""E-mail: IMAP polled, SMTP submission, and every mail parsed in a child process."""

from adapters.email.servers import Server
from adapters.email.settings import EMAIL, Mailboxes, OAuth, Settings

__all__ = ["EMAIL", "Mailboxes", "OAuth", "Server", "Settings"]
