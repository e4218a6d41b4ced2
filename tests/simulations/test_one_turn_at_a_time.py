"""Two posts at once: one wins, the other is told to wait, and no turn is lost or doubled."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
import redis

from platform_app.errors import Conflict
from platform_app.models import Author, Message, SceneProgress, Simulation
from platform_app.simulations import actions
from platform_app.simulations.turn_lock import TurnLock, is_turn_running
from tests.loopback_openai import Reply
from tests.simulations.conftest import Troupe


@pytest.mark.django_db(transaction=True)
def test_of_many_posts_at_once_one_wins_and_the_others_conflict(
    simulation: Simulation, troupe: Troupe, in_threads: Callable[..., list[Any]]
) -> None:
    troupe.answers.append(Reply("Slow but whole.", delay_seconds=0.5))
    results = in_threads(lambda: actions.say(simulation.pk, "Why did sales fall?").play(), count=6)
    refused = [result for result in results if isinstance(result, Conflict)]
    assert len(refused) == 5
    assert {error.detail for error in refused} == {"Your last message is still being answered."}
    assert Message.objects.filter(author=Author.STUDENT).count() == 1
    assert Message.objects.filter(author=Author.PERSONA).count() == 1
    assert SceneProgress.objects.get().turns_used == 1


@pytest.mark.django_db(transaction=True)
def test_students_do_not_wait_for_one_another(
    simulation: Simulation, troupe: Troupe, other_student: Any
) -> None:
    theirs, _ = actions.start_or_resume(other_student, simulation.scenario_id)
    lock = TurnLock(simulation.pk)
    lock.take()
    try:
        assert actions.say(theirs.pk, "Hello").play()["messages"]
    finally:
        lock.release()


@pytest.mark.usefixtures("db")
def test_submitting_waits_for_the_answer_too(simulation: Simulation) -> None:
    lock = TurnLock(simulation.pk)
    lock.take()
    try:
        for act in (actions.submit_scene, actions.submit_simulation, actions.try_again):
            with pytest.raises(Conflict, match="still being answered"):
                act(simulation.pk)
    finally:
        lock.release()
    assert not is_turn_running(simulation.pk)


def test_the_lock_of_a_dead_holder_ends_by_itself() -> None:
    TurnLock(1, lease_seconds=0.02).take()
    other = TurnLock(1)
    threading.Event().wait(0.03)
    other.take()


def test_a_lock_that_is_kept_alive_outlives_its_lease() -> None:
    lock = TurnLock(1, lease_seconds=0.1)
    lock.take()
    lock.keep_alive(every_seconds=0.02)
    threading.Event().wait(0.3)
    with pytest.raises(Conflict):
        TurnLock(1).take()
    lock.release()
    TurnLock(1).take()


def test_only_its_holder_releases_a_lock() -> None:
    late = TurnLock(1, lease_seconds=0.02)
    late.take()
    threading.Event().wait(0.03)
    holder = TurnLock(1)
    holder.take()
    late.release()
    assert is_turn_running(1)


def test_the_lock_is_a_key_with_an_expiry_in_the_flight_namespace(
    redis_server: redis.Redis, redis_key_prefix: str
) -> None:
    TurnLock(7).take()
    assert 0 < redis_server.pttl(f"{redis_key_prefix}flight:turn:7") <= 15_000
