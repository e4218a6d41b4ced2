"""What of a case a prompt carries, what that costs, and what happens without vectors."""

from __future__ import annotations

import logging

import pytest
from pytest_django import Settings

from caching import db_cache_service
from caching.errors import AIError, CacheUnavailable
from platform_app.models import Scenario, User
from platform_app.retrieval.meaning import ranked_by_meaning
from platform_app.retrieval.passages import GAP, cut
from platform_app.retrieval.selectors import CASE_CHARACTERS, case_about, more_about, prepare_case
from tests.factories import make_scenario
from tests.retrieval.conftest import SAVINGS, SURPLUS, Describer, long_case

pytestmark = pytest.mark.django_db(transaction=True)
TOPICS = ["Why did earnings fall?", "The weather"]
BUDGET = 3000


def chosen(scenario: Scenario, topics: list[str] = TOPICS) -> str:
    return case_about(scenario, topics, budget=BUDGET)


def test_a_short_case_is_given_whole_and_asks_nobody(
    published_scenario: Scenario, describer: Describer
) -> None:
    assert case_about(published_scenario, TOPICS, budget=10) == published_scenario.case_text
    assert more_about(published_scenario, TOPICS, shown="", budget=BUDGET) == ""
    prepare_case(published_scenario)
    assert describer.asked == []


def test_a_case_without_text_is_what_the_professor_wrote(professor: User, describer: Describer) -> None:
    scenario = make_scenario(owner=professor, case_text="", description="So it was.", challenge="And now?")
    assert case_about(scenario, []) == "So it was.\n\nAnd now?"


def test_of_a_long_case_passages_are_found_that_say_it_in_other_words(
    long_scenario: Scenario, describer: Describer
) -> None:
    text = chosen(long_scenario)
    assert len(text) <= BUDGET
    assert SURPLUS in text
    assert SAVINGS not in text
    assert SAVINGS in chosen(long_scenario, ["A reserve"])


def test_they_stand_in_the_order_of_the_document_after_its_beginning(
    long_scenario: Scenario, describer: Describer
) -> None:
    text = chosen(long_scenario, ["A reserve", "earnings"])
    assert text.startswith(long_case()[0])
    assert text.index(SURPLUS) < text.index(SAVINGS)
    assert GAP in text


def test_words_count_beside_meaning(professor: User, describer: Describer) -> None:
    paragraphs = long_case()
    paragraphs[370] = "Codename Fjordlys was agreed on."
    scenario = make_scenario(owner=professor, case_text="\n\n".join(paragraphs))
    assert "Fjordlys" in chosen(scenario, ["What is Fjordlys?"])


def test_a_choice_is_made_once(long_scenario: Scenario, describer: Describer) -> None:
    first = chosen(long_scenario)
    describer.fails = True  # it would be noticed
    assert chosen(Scenario.objects.get(pk=long_scenario.pk)) == first
    assert len(describer.asked) == 1


def test_vectors_are_asked_for_each_passage_once(long_scenario: Scenario, describer: Describer) -> None:
    chosen(long_scenario)
    chosen(long_scenario, ["The reserve"])
    assert describer.asked == [[*long_case(), *TOPICS], ["The reserve"]]


def test_a_second_scenario_of_the_same_case_costs_nothing(
    long_scenario: Scenario, professor: User, describer: Describer
) -> None:
    first = chosen(long_scenario)
    assert chosen(make_scenario(owner=professor, case_text=long_scenario.case_text)) == first
    assert len(describer.asked) == 1


def test_an_edit_of_a_paragraph_costs_that_paragraph_and_is_seen_at_once(
    long_scenario: Scenario, describer: Describer
) -> None:
    chosen(long_scenario)
    edited = "In the third year the profit was 7 million."
    long_scenario.case_text = long_scenario.case_text.replace(SURPLUS, edited)
    long_scenario.save()
    assert edited in chosen(long_scenario)
    assert describer.asked[1:] == [[edited]]


def test_prepared_passages_leave_only_the_topics_to_be_asked(
    long_scenario: Scenario, describer: Describer
) -> None:
    prepare_case(long_scenario)
    chosen(long_scenario)
    assert describer.asked == [long_case(), TOPICS]


