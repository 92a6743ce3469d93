"""When the screen looks for news: soon after a commit, and seldom while nothing happens."""

from storage.store import SqlStore
from tui_inbox.tui.feed import LOOK_SECONDS, SURE_SECONDS, Feed


def looks(feed: Feed, *asked: tuple[float, object]) -> list[float]:
    return [now for now, sign in asked if feed.due(sign, now)]


def test_a_new_sign_is_looked_at_twice_for_it_shows_before_the_commit_can_be_read() -> None:
    assert looks(Feed(), (1.0, "a"), (1.1, "a"), (1.2, "a"), (1.3, "b"), (1.4, "b"), (1.5, "b")) == [1.0, 1.1, 1.3, 1.4]


def test_the_same_sign_is_believed_for_a_while() -> None:
    feed = Feed()
    looks(feed, (1.0, "a"), (1.1, "a"))
    assert not feed.due("a", 1.1 + SURE_SECONDS / 2)
    assert feed.due("a", 1.1 + SURE_SECONDS)


def test_without_a_sign_a_look_has_its_own_pace() -> None:
    feed = Feed()
    assert feed.due(None, 1.0)
    assert not feed.due(None, 1.0 + LOOK_SECONDS / 2)
    assert feed.due(None, 1.0 + LOOK_SECONDS)


def test_a_commit_of_another_process_changes_the_sign_and_reading_does_not(store: SqlStore) -> None:
    with store.write() as tx:
        tx.changed("conversation", 1)
    before = store.sign()
    with store.read() as tx:
        tx.changes.latest()
    assert store.sign() == before
    with store.write() as tx:
        for ref in range(2000):
            tx.changed("conversation", ref)
    assert (store.sign() != before) == store.beside
    assert (before is None) != store.beside
