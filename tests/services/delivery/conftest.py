"""A reply that may leave."""

from tests.services.conftest import Front


def sent_reply(front: Front, text: str = "Oui", **more: object) -> int:
    """A reply whose undo time is over."""
    outbox_id = front.reply(text, **more).outbox_id
    front.clock.forward(seconds=6)
    return outbox_id