def test_blank_topics_are_left_out_and_long_ones_shortened(
    long_scenario: Scenario, describer: Describer
) -> None:
    chosen(long_scenario, ["", " \n", "earnings " * 1000])
    (topic,) = set(describer.asked[0]) - set(long_case())
    assert len(topic) <= 4000


def test_without_topics_the_beginning_is_given(long_scenario: Scenario, describer: Describer) -> None:
    assert long_scenario.case_text.startswith(chosen(long_scenario, [""]))


def test_of_what_a_student_says_passages_are_given_that_are_not_shown_yet(
    long_scenario: Scenario, describer: Describer
) -> None:
    shown = chosen(long_scenario)
    said = ["The savings are gone.", "And the earnings too."]
    more = more_about(long_scenario, said, shown=shown, budget=BUDGET)
    assert SAVINGS in more
    assert len(more) <= BUDGET
    assert not {*cut(more)} & {*cut(shown)} - {GAP}


def test_who_says_nothing_gets_nothing_more(long_scenario: Scenario, describer: Describer) -> None:
    assert more_about(long_scenario, [], shown="", budget=BUDGET) == ""
    assert describer.asked == []


def test_without_vectors_words_choose_and_that_choice_stands(
    long_scenario: Scenario, describer: Describer, caplog: pytest.LogCaptureFixture
) -> None:
    describer.fails = True
    by_words = chosen(long_scenario, ["The cushion"])
    assert SAVINGS in by_words
    assert "chosen by words alone" in caplog.text
    describer.fails = False
    assert chosen(long_scenario, ["The cushion"]) == by_words
    assert len(describer.asked) == 1


def test_once_it_is_forgotten_meaning_is_asked_again(long_scenario: Scenario, describer: Describer) -> None:
    describer.fails = True
    assert SURPLUS not in chosen(long_scenario, ["earnings"])
    describer.fails = False
    db_cache_service.invalidate_query_cache("case_choice")
    assert SURPLUS in chosen(long_scenario, ["earnings"])


def test_a_choice_by_meaning_outlives_a_provider_that_fails_later(
    long_scenario: Scenario, describer: Describer
) -> None:
    first = chosen(long_scenario)
    describer.fails = True
    db_cache_service.invalidate_query_cache("case_choice")
    assert chosen(long_scenario) == first


def test_graders_get_passages_without_vectors_too(
    long_scenario: Scenario, describer: Describer, caplog: pytest.LogCaptureFixture
) -> None:
    describer.fails = True
    assert SAVINGS in more_about(long_scenario, ["The cushion?"], shown="", budget=BUDGET)
    assert [record.levelno for record in caplog.records if "words alone" in record.message] == [
        logging.WARNING
    ]


def test_vectors_of_two_models_under_one_name_are_no_vectors(
    long_scenario: Scenario, describer: Describer
) -> None:
    prepare_case(long_scenario)
    describer.length += 3
    with pytest.raises(AIError):
        ranked_by_meaning(long_case(), ["A reserve"])
    assert SAVINGS in chosen(long_scenario, ["The cushion"])


def test_another_model_makes_another_choice(
    long_scenario: Scenario, describer: Describer, settings: Settings
) -> None:
    chosen(long_scenario)
    settings.CACHING = {**settings.CACHING, "AI_EMBEDDING_MODEL": "another"}
    chosen(long_scenario)
    assert [len(asked) for asked in describer.asked] == [402, 402]


def test_without_redis_there_is_no_choice_by_words(
    long_scenario: Scenario, describer: Describer, settings: Settings
) -> None:
    nowhere = "redis://127.0.0.1:1/0"
    settings.CACHES = {**settings.CACHES, "default": {**settings.CACHES["default"], "LOCATION": nowhere}}
    settings.REDIS_URL = nowhere
    with pytest.raises(CacheUnavailable):
        chosen(long_scenario)
    with pytest.raises(CacheUnavailable):
        more_about(long_scenario, TOPICS, shown="", budget=BUDGET)
    with pytest.raises(CacheUnavailable):
        prepare_case(long_scenario)
    assert describer.asked == []


def test_the_offline_engine_chooses_by_the_words_that_it_knows(long_scenario: Scenario) -> None:
    assert SURPLUS in chosen(long_scenario, ["How large was the surplus in the third year?"])


def test_the_case_of_these_tests_is_long(long_scenario: Scenario) -> None:
    assert len(long_scenario.case_text) > CASE_CHARACTERS
