"""Operators invalidate, delete, clean up and warm in the admin: they see first what it would hit, and confirm what is broad."""

from __future__ import annotations

import secrets
from collections.abc import Callable

import pytest
import redis
from django.core import signing
from django.db import DatabaseError
from django.http import HttpResponse
from django.test import Client

from caching.admin import long_operations
from caching.models import AuditEntry, Outcome, Way
from platform_app.models import Scenario, User
from sessions_ext.keys import session
from tests.devices import digest, is_in, signed_in
from tests.operations.classroom import keep_answer, kept_answer, name_of
from tests.operations.conftest import Rename
from tests.operations.pages import PAGE, said, submit

pytestmark = pytest.mark.django_db(transaction=True)

ClientFor = Callable[[User], Client]
STEPS = (
    *("invalidate/", "invalidate/user/", "invalidate/all/", "delete/", "delete/preview/"),
    *("clean-up/", "go-on/", "stop/", "warm/scenario/"),
)


@pytest.fixture
def site(client_for: ClientFor, operator: User) -> Client:
    return client_for(operator)


class TestInvalidating:
    @pytest.mark.parametrize("called_by", ["id", "email"])
    def test_a_user_is_previewed_and_confirmed_and_the_others_stay(
        self, site: Client, members: list[User], rename_unnoticed: Rename, called_by: str
    ) -> None:
        browsers = [signed_in(member) for member in members]
        for member in members:
            name_of(member.pk)
            rename_unnoticed(member)
        seventh = members[-1]
        typed = str(seventh.pk) if called_by == "id" else seventh.email.upper()
        preview = submit(site, site.get(PAGE), "invalidate/user/", **{"user-of": typed})
        assert f"Invalidate user {seventh.pk}, new?" in preview.text
        assert "1 of" in preview.text
        assert seventh.email not in preview.text
        assert name_of(seventh.pk) == "old 7"
        done = submit(site, preview, "invalidate/")
        (message,) = said(done)
        assert message.startswith(f"Invalidated user {seventh.pk}: ai_user:{seventh.pk}, user:{seventh.pk}.")
        assert [name_of(member.pk) for member in members] == [*(f"old {n}" for n in range(1, 7)), "new"]
        assert all(map(is_in, browsers))

    def test_it_leads_to_its_line(self, site: Client, student: User, operator: User) -> None:
        preview = submit(site, site.get(PAGE), "invalidate/user/", **{"user-of": str(student.pk)})
        done = submit(site, preview, "invalidate/")
        line = AuditEntry.objects.get()
        assert f"/admin/caching/auditentry/{line.pk}/change/" in done.text
        assert (line.actor_id, line.way, line.outcome) == (str(operator.pk), Way.ADMIN, Outcome.DONE)
        assert (line.target, line.affected) == (f"user {student.pk}", 2)

    def test_a_scenario_is_found_by_its_title(self, site: Client, published_scenario: Scenario) -> None:
        typed = {"scenario-of": published_scenario.title.lower()}
        preview = submit(site, site.get(PAGE), "invalidate/scenario/", **typed)
        assert f"Invalidate scenario {published_scenario.pk}, {published_scenario}?" in preview.text

    def test_of_somebody_who_is_gone_by_id(self, site: Client) -> None:
        preview = submit(site, site.get(PAGE), "invalidate/user/", **{"user-of": "999999"})
        assert "Invalidate user 999999?" in preview.text

    @pytest.mark.parametrize("typed", ["nobody@example.org", "a b", "*", "7:scenario:8", "0999999"])
    def test_what_is_neither_a_name_nor_an_id(self, site: Client, typed: str) -> None:
        page = submit(site, site.get(PAGE), "invalidate/user/", **{"user-of": typed})
        assert page.status_code == 400
        assert "There is no user of this name, and this is no id." in page.text

    @pytest.mark.parametrize(
        ("kind", "typed", "word"),
        [
            ("all", {}, "all"),
            ("model", {"model-model": "platform_app.User"}, "platform_app.User"),
            ("operation", {"operation-name": "summary"}, "summary"),
        ],
    )
    def test_what_is_broad_asks_for_a_word(
        self, site: Client, student: User, kind: str, typed: dict[str, str], word: str
    ) -> None:
        keep_answer(student)
        preview = submit(site, site.get(PAGE), f"invalidate/{kind}/", **typed)
        for wrong in ("", "yes", word.upper() + "x"):
            refused = submit(site, preview, "invalidate/", word=wrong)
            assert refused.status_code == 400
            assert "Nothing was done." in refused.text or "required" in refused.text
        assert not AuditEntry.objects.exists()
        assert kept_answer(student) == "kept"
        assert submit(site, refused, "invalidate/", word=word).status_code == 200
        assert AuditEntry.objects.get().outcome == Outcome.DONE
        assert (kept_answer(student) is None) is (kind != "model")

    @pytest.mark.parametrize("before", ["", "0", "\N{FULLWIDTH DIGIT ZERO}"])
    def test_one_row_does_not(self, site: Client, student: User, before: str) -> None:
        typed = {"model-model": "platform_app.User", "model-pk": f"{before}{student.pk}"}
        preview = submit(site, site.get(PAGE), "invalidate/model/", **typed)
        submit(site, preview, "invalidate/")
        assert AuditEntry.objects.get().target == f"platform_app.User {student.pk}"

    @pytest.mark.parametrize(
        ("kind", "typed", "why"),
        [
            ("model", {"model-model": "platform_app.User", "model-pk": "seven"}, "must be an integer"),
            ("model", {"model-model": "platform_app.Nothing"}, "Select a valid choice"),
            ("operation", {"operation-name": "Cities:*"}, "Names are made of"),
        ],
    )
    def test_wrong_input(self, site: Client, kind: str, typed: dict[str, str], why: str) -> None:
        page = submit(site, site.get(PAGE), f"invalidate/{kind}/", **typed)
        assert page.status_code == 400
        assert why in page.text

    def test_another_kind_is_no_address(self, site: Client) -> None:
        assert site.post(f"{PAGE}invalidate/session/").status_code == 404


