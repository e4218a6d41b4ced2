import pytest

from caching.connection import urls
from caching.connection.urls import Target, Topology, parse
from caching.errors import CacheUnavailable


@pytest.mark.parametrize(
    ("url", "address", "database"),
    [
        ("redis://localhost:6379/0", ("localhost", 6379), 0),
        ("redis://example.org", ("example.org", 6379), 0),
        ("redis://", ("localhost", 6379), 0),
        ("redis://:s3cret@example.org:7000/3", ("example.org", 7000), 3),
        ("redis://[::1]:7000?db=2", ("::1", 7000), 2),
        ("rediss://anna:s3,cret@example.org/1?ssl_cert_reqs=none", ("example.org", 6379), 1),
        ("unix:///run/redis.sock?db=4", ("/run/redis.sock", 0), 4),
    ],
)
def test_one_server(url: str, address: urls.Address, database: int) -> None:
    target = parse(url)
    assert (target.topology, target.addresses, target.database) == (Topology.SINGLE, (address,), database)


def test_sentinels_and_the_service_that_they_watch() -> None:
    target = parse(
        "redis+sentinel://anna:s3cret@one:26380,two/platform/5?sentinel_password=other&client_name=web"
    )
    assert target == Target(
        topology=Topology.SENTINEL,
        scheme="redis",
        addresses=(("one", 26380), ("two", 26379)),
        service="platform",
        database=5,
        credentials="anna:s3cret@",
        options=(("client_name", "web"),),
        sentinel_password="other",
    )
    assert target.url_of(("10.0.0.1", 6379)) == "redis://anna:s3cret@10.0.0.1:6379/5?client_name=web"


def test_a_cluster_is_named_by_some_of_its_nodes() -> None:
    target = parse("rediss+cluster://:s3cret@one:7000,[::1]:7001")
    assert target.topology is Topology.CLUSTER
    assert target.addresses == (("one", 7000), ("::1", 7001))
    assert target.url_of(("::1", 7001)) == "rediss://:s3cret@[::1]:7001/0"


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("", "REDIS_URL is not set"),
        ("http://:s3cret@localhost", "REDIS_URL must begin with one of redis, rediss, unix"),
        ("s3cret", "must begin with one of"),
        ("redis://:s3#cret@localhost:6379/0", "special characters"),
        ("redis://:s3/cret@localhost:6379/0", "special characters"),
        ("redis+sentinel://:s3/cret@localhost:6379/main", "special characters"),
        ("redis://localhost:s3cret/0", "REDIS_URL is not a URL"),
        ("redis+cluster://one:1,two:s3cret", "REDIS_URL is not a URL"),
        ("redis+cluster://one:1,two:99999", "REDIS_URL is not a URL"),
        ("redis://:s3[cret@localhost", "REDIS_URL is not a URL"),
        ("redis://one:1,two:2/0", "names several servers"),
        ("redis://one/s3cret", "something else than the number of a database"),
        ("redis+sentinel://one:26379", "names no service"),
        ("redis+sentinel://one:26379/main/s3cret", "something else than the number of a database"),
        ("redis+sentinel:///main", "names no host"),
        ("redis+cluster://one,,two", "names no host"),
        ("redis+cluster://one:1/3", "a cluster has only number 0"),
        ("unix://", "names no socket"),
    ],
)
def test_what_cannot_be_read_right_is_refused_and_not_shown(url: str, sentence: str) -> None:
    with pytest.raises(CacheUnavailable, match=sentence) as caught:
        parse(url)
    assert "s3" not in str(caught.value)
    assert "cret" not in str(caught.value)


def test_no_password_is_shown_with_the_target() -> None:
    target = parse("redis+sentinel://:s3cret@one/main?sentinel_password=s3cret&password=s3cret")
    assert "s3cret" not in repr(target)


# --- Jobs -----------------------------------------------------------------------------------------------------------


def test_jobs_are_queued_on_a_single_server_by_its_url() -> None:
    assert urls.queue_location("redis://:s3cret@one/2") == {"URL": "redis://:s3cret@one/2"}


def test_jobs_are_queued_where_the_sentinels_say() -> None:
    location = urls.queue_location("redis+sentinel://anna:s3%2Fcret@one,two:1/main/2?sentinel_password=other")
    assert location == {
        "SENTINELS": [("one", 26379), ("two", 1)],
        "MASTER_NAME": "main",
        "DB": 2,
        "USERNAME": "anna",
        "PASSWORD": "s3/cret",
        "SENTINEL_KWARGS": {"password": "other"},
        "CONNECTION_KWARGS": {"ssl": False},
    }


def test_jobs_cannot_be_queued_on_a_cluster() -> None:
    with pytest.raises(CacheUnavailable, match="Jobs cannot be queued on a cluster, set JOBS_REDIS_URL"):
        urls.require_queue_server("redis+cluster://one:1")
    assert urls.queue_location("redis+cluster://one:1")["URL"].endswith(".invalid")


def test_a_wrong_url_of_the_jobs_is_named_as_theirs() -> None:
    with pytest.raises(CacheUnavailable, match="JOBS_REDIS_URL is not a URL"):
        urls.require_queue_server("redis://one:many")
