"""The ledger of the AI cache for administrators: over HTTP, in the admin, and kept by the worker."""

from collections.abc import Callable

import django_rq
import pytest
import redis
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings
from rest_framework.test import APIClient

from caching import keys
from caching.ai import ledger
from caching.ai.ledger import days
from caching.ai.ledger.accounts import Outcome
from caching.ai.ledger.report import Report, Sums
from caching.ai.usage import Usage
from caching.models import AILedgerLine
from platform_app.accounts.tasks import mail_password_reset
from platform_app.jobs import Worker, copy_ledger
from platform_app.models import User

PATH = "/api/cache/ledger"
ADMIN = "/admin/caching/ailedgerline/"


def post(model: str = "gpt-5-mini", outcome: Outcome = Outcome.HIT) -> None:
    ledger.record("persona_reply", "chat", model, ("scenario:12",), outcome, Usage(1000, 200, 400))


class TestAPI:
    def test_administrators_read_it(self, api_for: Callable[[User], APIClient], admin_user: User):
        post()
        response = api_for(admin_user).get(PATH)
        assert response.status_code == 200
        body = response.json()
        assert list(body) == list(Report.__struct_fields__)
        assert list(body["total"]) == list(Sums.__struct_fields__)
        assert body["days"] == 30
        assert (body["total"]["hits"], body["total"]["saved_usd"]) == (1, "0.000560")
        assert [row["name"] for row in body["by_scenario"]] == ["12"]

    @pytest.mark.parametrize("path", [PATH, f"{PATH}/"])
    def test_with_and_without_a_slash(
        self, api_for: Callable[[User], APIClient], admin_user: User, path: str
    ):
        assert api_for(admin_user).get(path, {"days": 7}).json()["days"] == 7

    def test_an_unknown_price_is_null(self, api_for: Callable[[User], APIClient], admin_user: User):
        post("smollm2")
        body = api_for(admin_user).get(PATH).json()
        assert body["total"]["saved_usd"] is None
        assert body["unpriced_models"] == ["smollm2"]

    @pytest.mark.parametrize("number", ["0", "-1", "3661", "week"])
    def test_a_wrong_number_of_days(
        self, api_for: Callable[[User], APIClient], admin_user: User, number: str
    ):
        response = api_for(admin_user).get(PATH, {"days": number})
        assert response.status_code == 400
        assert response.json()["errors"][0]["attr"] == "days"

    @pytest.mark.parametrize("who", ["student", "professor"])
    def test_it_is_nobody_elses(
        self, api_for: Callable[[User], APIClient], request: pytest.FixtureRequest, who: str
    ):
        response = api_for(request.getfixturevalue(who)).get(PATH)
        assert response.status_code == 403
        assert response.json()["detail"].startswith("This is for administrators")

    def test_strangers_have_to_sign_in(self, db: None):
        assert APIClient().get(PATH).status_code == 401


class TestAdmin:
    def test_the_totals_stand_above_the_lines(self, client_for: Callable[[User], Client], admin_user: User):
        post()
        ledger.flush()
        days.persist()
        post()
        post("smollm2")
        page = client_for(admin_user).get(ADMIN).text
        assert "<dd>3</dd>" in page  # requests until now
        assert "$0.0011" in page  # saved until now
        assert "$0.0006" in page  # saved by the line
        assert "1 request, for no price is known of smollm2" in " ".join(page.split())

    def test_nothing_can_be_changed(self, client_for: Callable[[User], Client], admin_user: User):
        post()
        ledger.flush()
        days.persist()
        line = AILedgerLine.objects.get()
        browser = client_for(admin_user)
        assert browser.get(f"{ADMIN}{line.pk}/change/").status_code == 200
        assert browser.post(f"{ADMIN}{line.pk}/change/", {"hit_requests": 7}).status_code == 403
        assert browser.post(f"{ADMIN}{line.pk}/delete/", {"post": "yes"}).status_code == 403
        assert browser.get(f"{ADMIN}add/").status_code == 403

    @pytest.mark.parametrize("who", ["student", "professor"])
    def test_nobody_else_gets_in(
        self, client_for: Callable[[User], Client], request: pytest.FixtureRequest, who: str
    ):
        assert client_for(request.getfixturevalue(who)).get(ADMIN, follow=True).status_code == 403

    def test_staff_without_the_right_sees_no_totals(
        self, client_for: Callable[[User], Client], professor: User
    ):
        professor.is_staff = True
        professor.save()
        assert client_for(professor).get(ADMIN).status_code == 403


class TestWorker:
    def test_it_copies_the_ledger_when_it_begins(self, transactional_db: None):
        post()
        ledger.flush()
        call_command("worker", burst=True, verbosity=0)
        assert AILedgerLine.objects.get().hit_requests == 1

    def test_it_is_the_worker_of_every_command(self):
        assert isinstance(django_rq.get_worker("default"), Worker)

    def test_without_redis_it_goes_on(
        self, transactional_db: None, settings: Settings, caplog: pytest.LogCaptureFixture
    ):
        usual = settings.REDIS_URL
        settings.REDIS_URL = "redis://:s3cret@127.0.0.1:1/0"
        copy_ledger()
        settings.REDIS_URL = usual
        assert "could not be copied" in caplog.text
        assert "s3cret" not in caplog.text

    def test_a_job_brings_what_it_has_counted(
        self,
        transactional_db: None,
        student: User,
        mailoutbox: list,
        work_off_queue: Callable[[], None],
        redis_server: redis.Redis,
        redis_key_prefix: str,
    ):
        post()
        mail_password_reset.enqueue(student.pk, "http://testserver")
        work_off_queue()
        assert len(mailoutbox) == 1
        assert redis_server.exists(keys.ai_sheet(redis_key_prefix, days.today()))
