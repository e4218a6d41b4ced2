import pytest
from redis.crc import key_slot

from caching import keys


def test_keys_are_where_an_operator_looks_for_them() -> None:
    assert keys.ai_entry("", "chat", "00ff") == "ai_cache:chat:00ff"
    assert keys.event_log("", "turn", 7) == "flight:events:turn:7"


def test_the_prefix_stands_in_front_as_it_is() -> None:
    assert keys.ai_entry("school:", "chat", "00ff") == "school:ai_cache:chat:00ff"
    assert keys.event_log("school:", "turn", 7) == "school:flight:events:turn:7"


@pytest.mark.parametrize("name", ["", "A", "a:b", "a*", "a b", "a\n", "é", "x" * 65])
def test_a_name_that_would_blur_a_key_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="a-z"):
        keys.ai_entry("", name, "00ff")
    with pytest.raises(ValueError, match="a-z"):
        keys.event_log("", name, 1)


@pytest.mark.parametrize("log_id", ["", "1:2", "a b", "*", "anna@example.com", "1\n", "x" * 65])
def test_an_id_that_would_blur_a_key_is_refused(log_id: str) -> None:
    with pytest.raises(ValueError, match="letters"):
        keys.event_log("", "turn", log_id)


def test_a_digest_has_160_bits_and_depends_on_every_byte() -> None:
    assert len(bytes.fromhex(keys.digest(b""))) == 20
    assert len({keys.digest(text) for text in (b"", b"a", b"b", b"ab", b"a\0")}) == 5


def test_the_keys_of_a_flight_lie_in_one_slot() -> None:
    lease, landing = keys.flight("school:", "00ff"), keys.landing("school:", "00ff", "77")
    assert (lease, landing) == ("school:flight:{00ff}", "school:flight:{00ff}:landed:77")
    assert key_slot(lease.encode()) == key_slot(landing.encode())
