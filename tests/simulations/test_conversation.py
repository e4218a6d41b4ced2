"""A conversation: who answers whom, in which order it is kept, and what costs a turn."""

from collections.abc import Callable

import pytest

from platform_app.errors import Conflict, InvalidInput
from platform_app.models import Author, Message, Persona, SceneProgress, Simulation, User
from platform_app.simulations import actions
from tests.factories import PersonaFactory
from tests.simulations.conftest import Troupe

pytestmark = pytest.mark.usefixtures("troupe")
Said = Callable[..., list[Message]]

INGRID, JONAS = "Ingrid Solberg", "Dr. Jonas Berg-Ødegård (Plant)"


def speakers(messages: list[Message]) -> list[str]:
    return [message.persona_name or message.author for message in messages]


def turns(simulation: Simulation) -> int:
    return SceneProgress.objects.get(simulation=simulation, scene=simulation.current_scene).turns_used


def test_begin_sets_the_scene_and_the_first_person_opens_it(said: Said, simulation: Simulation) -> None:
    command, scene, opening = said("Begin")
    assert (command.author, command.is_command) == (Author.STUDENT, True)
    assert scene.author == Author.NARRATOR
    for fact in (
        "Scene 1 of 2: The board room",
        "You meet the management",
        INGRID,
        "Find out why sales fell",
    ):
        assert fact in scene.text
    assert (opening.persona_name, opening.text, opening.is_command) == (INGRID, "That is answer 1.", False)
    assert turns(simulation) == 0


def test_begin_again_says_that_the_scene_is_under_way(said: Said, troupe: Troupe) -> None:
    said("begin")
    assert "under way" in said("begin")[-1].text
    assert len(troupe.prompts) == 1


def test_whoever_speaks_without_begin_begins(said: Said, simulation: Simulation) -> None:
    messages = said("Good morning, why did sales fall?")
    assert speakers(messages) == ["narrator", "student", INGRID]
    assert turns(simulation) == 1


def test_a_message_is_kept_letter_for_letter(said: Said) -> None:
    text = "<script>alert(1)</script>\n  {{ user }} & “quotes” 你好"
    assert said(text)[1].text == text


def test_positions_tell_the_order_in_which_things_were_said(said: Said, simulation: Simulation) -> None:
    """The original stored 0 for every student's and 1 for every persona's message, so that all questions came first."""
    for text in ("begin", "First question", "help", "Second question"):
        said(text)
    messages = list(Message.objects.filter(simulation=simulation))
    assert [message.position for message in messages] == list(range(1, len(messages) + 1))
    spoken = [message.text for message in messages if not message.is_command][1:]
    assert spoken == [
        "That is answer 1.",
        "First question",
        "That is answer 2.",
        "Second question",
        "That is answer 3.",
    ]


def test_without_a_name_the_last_speaker_answers(said: Said) -> None:
    said("begin")
    assert speakers(said("@Jonas, how full is the line?")) == ["student", JONAS]
    assert speakers(said("And last year?")) == ["student", JONAS]
    assert speakers(said("@Ingrid, and the money?")) == ["student", INGRID]
    assert speakers(said("Is that much?")) == ["student", INGRID]


def test_people_named_in_a_message_answer_in_order_and_hear_one_another(
    said: Said, troupe: Troupe, simulation: Simulation
) -> None:
    messages = said("@Jonas and @Ingrid, what next?")
    assert speakers(messages) == ["narrator", "student", JONAS, INGRID]
    assert turns(simulation) == 1
    assert "That is answer 1." in troupe.prompts[1][-1]["content"]


def test_all_lets_everybody_answer_for_one_turn(said: Said, simulation: Simulation) -> None:
    assert speakers(said("@all: a second plant?")) == ["narrator", "student", INGRID, JONAS]
    assert turns(simulation) == 1


