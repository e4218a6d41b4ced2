"""The pages of keys in the admin: who sees what, nothing planted does harm, and trouble is told in words."""

from __future__ import annotations

import re
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from django.contrib.auth.models import Permission
from django.db import DatabaseError
from django.test import Client

from caching.connection import redis_client
from caching.errors import CacheUnavailable
from caching.inspection import memory, samples
from caching.inspection.browsing import browse
from caching.inspection.namespaces import known
from caching.inspection.searches import Search
from caching.inspection.values import open_key
from caching.models import AuditEntry, Operation
from platform_app.models import User
from tests.caching.inspection.planted import key, plant
from tests.caching.inspection.test_values import BODIES, GARBAGE, packed
from tests.factories import UserFactory

LIST = "/admin/cache/keys/"
CHAT = msgspec.json.encode({"choices": [{"message": {"content": "A confession of <b>Stina</b>."}}]})

ClientFor = Callable[[User], Client]

pytestmark = pytest.mark.django_db


def page_of(name: str | bytes) -> str:
    raw = name.encode() if isinstance(name, str) else name
    return f"{LIST}{urlsafe_b64encode(raw).decode().rstrip('=')}/"


def staff(*permissions: str) -> User:
    user = UserFactory.create(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return user


@pytest.fixture
def site(client_for: ClientFor, admin_user: User) -> Client:
    return client_for(admin_user)


@pytest.fixture
def viewer(client_for: ClientFor) -> Client:
    """May see the cache, and no values."""
    return client_for(staff("view_cache"))


@pytest.fixture
def reader(client_for: ClientFor) -> Client:
    return client_for(staff("view_cache", "view_cache_values"))


def viewings() -> list[tuple[str, str]]:
    """Who read what, by the audit log."""
    lines = AuditEntry.objects.filter(operation=Operation.READ)
    return list(lines.order_by("pk").values_list("actor_id", "target"))


class TestWhoMay:
    @pytest.mark.parametrize("permissions", [(), ("operate_cache",), ("view_cache_values",)])
    def test_staff_without_the_permission_get_nothing(
        self, client_for: ClientFor, permissions: tuple[str, ...]
    ) -> None:
        plant(["ai_cache:chat:1"])
        stranger = client_for(staff(*permissions))
        for path in (LIST, page_of("ai_cache:chat:1")):
            response = stranger.get(path)
            assert response.status_code == 403
            assert "ai_cache" not in response.text

    def test_others_are_sent_to_sign_in(self, client_for: ClientFor, student: User) -> None:
        for client in (Client(), client_for(student)):
            for path in (LIST, page_of("stats:1")):
                assert client.get(path).status_code == 302

    def test_one_who_may_not_read_values_sees_why(self, viewer: Client) -> None:
        plant(["ai_cache:chat:1"], packed(CHAT))
        page = viewer.get(page_of("ai_cache:chat:1")).text
        assert "hidden: needs the permission “May read cached values”" in page
        assert "confession" not in page
        assert "Counts: every tag has the stamp it was computed under." in page
        assert viewings() == []

    def test_one_who_may_read_values_reads_them_and_that_is_written_down(self, reader: Client) -> None:
        plant(["ai_cache:chat:1"], packed(CHAT))
        page = reader.get(page_of("ai_cache:chat:1")).text
        assert "A confession of &lt;b&gt;Stina&lt;/b&gt;." in page
        assert "<b>Stina" not in page
        assert viewings() == [(reader.session["_auth_user_id"], "ai_cache:chat:1")]

    def test_secrets_are_shown_to_nobody(self, site: Client) -> None:
        for namespace in known():
            if namespace.content == "secret":
                plant([f"{namespace.start}1"], b"a confession")
                page = site.get(page_of(f"{namespace.start}1")).text
                assert "nobody may read this" in page
                assert "confession" not in page
        assert viewings() == []

    def test_without_an_audit_log_nobody_reads_it(
        self, site: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def lost(*_: object, **__: object) -> None:
            raise DatabaseError("gone")

        plant(["ai_cache:chat:1"], packed(CHAT))
        monkeypatch.setattr(AuditEntry.objects, "create", lost)
        page = site.get(page_of("ai_cache:chat:1"))
        assert page.status_code == 503
        assert "confession" not in page.text


class TestList:
    def test_a_row_says_what_is_known(self, viewer: Client) -> None:
        plant(["db_query:numbers:1"], b"x" * 3000, seconds=3700)
        redis_client().set(key("stats:1"), "x")
        plant(["theirs"])
        page = viewer.get(LIST).text
        assert "Results of queries" in page
        assert re.search(r'title="3,[67]\d\d\.\d{3} s">1 h 1 min', page)
        assert "never expires" in page
        assert ">another program</span>" in page
        assert page_of("db_query:numbers:1") in page
        assert page_of("theirs") not in page

    def test_the_next_page_keeps_the_search(self, viewer: Client) -> None:
        plant(f"db_query:numbers:{number}" for number in range(300))
        plant(f"stats:{number}" for number in range(300))
        seen: set[str] = set()
        path = f"{LIST}?text=numbers&namespace=db_query%3A"
        while path:
            page = viewer.get(path).text
            names = set(re.findall(r'class="key">(.*?)<', page))
            assert not names & seen
            seen |= names
            onward = re.search(r'rel="next" href="(.*?)"', page)
            path = f"{LIST}{onward[1].replace('&amp;', '&')}" if onward else ""
        assert len(seen) == 300

    def test_a_whole_name_leads_to_its_key_at_once(self, viewer: Client) -> None:
        plant(["stats:exactly", "theirs"])
        said = "There is a key of exactly this name"
        assert said in viewer.get(f"{LIST}?text=stats:exactly").text
        for text in ("stats:exact", "theirs", "stats:*"):
            assert said not in viewer.get(f"{LIST}?text={text}").text

    def test_nothing_found_is_said(self, viewer: Client) -> None:
        assert "No key fits." in viewer.get(f"{LIST}?text=nothing").text

    @pytest.mark.parametrize("query", ["from=x", "from=W10%3Aabc%3Adef", "from=%00", f"from={'A' * 3000}"])
    def test_a_garbled_place_is_refused_in_words(self, viewer: Client, query: str) -> None:
        response = viewer.get(f"{LIST}?{query}")
        assert response.status_code == 400
        assert "This link leads to no place among the keys." in response.text

    @pytest.mark.parametrize(
        "query",
        ["namespace=nothing", "type=x", "text=" + "x" * 300, "text=" + "*a" * 20, "scope=" + "y" * 300],
    )
    def test_a_search_that_cannot_be_is_refused_in_words(self, viewer: Client, query: str) -> None:
        response = viewer.get(f"{LIST}?{query}")
        assert response.status_code == 400
        assert "errorlist" in response.text
        assert '<table class="keys"' not in response.text

    @pytest.mark.parametrize("query", ["text=%FF%00", "text=%0A", "scope=%ED%A0%80", "text=%5B", "text=%5C"])
    def test_odd_letters_are_looked_for(self, viewer: Client, query: str) -> None:
        assert viewer.get(f"{LIST}?{query}").status_code in (200, 400)

    def test_it_asks_the_database_for_nothing_of_its_own(
        self, viewer: Client, django_assert_max_num_queries: Any
    ) -> None:
        viewer.get(LIST)
        with django_assert_max_num_queries(4):  # who is there, and what he may
            viewer.get(LIST)


class TestNames:
    @pytest.mark.parametrize(
        "tail",
        [
            b"\n",
            b"\xff\xfe",
            "\u202e\u2066".encode(),
            b"<script>alert(1)</script>",
            b"\"'/?#%",
            b" ",
            b"\x00",
            "ü".encode(),
        ],
    )
    def test_any_name_is_shown_safely_and_leads_to_its_page(self, viewer: Client, tail: bytes) -> None:
        name = b"stats:" + tail
        plant([name], b"its value")
        page = viewer.get(f"{LIST}?namespace=stats:").text
        assert page_of(name) in page
        shown = re.findall(r'class="key">(.*?)</code>', page)
        assert len(shown) == 1
        assert "<script>alert" not in page
        assert all(sign not in page for sign in ("\u202e", "\x00"))
        assert "its value" in viewer.get(page_of(name)).text

    def test_a_very_long_name_is_cut_and_has_no_address(self, viewer: Client) -> None:
        plant([b"stats:" + b"x" * 5000])
        page = viewer.get(LIST).text
        assert "x" * 301 not in page
        assert "/admin/cache/keys/c3Rh" not in page

    @pytest.mark.parametrize("address", ["A", "%C3%A9", "----", "%3Cscript%3E"])
    def test_no_address_of_a_key_is_404_in_words(self, viewer: Client, address: str) -> None:
        response = viewer.get(f"{LIST}{address}/")
        assert response.status_code == 404
        assert "No such key" in response.text

    def test_a_key_that_has_gone_is_404_in_words(self, viewer: Client) -> None:
        response = viewer.get(page_of("stats:gone"))
        assert response.status_code == 404
        assert "it has expired, or was deleted" in response.text


class TestHarm:
    @pytest.mark.parametrize("garbage", [*GARBAGE, *BODIES])
    def test_garbage_under_every_kind_is_a_page(self, site: Client, garbage: str) -> None:
        value = GARBAGE[garbage] if garbage in GARBAGE else packed(BODIES[garbage])
        for namespace in known():
            name = f"{namespace.start}x:1"
            plant([name], value)
            assert site.get(page_of(name)).status_code == 200
        assert site.get(LIST).status_code == 200
        assert site.get(f"{LIST}?scope=user:7").status_code == 200

    def test_pages_carry_no_scripts_or_styles_of_their_own(self, site: Client) -> None:
        plant(
            ["ai_cache:chat:1"],
            packed(b'{"choices": [{"message": {"content": "<script>alert(1)</script>"}}]}'),
        )
        for path in (LIST, page_of("ai_cache:chat:1")):
            response = site.get(path)
            assert "alert(1)</script>" not in response.text
            assert " style=" not in response.text
            assert not re.search(r"<script(?![^>]* src=)[^>]*>", response.text)
            assert "default-src 'self'" in response["Content-Security-Policy"]
            assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("path", [LIST, page_of("ai_cache:chat:1")])
def test_without_redis_the_page_says_so(
    path: str, site: Client, use_redis: Callable[[str], None], closed_port: int
) -> None:
    use_redis(f"redis://:s3cret@127.0.0.1:{closed_port}/0")
    response = site.get(path)
    assert response.status_code == 503
    assert response["Retry-After"]
    assert "s3cret" not in response.text


@pytest.mark.usefixtures("broken_redis")
@pytest.mark.parametrize(
    "ask",
    [
        lambda: browse(Search()),
        lambda: open_key(b"ai_cache:chat:1", may_read_cached=True),
        samples.sample,
        memory.memory,
    ],
    ids=["browse", "open", "sample", "memory"],
)
def test_what_the_pages_ask_says_so_in_time(ask: Callable[[], object]) -> None:
    began = time.monotonic()
    with pytest.raises(CacheUnavailable) as caught:
        ask()
    assert time.monotonic() - began < 1.5
    assert "s3cret" not in str(caught.value)
