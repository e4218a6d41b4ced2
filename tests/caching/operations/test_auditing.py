"""Nothing is done without a line in the audit log; the line says how it ended, and nobody changes it afterwards."""

import logging
from collections.abc import Callable

import pytest
from django.db import DatabaseError, connection
from django.db import models as django_models
from django.db.models.deletion import Collector

from caching import CacheUnavailable, cache_db_query, stats
from caching.errors import Unrecorded
from caching.invalidation import by_hand
from caching.models import AuditEntry, Operation, Outcome, Unchangeable, Way
from caching.operations import actions
from caching.operations.auditing import Operator, at_the_command_line, audited, begin, ending

pytestmark = pytest.mark.django_db(transaction=True)

ADA = Operator("1", "Ada", Way.ADMIN)


def the_line() -> AuditEntry:
    return AuditEntry.objects.get()


class TestTheLine:
    def test_it_is_there_before_the_deed_and_closed_after_it(self) -> None:
        with audited(ADA, Operation.INVALIDATE, "user 7", why="test") as deed:
            assert the_line().outcome == Outcome.BEGUN
            deed.affected, deed.detail = 2, {"tags": ["user:7"]}
        line = the_line()
        assert (line.actor_id, line.actor, line.way) == ("1", "Ada", Way.ADMIN)
        assert (line.operation, line.target, line.outcome) == (Operation.INVALIDATE, "user 7", Outcome.DONE)
        assert (line.affected, line.detail) == (2, {"why": "test", "tags": ["user:7"]})
        assert line.ended_at is not None
        assert str(line) == "invalidate user 7"

    @pytest.mark.parametrize(
        ("error", "outcome", "said"),
        [
            (CacheUnavailable("Connection\nrefused"), Outcome.FAILED, "Connection refused"),
            (KeyboardInterrupt(), Outcome.STOPPED, ""),
            (SystemExit(1), Outcome.STOPPED, ""),
            (RuntimeError("a secret"), Outcome.FAILED, "RuntimeError"),
        ],
    )
    def test_what_goes_wrong_is_written_down_and_raised(
        self, error: BaseException, outcome: Outcome, said: str
    ) -> None:
        with pytest.raises(type(error)), audited(ADA, Operation.PURGE) as deed:
            deed.affected = 500
            raise error
        line = the_line()
        assert (line.outcome, line.error, line.affected) == (outcome, said, 500)

    def test_a_deed_of_several_requests_keeps_its_line_open(self) -> None:
        entry = begin(ADA, Operation.PURGE, "db_query:*")
        for total in (500, 900):
            with ending(AuditEntry.objects.get(pk=entry.pk)) as deed:
                deed.affected, deed.goes_on = total, total == 500
            assert the_line().affected == total
        assert the_line().outcome == Outcome.DONE

    def test_a_later_part_that_fails_does_not_forget_what_the_earlier_ones_did(self) -> None:
        entry = begin(ADA, Operation.CLEAN_UP)
        with ending(entry) as deed:
            deed.affected, deed.goes_on = 7, True
        with pytest.raises(CacheUnavailable), ending(AuditEntry.objects.get()):
            raise CacheUnavailable("gone")
        assert (the_line().outcome, the_line().affected) == (Outcome.FAILED, 7)

    def test_at_the_command_line_the_name_is_that_of_the_machine(self) -> None:
        operator = at_the_command_line()
        assert (operator.id, operator.way) == ("", Way.COMMAND)
        assert " on " in operator.name

    def test_a_long_target_is_cut(self) -> None:
        with audited(Operator("1", "A" * 400, Way.API), Operation.PURGE, "x" * 400):
            pass
        assert (len(the_line().target), len(the_line().actor)) == (300, 254)