def test_a_name_that_nobody_has_costs_no_turn_and_says_who_is_there(
    said: Said, simulation: Simulation, troupe: Troupe
) -> None:
    said("begin")
    message, reply = said("@Zorro, hello")
    assert (message.text, message.is_command) == ("@Zorro, hello", True)
    assert reply.author == Author.NARRATOR
    assert "Nobody here is called “Zorro”" in reply.text
    assert INGRID in reply.text
    assert JONAS in reply.text
    assert turns(simulation) == 0
    assert len(troupe.prompts) == 1


def test_somebody_of_another_scene_cannot_be_addressed(
    said: Said, simulation: Simulation, troupe: Troupe
) -> None:
    PersonaFactory.create(scenario=simulation.scenario, name="Tove Absent", position=3)
    reply = said("@Tove, hello")[-1]
    assert "Tove Absent is not in this scene" in reply.text
    assert not troupe.prompts


def test_the_persona_field_addresses_by_id_or_name(said: Said, simulation: Simulation) -> None:
    jonas = Persona.objects.get(name=JONAS)
    for wanted in (str(jonas.pk), JONAS, "berg-odegard"):
        assert speakers(said("Hello", persona=wanted))[-1] == JONAS
    assert speakers(said("@Ingrid, hello", persona="jonas"))[-1] == INGRID


@pytest.mark.parametrize("wanted", ["Zorro", "999999", "9" * 30, "-1", "@", "all"])
def test_an_unknown_persona_field_is_refused_and_nothing_is_stored(
    simulation: Simulation, wanted: str
) -> None:
    with pytest.raises(InvalidInput, match="is nobody in this scene"):
        actions.say(simulation.pk, "Hello", persona=wanted)
    assert not Message.objects.exists()


def test_a_persona_of_another_scenario_is_refused(simulation: Simulation) -> None:
    stranger = PersonaFactory.create(name="Somebody Else")
    with pytest.raises(InvalidInput):
        actions.say(simulation.pk, "Hello", persona=str(stranger.pk))


def test_a_message_to_one_person_knows_to_whom(said: Said) -> None:
    assert said("@Jonas, hello")[1].persona.name == JONAS  # type: ignore[union-attr]
    assert said("@all, hello")[0].persona is None


def test_a_refused_message_leaves_the_simulation_free(said: Said, simulation: Simulation) -> None:
    with pytest.raises(InvalidInput):
        actions.say(simulation.pk, "Hello", persona="Zorro")
    assert speakers(said("Hello"))[-1] == INGRID


def test_help_names_goal_turns_scene_people_and_commands(said: Said, simulation: Simulation) -> None:
    said("Why did sales fall?")
    text = said("help")[-1].text
    for fact in (
        "Scene 1 of 2",
        "Find out why sales fell",
        "Turns left: 4 of 5",
        INGRID,
        JONAS,
        "begin",
        "hint",
        "@all",
    ):
        assert fact in text
    assert turns(simulation) == 1


def test_a_scene_without_people_says_so_instead_of_answering(said: Said, simulation: Simulation) -> None:
    assert simulation.current_scene is not None
    simulation.current_scene.personas.clear()
    assert "Nobody is in this scene" in said("Hello?")[-1].text
    assert [message.author for message in said("begin")] == [Author.STUDENT, Author.NARRATOR]


def test_after_the_end_nothing_can_be_said(simulation: Simulation) -> None:
    actions.submit_simulation(simulation.pk).play()
    before = Message.objects.count()
    with pytest.raises(Conflict, match="over"):
        actions.say(simulation.pk, "One more thing")
    assert Message.objects.count() == before


def test_two_students_never_see_each_others_words(
    student: User, other_student: User, simulation: Simulation, troupe: Troupe
) -> None:
    theirs, _ = actions.start_or_resume(other_student, simulation.scenario_id)
    actions.say(simulation.pk, "My secret is plum cake").play()
    actions.say(theirs.pk, "What do you know?").play()
    actions.say(theirs.pk, "And what else?").play()
    assert not Message.objects.filter(simulation=theirs, text__contains="plum cake").exists()
    for prompt in troupe.prompts[1:]:
        assert "plum cake" not in str(prompt)
