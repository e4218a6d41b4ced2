"""What personas hear comes from their agent sessions, and is always what the table of messages says."""

from __future__ import annotations

import pickle
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import redis
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from caching.errors import CacheUnavailable
from platform_app.models import Author, Message, Persona, Scenario, Simulation, User
from platform_app.simulations import actions
from platform_app.simulations import window as window_module
from platform_app.simulations.heard import said_in
from platform_app.simulations.prompts import persona_messages
from platform_app.simulations.script import Script
from platform_app.simulations.stage import read_stage
from platform_app.simulations.window import session_id
from sessions_ext import keys, session_manager
from sessions_ext.agents import values
from sessions_ext.models import SavedAgentSession
from tests.simulations.conftest import Troupe
from tests.test_worker import Bomb

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("roomy")]
Said = Callable[..., list[Message]]
Damage = Callable[[redis.Redis, str], Any]


@pytest.fixture
def roomy(transactional_db: None, simulation: Simulation, troupe: Troupe) -> None:
    """The scene has turns enough."""
    assert simulation.current_scene is not None
    simulation.current_scene.turn_limit = 50
    simulation.current_scene.save()


def personas(simulation: Simulation) -> list[Persona]:
    return list(simulation.scenario.personas.all())


def kept(simulation: Simulation, persona: Persona) -> list[str] | None:
    """The texts in this person's session."""
    messages = session_manager.get_messages_sync(session_id(simulation.pk, persona.pk))
    return None if messages is None else [message["text"] for message in messages]


def assert_prompts_are_what_the_table_says(simulation: Simulation, troupe: Troupe) -> None:
    """Every answer was asked for with all that had been said in its scene before it, letter for letter."""
    answers = Message.objects.filter(simulation=simulation, author=Author.PERSONA).select_related("persona")
    assert len(answers) == len(troupe.prompts) > 0
    for answer, prompt in zip(answers.order_by("position"), troupe.prompts, strict=True):
        assert answer.persona is not None
        heard = [one for one in said_in(simulation.pk, answer.scene_id) if one.position < answer.position]
        assert prompt == persona_messages(prompt[0]["content"], answer.persona, heard)


def sqls_of(captured: CaptureQueriesContext) -> list[str]:
    return [query["sql"] for query in captured]


def texts_of(prompt: list[dict[str, str]]) -> str:
    return "\n".join(message["content"] for message in prompt[2:])


def test_a_turn_reads_what_was_said_from_the_sessions_and_not_from_the_table(
    said: Said, simulation: Simulation
) -> None:
    for n in range(3):
        said(f"Question {n}?")
    with CaptureQueriesContext(connection) as captured:
        heard = [one.text for one in read_stage(simulation.pk).heard]
    assert not [sql for sql in sqls_of(captured) if '"text"' in sql and "MD5" not in sql]
    assert heard == [one.text for one in said_in(simulation.pk, simulation.current_scene_id or 0)]
    assert len(heard) == 6


def test_the_queries_of_a_turn_do_not_grow_with_the_conversation(said: Said, simulation: Simulation) -> None:
    counts = []
    for n in range(12):
        with CaptureQueriesContext(connection) as captured:
            said(f"Question {n}?")
        counts.append(len(captured))
    assert len(set(counts[2:])) == 1


def test_every_persona_has_a_session_of_its_own_with_all_that_was_said(
    said: Said, simulation: Simulation
) -> None:
    said("@all: a second plant?")
    said("@all: and the money?")
    ingrid, jonas = personas(simulation)
    assert session_id(simulation.pk, ingrid.pk) != session_id(simulation.pk, jonas.pk)
    everything = [one.text for one in said_in(simulation.pk, simulation.current_scene_id or 0)]
    assert kept(simulation, ingrid) == kept(simulation, jonas) == everything
    assert len(everything) == 6


def test_what_is_kept_has_no_copy_in_the_database(said: Said) -> None:
    said("@all: a second plant?")
    said("And then?")
    assert not SavedAgentSession.objects.exists()


def plant_messages(server: redis.Redis, session: str) -> None:
    """Somebody else's words in place of as many of ours."""
    key = keys.agent_transcript(session)
    count = server.xlen(key)
    server.delete(key)
    for n in range(count):
        words = (
            f'{{"position":{n + 1},"author":"student","persona_id":null,"persona_name":"","text":"forged"}}'
        )
        server.xadd(key, {"m": words})