class TestWithoutADatabase:
    def test_nothing_is_done(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def lost(*_: object, **__: object) -> None:
            raise DatabaseError("the server closed the connection")

        done = []
        monkeypatch.setattr(AuditEntry, "save", lost)
        with pytest.raises(Unrecorded, match="Nothing was done"), audited(ADA, Operation.CLEAN_UP):
            done.append(1)
        assert done == []

    def test_an_end_that_cannot_be_written_hides_nothing(
        self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        def lost(*_: object, **__: object) -> None:
            raise DatabaseError("the server closed the connection")

        with audited(ADA, Operation.CLEAN_UP):
            monkeypatch.setattr(AuditEntry, "_write", lost)
        assert the_line().outcome == Outcome.BEGUN
        with pytest.raises(CacheUnavailable), audited(ADA, Operation.PURGE):
            raise CacheUnavailable("gone")
        assert [record.levelno for record in caplog.records] == [logging.ERROR, logging.ERROR]


class TestWithoutRedis:
    """The log is written to although nobody can be told that its table changes."""

    @pytest.mark.usefixtures("broken_redis")
    def test_a_dead_redis_leaves_a_line_that_says_so(self) -> None:
        with pytest.raises(CacheUnavailable):
            actions.carry_out(actions.scope("user", "7"), ADA)
        line = the_line()
        assert (line.outcome, line.target, line.affected) == (Outcome.FAILED, "user 7", None)
        assert line.error
        assert "s3cret" not in line.error

    def test_the_log_can_be_read_by_a_cached_function_but_is_never_kept(self) -> None:
        @cache_db_query("audit_log_length")
        def length() -> int:
            return AuditEntry.objects.count()

        assert length() == 0
        begin(ADA, Operation.PURGE)
        assert length() == 1
        begin(ADA, Operation.PURGE)
        assert length() == 2
        assert stats.counts("query:audit_log_length").hits == 0

    def test_writes_to_other_tables_are_announced_as_ever(self) -> None:
        found = [database for database in by_hand.observed_databases() if database.alias == "default"]
        insert = found[0].analyse(
            "INSERT INTO caching_auditentry (actor) SELECT title FROM platform_app_scenario"
        )
        alone = found[0].analyse("INSERT INTO caching_auditentry (actor) VALUES (%s)")
        both = found[0].analyse(
            "DELETE FROM platform_app_user WHERE id IN (SELECT id FROM caching_auditentry)"
        )
        assert (insert.writes_only_uncached, alone.writes_only_uncached) == (False, True)
        assert (both.writes_only_uncached, both.reads_uncached) == (False, True)


def collected(line: AuditEntry) -> Collector:
    collector = Collector(using="default")
    collector.collect([line])
    return collector


class TestUnchangeable:
    @pytest.fixture
    def line(self) -> AuditEntry:
        with audited(ADA, Operation.PURGE, "db_query:*"):
            pass
        return the_line()

    @pytest.mark.parametrize(
        "change",
        [
            lambda line: line.save(),
            lambda line: line.save(force_update=True),
            lambda line: AuditEntry(pk=line.pk, actor="Eve").save(force_update=True),
            lambda line: line.delete(),
            lambda line: AuditEntry.objects.update(actor="Eve"),
            lambda line: AuditEntry.objects.filter(pk=line.pk).delete(),
            lambda line: AuditEntry.objects.all()._raw_delete("default"),
            lambda line: AuditEntry._base_manager.all().delete(),
            lambda line: AuditEntry._base_manager.update(actor="Eve"),
            lambda line: AuditEntry.objects.bulk_update([line], ["actor"]),
            lambda line: AuditEntry.objects.update_or_create({"actor": "Eve"}, pk=line.pk),
            lambda line: AuditEntry.objects.bulk_create(
                [AuditEntry(pk=line.pk, actor="Eve")],
                update_conflicts=True,
                unique_fields=["id"],
                update_fields=["actor"],
            ),
            lambda line: AuditEntry.objects.bulk_create(
                [AuditEntry(pk=line.pk, actor="Eve")], None, False, True, ["actor"], ["id"]
            ),
            django_models.Model.delete,
            lambda line: collected(line).delete(),
            lambda line: line.end(Outcome.FAILED),
            lambda line: line.note(affected=7),
        ],
    )
    def test_a_closed_line_stays_as_it_is(
        self, line: AuditEntry, change: Callable[[AuditEntry], object]
    ) -> None:
        before = AuditEntry.objects.values().get()
        line.actor = "Eve"
        with pytest.raises(Unchangeable):
            change(line)
        assert AuditEntry.objects.values().get() == before

    def test_a_line_with_the_number_of_another_one_does_not_take_its_place(self, line: AuditEntry) -> None:
        with pytest.raises(DatabaseError):
            AuditEntry(pk=line.pk, actor="Eve").save()
        assert the_line().actor == "Ada"

    def test_lines_may_be_made_in_bulk(self) -> None:
        AuditEntry.objects.bulk_create([AuditEntry(actor="Ada"), AuditEntry(actor="Eve")])
        assert AuditEntry.objects.count() == 2

    def test_no_other_table_leads_to_it(self) -> None:
        fields = AuditEntry._meta.get_fields(include_hidden=True)
        assert [field for field in fields if isinstance(field, django_models.ForeignKey)] == []
        assert connection.introspection.get_relations(connection.cursor(), "caching_auditentry") == {}