@pytest.fixture
def entries(redis_server: redis.Redis, redis_key_prefix: str) -> Callable[..., list[str]]:
    def make(count: int, name: str = "cities") -> list[str]:
        keys = [f"{redis_key_prefix}db_query:{name}:{secrets.token_hex(20)}" for _ in range(count)]
        pipe = redis_server.pipeline(transaction=False)
        for key in keys:
            pipe.set(key, "value", ex=600)
        pipe.execute()
        return keys

    return make


def left(server: redis.Redis, keys: list[str]) -> int:
    return sum(server.exists(key) for key in keys)


class TestDeleting:
    typed = {"purge-namespace": "db_query:", "purge-pattern": "cities:*"}

    def test_it_is_previewed_then_done(
        self, site: Client, entries: Callable[..., list[str]], redis_server: redis.Redis
    ) -> None:
        cities, others = entries(3), entries(2, "citizens")
        preview = submit(site, site.get(PAGE), "delete/preview/", **self.typed)
        assert "Delete  3 keys?" in preview.text.replace("\n", "") or "3 keys?" in preview.text
        assert all(key in preview.text for key in cities)
        assert left(redis_server, cities) == 3
        done = submit(site, preview, "delete/")
        assert said(done)[0].startswith("Deleted 3 keys: db_query:cities:*.")
        assert (left(redis_server, cities), left(redis_server, others)) == (0, 2)
        line = AuditEntry.objects.get()
        assert (line.operation, line.target, line.affected) == ("purge", "db_query:cities:*", 3)

    def test_a_whole_kind_asks_for_a_word(
        self, site: Client, entries: Callable[..., list[str]], redis_server: redis.Redis
    ) -> None:
        cities = entries(2)
        typed = {"purge-namespace": "db_query:", "purge-pattern": "*"}
        preview = submit(site, site.get(PAGE), "delete/preview/", **typed)
        refused = submit(site, preview, "delete/", word="*")
        assert refused.status_code == 400
        assert left(redis_server, cities) == 2
        submit(site, refused, "delete/", word="db_query:*")
        assert left(redis_server, cities) == 0

    @pytest.mark.parametrize(
        ("namespace", "pattern", "status"),
        [
            ("session:", "*", 400),
            ("tag:", "*", 400),
            ("cache:", "*", 400),
            ("", "*", 400),
            ("db_query:", "", 400),
            ("db_query:", "a" * 201, 400),
            ("db_query:", "../session:*", 400),
            ("db_query:", "*session:*", 200),
        ],
    )
    def test_nothing_leads_to_sessions(
        self,
        site: Client,
        student: User,
        redis_server: redis.Redis,
        namespace: str,
        pattern: str,
        status: int,
    ) -> None:
        theirs = signed_in(student)
        typed = {"purge-namespace": namespace, "purge-pattern": pattern}
        page = submit(site, site.get(PAGE), "delete/preview/", **typed)
        assert page.status_code == status
        assert 'action="/admin/cache/operations/delete/"' not in page.text
        assert redis_server.exists(session(digest(theirs)))
        assert is_in(theirs)

    def begun(self, site: Client) -> HttpResponse:
        preview = submit(site, site.get(PAGE), "delete/preview/", **self.typed)
        return submit(site, preview, "delete/", word="db_query:cities:*")

    def test_many_are_deleted_in_several_requests_with_one_line(
        self,
        site: Client,
        entries: Callable[..., list[str]],
        redis_server: redis.Redis,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(long_operations, "WORKING_SECONDS", 0)
        cities = entries(1200)
        page, requests = self.begun(site), 1
        while "so far." in page.text:
            assert AuditEntry.objects.get().outcome == Outcome.BEGUN
            assert "<progress" in page.text
            page, requests = submit(site, page, "go-on/"), requests + 1
        assert requests > 2
        assert said(page)[0].startswith("Deleted 1,200 keys")
        assert left(redis_server, cities) == 0
        line = AuditEntry.objects.get()
        assert (line.outcome, line.affected) == (Outcome.DONE, 1200)

    def test_a_page_that_is_sent_twice_is_counted_once(
        self,
        site: Client,
        entries: Callable[..., list[str]],
        redis_server: redis.Redis,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(long_operations, "WORKING_SECONDS", 0)
        cities = entries(1500)
        first = self.begun(site)
        submit(site, first, "go-on/")
        page = submit(site, first, "go-on/")
        assert (AuditEntry.objects.get().affected or 0) + left(redis_server, cities) == 1500
        while "so far." in page.text:
            page = submit(site, page, "go-on/")
        assert said(page)[0].startswith("Deleted 1,500 keys")
        assert AuditEntry.objects.get().affected == 1500

    def test_it_may_be_stopped(
        self,
        site: Client,
        entries: Callable[..., list[str]],
        redis_server: redis.Redis,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(long_operations, "WORKING_SECONDS", 0)
        cities = entries(1500)
        page = self.begun(site)
        stopped = submit(site, page, "stop/")
        assert said(stopped)[0].startswith("Stopped: purge db_query:cities:*.")
        line = AuditEntry.objects.get()
        assert (line.outcome, line.affected) == (Outcome.STOPPED, 1500 - left(redis_server, cities))
        for action in ("go-on/", "stop/"):
            assert said(submit(site, page, action)) == ["This operation has ended already."]
        assert left(redis_server, cities) == 1500 - (line.affected or 0) > 0


class TestCleaningUp:
    def test_it_says_what_it_took_away(
        self, site: Client, redis_server: redis.Redis, redis_key_prefix: str
    ) -> None:
        redis_server.set(f"{redis_key_prefix}db_query:cities:{secrets.token_hex(20)}", "for ever")
        done = submit(site, site.get(PAGE), "clean-up/")
        assert "cached values without an expiry: 1" in said(done)[0]
        line = AuditEntry.objects.get()
        assert (line.operation, line.outcome, line.affected) == ("clean up", Outcome.DONE, 1)
        assert "There was nothing to take away" in said(submit(site, site.get(PAGE), "clean-up/"))[0]

    def test_a_long_one_goes_on(
        self,
        site: Client,
        redis_server: redis.Redis,
        redis_key_prefix: str,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(long_operations, "WORKING_SECONDS", 0)
        pipe = redis_server.pipeline(transaction=False)
        for _ in range(1200):
            pipe.set(f"{redis_key_prefix}db_query:cities:{secrets.token_hex(20)}", "for ever")
        pipe.execute()
        page, requests = submit(site, site.get(PAGE), "clean-up/"), 1
        while "so far." in page.text:
            page, requests = submit(site, page, "go-on/"), requests + 1
        assert requests > 1
        assert "cached values without an expiry: 1,200" in said(page)[0]
        assert AuditEntry.objects.get().affected == 1200


class TestWarming:
    def test_the_worker_is_asked(
        self, site: Client, published_scenario: Scenario, work_off_queue: Callable[[], None]
    ) -> None:
        typed = {"warm-scenario-of": str(published_scenario.pk)}
        done = submit(site, site.get(PAGE), "warm/scenario/", **typed)
        assert said(done)[0].startswith(f"The worker is warming “{published_scenario}”.")
        assert AuditEntry.objects.get().target == f"scenario {published_scenario.pk}"
        work_off_queue()

    @pytest.mark.parametrize("typed", ["999999", "nothing"])
    def test_what_there_is_not(self, site: Client, typed: str) -> None:
        page = submit(site, site.get(PAGE), "warm/scenario/", **{"warm-scenario-of": typed})
        assert page.status_code == 400
        assert "There is no scenario" in page.text
        assert not AuditEntry.objects.exists()

    def test_drafts_are_refused(self, site: Client, draft_scenario: Scenario) -> None:
        page = submit(site, site.get(PAGE), "warm/scenario/", **{"warm-scenario-of": str(draft_scenario.pk)})
        assert "is not published" in page.text

    def test_nothing_else_can_be_warmed(self, site: Client) -> None:
        assert site.post(f"{PAGE}warm/users/").status_code == 404


class TestWhoMay:
    def test_operators_and_administrators(
        self, client_for: ClientFor, operator: User, admin_user: User
    ) -> None:
        for user in (operator, admin_user):
            page = client_for(user).get(PAGE)
            assert page.status_code == 200
            assert page["Cache-Control"].startswith("max-age=0")

    @pytest.mark.parametrize("step", ["", *STEPS])
    def test_nobody_else(self, client_for: ClientFor, outsider: User, step: str) -> None:
        browser = client_for(outsider)
        for answer in (browser.get(PAGE + step, follow=True), browser.post(PAGE + step, follow=True)):
            assert answer.status_code == 403
            assert "Invalidate" not in answer.text
        assert not AuditEntry.objects.exists()

    @pytest.mark.parametrize("step", ["", *STEPS])
    def test_strangers_have_to_sign_in(self, step: str) -> None:
        for answer in (Client().get(PAGE + step, follow=True), Client().post(PAGE + step, follow=True)):
            assert "/account/sign-in/" in answer.redirect_chain[-1][0]

    @pytest.mark.parametrize("step", STEPS)
    def test_a_link_does_nothing(self, site: Client, step: str) -> None:
        assert site.get(PAGE + step).headers["Location"] == PAGE
        assert not AuditEntry.objects.exists()

    @pytest.mark.parametrize("step", STEPS)
    def test_without_the_csrf_token_nothing_is_done(self, operator: User, step: str) -> None:
        browser = Client(enforce_csrf_checks=True)
        browser.force_login(operator)
        assert browser.post(PAGE + step, {"token": "x"}).status_code == 403

    def test_who_may_not_see_the_log_gets_no_way_to_it(self, client_for: ClientFor, operator: User) -> None:
        operator.user_permissions.remove(operator.user_permissions.get(codename="view_cache"))
        browser = client_for(operator)
        page = submit(browser, browser.get(PAGE), "clean-up/")
        assert said(page)[0].startswith("Cleaned up.")
        assert "auditentry" not in page.text


class TestTokens:
    @pytest.fixture
    def preview(self, site: Client, student: User):
        return submit(site, site.get(PAGE), "invalidate/user/", **{"user-of": str(student.pk)})

    def test_what_somebody_else_was_shown_is_not_done(
        self, client_for: ClientFor, admin_user: User, preview
    ) -> None:
        page = submit(client_for(admin_user), preview, "invalidate/")
        assert said(page)[0].startswith("What you confirmed is too old")
        assert not AuditEntry.objects.exists()

    def test_what_is_too_old_is_not_done(
        self, site: Client, preview, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("caching.admin.operation_tokens.SECONDS", -1)
        assert said(submit(site, preview, "invalidate/"))[0].startswith("What you confirmed is too old")
        assert not AuditEntry.objects.exists()

    @pytest.mark.parametrize("step", ["invalidate/", "delete/", "go-on/", "stop/"])
    @pytest.mark.parametrize(
        "token",
        ["", "x", signing.dumps({"by": "1"}, salt="another")],
        ids=["none", "garbage", "another salt"],
    )
    def test_what_is_not_ours_is_not_done(self, site: Client, step: str, token: str) -> None:
        page = site.post(PAGE + step, {"token": token}, follow=True)
        assert said(page)[0].startswith("What you confirmed is too old")

    def test_a_token_for_one_step_is_none_for_another(self, site: Client, preview) -> None:
        token = preview.context["form"].initial["token"]
        for step in ("delete/", "go-on/", "stop/"):
            assert said(site.post(PAGE + step, {"token": token}, follow=True))
        assert not AuditEntry.objects.exists()


def test_without_an_audit_log_nothing_is_done(
    site: Client, student: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(*_: object, **__: object) -> None:
        raise DatabaseError("no such server")

    keep_answer(student)
    preview = submit(site, site.get(PAGE), "invalidate/user/", **{"user-of": str(student.pk)})
    monkeypatch.setattr(AuditEntry, "save", lost)
    page = submit(site, preview, "invalidate/")
    assert page.status_code == 503
    assert "Nothing was done" in page.text
    assert kept_answer(student) == "kept"


def test_two_operators_at_once_do_the_same_twice(
    site: Client, client_for: ClientFor, admin_user: User, student: User
) -> None:
    other = client_for(admin_user)
    pages = [
        (browser, submit(browser, browser.get(PAGE), "invalidate/user/", **{"user-of": str(student.pk)}))
        for browser in (site, other)
    ]
    for browser, preview in pages:
        assert said(submit(browser, preview, "invalidate/"))
    assert {line.actor for line in AuditEntry.objects.all()} == {"Otto Other", "Ada Admin"}
