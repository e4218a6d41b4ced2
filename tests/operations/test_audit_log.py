"""The audit log in the admin: whoever may see the cache reads it, and nobody changes it; the lists of users and scenarios add to it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from caching.models import AuditEntry, Operation, Outcome, Way
from caching.operations import actions
from caching.operations.auditing import Operator, audited
from platform_app.models import Scenario, User
from tests.devices import is_in, signed_in
from tests.operations.classroom import keep_answer, kept_answer, name_of, title_of
from tests.operations.conftest import Execute, Rename
from tests.operations.pages import said

pytestmark = pytest.mark.django_db(transaction=True)

ClientFor = Callable[[User], Client]
LOG = "/admin/caching/auditentry/"
USERS = "/admin/platform_app/user/"
SCENARIOS = "/admin/platform_app/scenario/"


@pytest.fixture
def line(transactional_db: None) -> AuditEntry:
    with audited(
        Operator("1", "Ada Lovelace", Way.ADMIN), Operation.PURGE, "db_query:*", why="<script>"
    ) as deed:
        deed.affected = 42
    return AuditEntry.objects.get()


class TestReading:
    def test_the_list_says_who_did_what_and_how_it_ended(
        self, client_for: ClientFor, viewer: User, line: AuditEntry
    ) -> None:
        page = client_for(viewer).get(LOG).text
        for text in ("Ada Lovelace", "Delete keys", "db_query:*", "Done", "42", "Audit log"):
            assert text in page

    @pytest.mark.parametrize(
        ("asked", "found"),
        [
            ({"operation": "purge"}, True),
            ({"operation": "warm"}, False),
            ({"outcome": "failed"}, False),
            ({"way": "admin"}, True),
            ({"q": "ada"}, True),
            ({"q": "db_query"}, True),
            ({"q": "eve"}, False),
            ({"began_at__year": "1999"}, False),
        ],
    )
    def test_it_is_filtered_and_searched(
        self, client_for: ClientFor, viewer: User, line: AuditEntry, asked: dict[str, str], found: bool
    ) -> None:
        assert (f"{LOG}{line.pk}/change/" in client_for(viewer).get(LOG, asked).text) is found

    def test_a_line_is_shown_with_everything(
        self, client_for: ClientFor, viewer: User, line: AuditEntry
    ) -> None:
        page = client_for(viewer).get(f"{LOG}{line.pk}/change/").text
        assert "&lt;script&gt;" in page
        assert 'name="_save"' not in page

    def test_not_even_a_superuser_changes_it(
        self, client_for: ClientFor, admin_user: User, line: AuditEntry
    ) -> None:
        site = client_for(admin_user)
        before = AuditEntry.objects.values().get()
        assert "delete_selected" not in site.get(LOG).text
        assert site.get(f"{LOG}add/").status_code == 403
        assert site.post(f"{LOG}{line.pk}/change/", {"actor": "Eve"}).status_code == 403
        assert site.post(f"{LOG}{line.pk}/delete/", {"post": "yes"}).status_code == 403
        site.post(LOG, {"action": "delete_selected", "_selected_action": [line.pk], "post": "yes"})
        assert AuditEntry.objects.values().get() == before

    @pytest.mark.parametrize("who", ["student", "professor", "staff"])
    def test_nobody_else_reads_it(
        self, client_for: ClientFor, request: pytest.FixtureRequest, line: AuditEntry, who: str
    ) -> None:
        browser = client_for(request.getfixturevalue(who))
        for path in (LOG, f"{LOG}{line.pk}/change/"):
            answer = browser.get(path, follow=True)
            assert answer.status_code == 403
            assert "Ada Lovelace" not in answer.text

    def test_viewers_have_no_way_to_operations(self, client_for: ClientFor, viewer: User) -> None:
        assert "/admin/cache/operations/" not in client_for(viewer).get(LOG).text


def act(site: Client, path: str, *chosen: object):
    return site.post(path, {"action": "invalidate_cache", "_selected_action": [*chosen]}, follow=True)


class TestLists:
    def test_selected_users_are_invalidated_and_the_others_stay(
        self, client_for: ClientFor, admin_user: User, members: list[User], rename_unnoticed: Rename
    ) -> None:
        browsers = [signed_in(member) for member in members]
        for member in members:
            name_of(member.pk)
            keep_answer(member)
            rename_unnoticed(member)
        page = act(client_for(admin_user), USERS, members[5].pk, members[6].pk)
        assert said(page) == ["Invalidated what is cached of 2 users."]
        assert [name_of(member.pk) for member in members] == [
            *(f"old {n}" for n in range(1, 6)),
            "new",
            "new",
        ]
        assert [kept_answer(member) for member in members] == ["kept"] * 5 + [None] * 2
        assert all(map(is_in, browsers))
        line = AuditEntry.objects.get()
        assert (line.target, line.outcome, line.way) == ("2 users", Outcome.DONE, Way.ADMIN)
        assert line.detail["ids"] == [str(members[5].pk), str(members[6].pk)]

    def test_selected_scenarios(
        self,
        client_for: ClientFor,
        admin_user: User,
        published_scenario: Scenario,
        draft_scenario: Scenario,
        execute_unnoticed: Execute,
    ) -> None:
        both = (published_scenario, draft_scenario)
        old = [title_of(scenario_id=scenario.pk) for scenario in both]
        execute_unnoticed("UPDATE platform_app_scenario SET title = 'new'")
        page = act(client_for(admin_user), SCENARIOS, draft_scenario.pk)
        assert said(page) == [f"Invalidated what is cached of scenario {draft_scenario.pk}."]
        assert [title_of(scenario_id=scenario.pk) for scenario in both] == [old[0], "new"]

    @pytest.mark.parametrize("path", [USERS, SCENARIOS])
    def test_who_may_not_operate_the_cache_has_no_such_action(
        self, client_for: ClientFor, viewer: User, student: User, path: str
    ) -> None:
        viewer.user_permissions.add(*_permissions("view_user", "change_user", "view_scenario"))
        site = client_for(viewer)
        assert "Invalidate cache" not in site.get(path).text
        act(site, path, student.pk)
        assert not AuditEntry.objects.exists()

    def test_whoever_may_see_the_list_and_operate_the_cache_has_it(
        self, client_for: ClientFor, operator: User, student: User
    ) -> None:
        operator.user_permissions.add(*_permissions("view_user"))
        site = client_for(operator)
        assert "Invalidate cache of selected" in site.get(USERS).text
        assert said(act(site, USERS, student.pk)) == [f"Invalidated what is cached of user {student.pk}."]

    def test_thousands_are_one_line(self, client_for: ClientFor, admin_user: User, student: User) -> None:
        done = actions.carry_out_for_all("user", [*range(1, 1201)], Operator("1", "Ada Lovelace", Way.ADMIN))
        assert len(done.tags) == 2400
        assert AuditEntry.objects.get().target == "1200 users"


def _permissions(*names: str):
    return Permission.objects.filter(codename__in=names)
