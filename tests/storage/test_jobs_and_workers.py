from __future__ import annotations

from tests.storage.rows import NOW, at
from tui_inbox.ports.store import Store


def test_a_job_waits_until_it_is_finished(store: Store) -> None:
    with store.write() as t:
        one = t.jobs.add("channel_test", "desk-sms", {"deep": 1}, "ana", NOW)
        two = t.jobs.add("older", "mail", {}, "ben", NOW)
        assert [job.id for job in t.jobs.queued(9)] == [one, two]
        t.jobs.finish(one, True, {"ms": 40}, at(1))
        t.jobs.finish(two, False, {"code": "auth"}, at(1))
        assert t.jobs.queued(9) == []
        done, failed = t.jobs.get(one), t.jobs.get(two)
        assert done
        assert failed
        assert (done.kind, done.account, done.params, done.state) == ("channel_test", "desk-sms", {"deep": 1}, "done")
        assert (failed.state, failed.result, failed.created_by) == ("failed", {"code": "auth"}, "ben")
        assert t.jobs.get(99) is None


def test_the_heartbeat_is_one_row_and_only_its_own_boot_ends_it(store: Store) -> None:
    with store.write() as t:
        assert t.workers.get() is None
        t.workers.beat("boot-1", 10, NOW, at(1))
        t.workers.stopped("boot-1", at(2))
        t.workers.beat("boot-2", 11, at(3), at(4))
        t.workers.stopped("boot-1", at(5))
        row = t.workers.get()
        assert row
        assert (row.boot, row.pid, row.started_at, row.beat_at, row.stopped_at) == ("boot-2", 11, at(3), at(4), None)
        t.workers.stopped("boot-2", at(6))
        ended = t.workers.get()
        assert ended
        assert ended.stopped_at == at(6)


def test_a_mapping_is_overwritten(store: Store) -> None:
    with store.write() as t:
        assert t.mappings.get("csv") == ""
        t.mappings.put("csv", "{}")
        t.mappings.put("csv", '{"a": 1}')
        assert t.mappings.get("csv") == '{"a": 1}'