DAMAGES: dict[str, Damage] = {
    "state and transcript gone": lambda server, one: [
        server.delete(key) for key in (keys.agent_session(one), keys.agent_transcript(one))
    ],
    "state gone": lambda server, one: server.delete(keys.agent_session(one)),
    "transcript gone": lambda server, one: server.delete(keys.agent_transcript(one)),
    "expired": lambda server, one: [
        server.pexpire(key, 0) for key in (keys.agent_session(one), keys.agent_transcript(one))
    ],
    "one message gone": lambda server, one: server.xtrim(
        keys.agent_transcript(one), maxlen=1, approximate=False
    ),
    "a message too many": lambda server, one: session_manager.append_message_sync(one, {"text": "forged"}),
    "only the latest message": lambda server, one: session_manager.begin_anew_sync(
        *_owner(server, one), messages=[{"position": 9}]
    ),
    "words of others": plant_messages,
    "another type": lambda server, one: [
        server.delete(keys.agent_transcript(one)),
        server.set(keys.agent_transcript(one), b"x"),
    ],
}


def _owner(server: redis.Redis, session: str) -> tuple[int, str, str | None]:
    found = session_manager.get_agent_session_sync(session)
    assert found is not None
    return found["user_progress_id"], found["agent_type"], found["agent_id"]


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_window_that_was_lost_or_damaged_comes_back_whole(
    said: Said, simulation: Simulation, troupe: Troupe, redis_server: redis.Redis, damage: Damage
) -> None:
    """The original went on with a history of one message."""
    said("begin")
    for text in ("@Jonas, how full is the line?", "@Ingrid, and the money?", "@Jonas, since when?"):
        said(text)
    for persona in personas(simulation):
        damage(redis_server, session_id(simulation.pk, persona.pk))
    said("@Jonas, are you sure?")
    said("@Ingrid, are you sure?")
    assert_prompts_are_what_the_table_says(simulation, troupe)
    assert "forged" not in str(troupe.prompts)


def test_a_pickle_in_a_window_is_not_executed(
    said: Said, simulation: Simulation, troupe: Troupe, redis_server: redis.Redis, tmp_path: Path
) -> None:
    said("Hello")
    bomb = pickle.dumps(Bomb(tmp_path / "crater"))
    for persona in personas(simulation):
        redis_server.set(keys.agent_session(session_id(simulation.pk, persona.pk)), bomb)
        redis_server.delete(keys.agent_transcript(session_id(simulation.pk, persona.pk)))
        redis_server.xadd(keys.agent_transcript(session_id(simulation.pk, persona.pk)), {"m": bomb})
    said("Are you there?")
    assert_prompts_are_what_the_table_says(simulation, troupe)
    assert not (tmp_path / "crater").exists()


