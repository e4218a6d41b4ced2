from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.http import HttpResponse, JsonResponse
from django.utils.safestring import mark_safe

from caching.codec import Undecodable
from caching.django_serializer import Serializer

serializer = Serializer({})


def there_and_back(value: Any) -> Any:
    return serializer.loads(serializer.dumps(value))


@pytest.mark.parametrize(
    "value",
    [None, True, False, "", "ä", b"\x00\xff", 1.5, 48, [1, [2]], {"a": None, 1: "x"}, datetime.now(UTC)],
)
def test_a_value_comes_back_as_it_was(value: Any) -> None:
    assert there_and_back(value) == value


def test_dates_come_back_as_texts() -> None:
    assert there_and_back(date(2026, 1, 2)) == "2026-01-02"


def test_a_rendered_fragment_is_a_text() -> None:
    assert type(there_and_back(mark_safe("<b>"))) is str


def test_a_response_comes_back_with_status_headers_and_cookies() -> None:
    response = JsonResponse({"a": 1}, status=404, headers={"X-Kind": "test"})
    response.set_cookie("seen", "yes", max_age=60, httponly=True)
    found = there_and_back(response)
    assert type(found) is HttpResponse
    assert (found.status_code, found.reason_phrase, found.content) == (404, "Not Found", b'{"a": 1}')
    assert dict(found.items()) == dict(response.items())
    assert found.cookies.output() == response.cookies.output()


def test_an_object_is_refused_and_not_pickled() -> None:
    with pytest.raises(TypeError, match="cannot store a Serializer"):
        serializer.dumps(serializer)


@pytest.mark.parametrize(
    "planted",
    [
        b"",
        b"\x01",
        b"{}",
        b"cos\nsystem\n(S'true'\ntR.",
        b"\x01\xc1",
        b"\x01\xd4\x01x",
        b"\x01\xd4\x07x",
        b"\x01" + b"\x91" * 5000,
    ],
)
def test_what_it_has_not_written_is_undecodable(planted: bytes) -> None:
    with pytest.raises(Undecodable):
        serializer.loads(planted)
