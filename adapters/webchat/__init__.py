"""The chat on the hotel's own site: guests' browsers ask the receiver, no vendor stands between."""

from adapters.webchat.settings import WEBCHAT, Settings, WebChats

__all__ = ["WEBCHAT", "Settings", "WebChats"]