def test_everything_in_redis_may_be_lost_between_any_two_turns(
    said: Said, simulation: Simulation, troupe: Troupe, redis_server: redis.Redis, redis_key_prefix: str
) -> None:
    chance = random.Random(7)
    texts = [
        "@all: why?",
        "@Jonas, how full?",
        "help",
        "And then?",
        "@Ingrid, how much?",
        "@Nobody?",
        "Really?",
    ]
    said("begin")
    for n in range(14):
        found = list(redis_server.scan_iter(match=f"{redis_key_prefix}agent_session:*", count=1000))
        for key in found if n % 5 == 4 else chance.sample(sorted(found), k=len(found) // 2):
            redis_server.delete(key)
        said(f"{texts[n % len(texts)]} {n}")
    assert_prompts_are_what_the_table_says(simulation, troupe)


def test_a_message_that_another_process_has_stored_is_in_the_next_prompt(
    said: Said, simulation: Simulation, troupe: Troupe
) -> None:
    """Or this one, which died between the database and Redis."""
    said("Hello")
    said("And what else?")
    scene = simulation.current_scene
    assert scene is not None
    ingrid, _ = personas(simulation)
    other = Script(simulation)
    other.add(scene, Author.STUDENT, "My secret is 4711.")
    other.add(scene, Author.PERSONA, "I will keep it.", persona=ingrid)
    said("What is my secret?")
    assert "4711" in texts_of(troupe.prompts[-1])
    assert "I will keep it." in texts_of(troupe.prompts[-1])


@pytest.mark.parametrize(
    "change",
    [
        lambda one: one.update(text="Hallo"),  # as long as it was
        lambda one: one.update(text="Something else entirely"),
        lambda one: one.update(is_command=True),
        lambda one: one.update(author=Author.NARRATOR),
        lambda one: one.delete(),
    ],
    ids=["edited", "rewritten", "made a command", "made the narrator's", "deleted"],
)
def test_what_was_changed_in_the_table_is_never_heard_as_it_was(
    said: Said, simulation: Simulation, troupe: Troupe, change: Callable[[Any], Any]
) -> None:
    said("Hello")
    said("Go on")
    change(Message.objects.filter(text="Hello"))
    said("And then?")
    told = texts_of(troupe.prompts[-1])
    assert "Hello" not in told
    assert told.count("Go on") == 1
    heard = said_in(simulation.pk, simulation.current_scene_id or 0)[:-1]
    assert troupe.prompts[-1][2:] == persona_messages("", personas(simulation)[0], heard)[2:]


def test_an_answer_that_is_given_to_somebody_else_is_heard_as_his(
    said: Said, simulation: Simulation, troupe: Troupe
) -> None:
    said("@Ingrid, hello")
    said("@Ingrid, go on")
    _, jonas = personas(simulation)
    Message.objects.filter(text="That is answer 1.").update(persona=jonas, persona_name=jonas.name)
    said("@Ingrid, and then?")
    roles = [message["role"] for message in troupe.prompts[-1][2:]]
    assert roles == ["user", "user", "user", "assistant", "user"]


def test_nobody_hears_in_the_next_scene_what_was_said_in_the_last(
    said: Said, simulation: Simulation, troupe: Troupe
) -> None:
    said("The secret of the first scene")
    actions.submit_scene(simulation.pk).play()
    said("begin")
    said("@all: what do you know?")
    assert_prompts_are_what_the_table_says(simulation, troupe)
    assert all("secret" not in str(prompt) for prompt in troupe.prompts[1:])


def test_what_is_rolled_back_has_not_been_heard(said: Said, simulation: Simulation) -> None:
    said("Hello")
    said("Go on")
    before = [kept(simulation, persona) for persona in personas(simulation)]
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        said("This never happened")
        raise ZeroDivisionError
    assert [kept(simulation, persona) for persona in personas(simulation)] == before
    said("And now?")
    assert "never happened" not in str([one.text for one in read_stage(simulation.pk).heard])


def test_two_students_who_play_at_the_same_time_with_two_people_hear_their_own(
    simulation: Simulation, other_student: User, troupe: Troupe, in_threads: Callable[..., list[Any]]
) -> None:
    theirs, _ = actions.start_or_resume(other_student, simulation.scenario_id)
    waiting = [(simulation.pk, "mine"), (theirs.pk, "theirs")]

    def play() -> None:
        pk, whose = waiting.pop()
        for n in range(4):
            actions.say(pk, f"@all: {whose} {n}").play()

    assert in_threads(play, 2) == [None, None]
    for pk, whose, others in ((simulation.pk, "mine", "theirs"), (theirs.pk, "theirs", "mine")):
        heard = [one.text for one in read_stage(pk).heard]
        assert sum(whose in text for text in heard) == 4
        assert not any(others in text for text in heard)
        assert len(heard) == 12


def test_a_scene_that_is_longer_than_any_window_is_heard_whole(
    said: Said, simulation: Simulation, troupe: Troupe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(window_module, "MOST_MESSAGES", 4)
    for n in range(4):
        said(f"Question {n}?")
    assert_prompts_are_what_the_table_says(simulation, troupe)


def test_words_that_no_session_takes_are_heard_all_the_same(
    said: Said, simulation: Simulation, troupe: Troupe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(values, "MESSAGE_BYTES", 150)
    for text in ("Short", "A very long story. " * 20, "And then?", "Well?"):
        said(text)
    assert_prompts_are_what_the_table_says(simulation, troupe)


def test_when_a_simulation_ends_its_sessions_end(
    said: Said, simulation: Simulation, redis_server: redis.Redis, redis_key_prefix: str
) -> None:
    tutor = session_manager.create_agent_session_sync(simulation.pk, "tutor")
    said("@all: hello")
    said("And then?")
    assert session_manager.statistics_sync()["sessions"] == 3
    actions.submit_simulation(simulation.pk).play()
    assert not list(redis_server.scan_iter(match=f"{redis_key_prefix}agent_session:*", count=1000))
    assert session_manager.get_agent_session_sync(tutor) is None


@pytest.mark.parametrize("what", ["simulation", "scenario", "student"])
def test_when_a_simulation_is_deleted_its_sessions_end(
    said: Said,
    simulation: Simulation,
    published_scenario: Scenario,
    student: User,
    redis_server: redis.Redis,
    redis_key_prefix: str,
    what: str,
) -> None:
    said("@all: hello")
    said("And then?")
    {"simulation": simulation, "scenario": published_scenario, "student": student}[what].delete()
    assert not list(redis_server.scan_iter(match=f"{redis_key_prefix}agent_session:*", count=1000))


def test_a_deletion_that_is_rolled_back_ends_no_session(said: Said, simulation: Simulation) -> None:
    said("@all: hello")
    said("And then?")
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        Simulation.objects.filter(pk=simulation.pk).delete()
        raise ZeroDivisionError
    assert session_manager.statistics_sync()["sessions"] == 2


def test_a_simulation_ends_even_if_its_sessions_cannot_be_ended(
    said: Said, simulation: Simulation, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def down(*_: Any, **__: Any) -> None:
        raise CacheUnavailable("it is down")

    with monkeypatch.context() as patched:
        patched.setattr(session_manager, "expire_sessions_of_sync", down)
        simulation.delete()
    assert not Simulation.objects.exists()
    assert "were not ended" in caplog.text
