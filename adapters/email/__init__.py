"""E-mail: IMAP polled, SMTP submission, and every mail parsed in a child process."""

from adapters.email.account import Email
from adapters.email.settings import EMAIL, Server, Settings

__all__ = ["EMAIL", "Email", "Server", "Settings"]
