"""Nothing in the queue is unpickled: whoever can write to Redis must not be able to run code in the worker."""

import json
import pickle
import zlib
from collections.abc import Iterator
from pathlib import Path

import django_rq
import pytest
import redis
from django.core.management import call_command
from rq.job import Job
from rq.serializers import DefaultSerializer

from platform_app.accounts.tasks import mail_password_reset
from platform_app.models import User


class Bomb:
    """Unpickling it writes a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return Path.write_text, (self.path, "exploded")


@pytest.fixture
def crater(tmp_path: Path) -> Path:
    return tmp_path / "crater"


@pytest.fixture
def jobs_redis() -> redis.Redis:
    """The server of the queue, which is never a cluster."""
    connection: redis.Redis = django_rq.get_connection("default")
    return connection


@pytest.fixture(autouse=True)
def empty_queue(jobs_redis: redis.Redis) -> Iterator[None]:
    """RQ's keys have no prefix of the test."""
    yield
    keys = list(jobs_redis.scan_iter(match="rq:*", count=1000))
    if keys:
        jobs_redis.unlink(*keys)


def run_worker() -> None:
    call_command("worker", burst=True, worker_class="rq.SimpleWorker", verbosity=0)


def plant(jobs_redis: redis.Redis, job_id: str, **fields: bytes | str) -> None:
    job = {
        "created_at": "2026-01-01T00:00:00.000000Z",
        "origin": "default",
        "description": "planted",
        "timeout": "60",
        "status": "queued",
    }
    jobs_redis.hset(f"rq:job:{job_id}", mapping=job | fields)
    jobs_redis.sadd("rq:queues", "rq:queue:default")
    jobs_redis.rpush("rq:queue:default", job_id)


def test_a_bomb_works_where_pickle_is_read(crater: Path):
    pickle.loads(pickle.dumps(Bomb(crater)))
    assert crater.exists()


@pytest.mark.parametrize("field", ["data", "meta", "result"])
def test_a_pickled_job_in_the_queue_is_not_executed(
    transactional_db: None, jobs_redis: redis.Redis, crater: Path, field: str
):
    bomb = pickle.dumps(Bomb(crater))
    good = {"data": zlib.compress(json.dumps(["platform_app.x", None, [], {}]).encode()), "meta": b"{}"}
    planted = zlib.compress(bomb) if field == "data" else bomb
    plant(jobs_redis, "pickled", **(good | {field: planted}))
    run_worker()
    assert not crater.exists()
    assert jobs_redis.llen("rq:queue:default") == 0


def test_a_job_naming_any_function_is_not_executed(
    transactional_db: None, jobs_redis: redis.Redis, crater: Path
):
    call = ["pathlib.Path.write_text", None, [str(crater), "exploded"], {}]
    plant(
        jobs_redis,
        "named",
        data=zlib.compress(json.dumps(call).encode()),
        meta=b'{"backend_name": "default"}',
    )
    run_worker()
    assert not crater.exists()


def test_the_worker_lives_on_after_a_planted_job(
    transactional_db: None, student: User, jobs_redis: redis.Redis, crater: Path, mailoutbox: list
):
    plant(jobs_redis, "pickled", data=zlib.compress(pickle.dumps(Bomb(crater))))
    mail_password_reset.enqueue(student.pk, "http://testserver")
    run_worker()
    assert [mail.to for mail in mailoutbox] == [[student.email]]


def test_a_job_holds_no_mail_address_and_no_secret(student: User, jobs_redis: redis.Redis):
    result = mail_password_reset.enqueue(student.pk, "http://testserver")
    job = Job.fetch(result.id, connection=jobs_redis, serializer=django_rq.get_queue().serializer)
    stored = jobs_redis.hgetall(f"rq:job:{result.id}")
    assert job.args == [student.pk, "http://testserver"]
    assert student.email.encode() not in b"".join(stored.values())


def test_no_corner_of_rq_falls_back_to_pickle(crater: Path):
    with pytest.raises(ValueError):
        DefaultSerializer.loads(pickle.dumps(Bomb(crater)))
    assert DefaultSerializer.dumps([1]) == b"[1]"
    assert not crater.exists()


def test_results_are_read_as_json(transactional_db: None, jobs_redis: redis.Redis):
    result = mail_password_reset.enqueue(None, "http://testserver")
    run_worker()
    assert mail_password_reset.get_result(result.id).is_finished
