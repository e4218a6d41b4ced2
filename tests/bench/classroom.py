"""What a class costs: simulated students play a scenario on the platform, and a provider on the loopback counts.

python -m tests.bench.classroom [--students 30 100 300] [--suggested 0 0.3 0.6 1]    prints one JSON object a line
... --questions-only    leaves out the playing, which takes a second for each student

The way "ours" is played: real Valkey, real SDK, `--at-once` students at the same time. The others are computed from what the
platform asked for. Tokens are characters / 4, prices those of gpt-5-mini as an example, and the provider's own cache of prompts
is modelled as one that forgets nothing, which is better than the real one. `dollars` of all but "no cache" have it beneath.

The last lines are tiers for an operation whose answers depend on the question alone: what its askers would get of the class's
questions, by the offline engine's vectors. Wrong is an answer to a question of another class. Nothing of it concerns personas.
"""

import argparse
import json
import os
from time import perf_counter

import django

from tests.servers import prepare_environment

TURNS = 10
DELAY_SECONDS = 0.02
"""of the provider's answer, so that students who ask at the same time can meet"""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--students", type=int, nargs="+", default=[30], help="classes of so many, default: 30"
    )
    parser.add_argument(
        "--suggested", type=float, nargs="+", default=[0.3], help="share of suggested wordings"
    )
    parser.add_argument("--turns", type=int, default=TURNS)
    parser.add_argument("--at-once", type=int, default=8, help="students played at the same time")
    parser.add_argument("--questions-only", action="store_true", help="the tiers alone, nothing is played")
    options = parser.parse_args()
    prepare_environment()
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()

    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    for students in options.students:
        for suggested in options.suggested:
            if not options.questions_only:
                measure(students, options.turns, suggested, options.at_once)
            tiers(students, options.turns, suggested)


def tiers(students: int, turns: int, suggested: float) -> None:
    from tests.bench._classroom_questions import questions_of
    from tests.bench._classroom_tiers import EXACT, TIERS, ask

    # The class goes turn by turn.
    texts = [
        text
        for turn in zip(*questions_of(students, turns, suggested=suggested), strict=True)
        for text in turn
    ]
    for tier in (EXACT, *TIERS):
        asked = ask(texts, tier)
        line = {"bench": "classroom_tiers", "students": students, "suggested": suggested, "tier": tier.name}
        line |= {"questions": len(texts), "hit_rate": share(asked.hits, len(texts))}
        line |= {"wrong_answers": asked.wrong, "wrong_answer_rate": share(asked.wrong, len(texts))}
        print(json.dumps(line), flush=True)


def measure(students: int, turns: int, suggested: float, at_once: int) -> None:
    from django.conf import settings

    from tests.bench import _classroom_ways as ways
    from tests.bench._classroom_play import make_classroom, play
    from tests.bench._classroom_provider import AnsweringProvider, Bill, is_check
    from tests.bench._classroom_questions import questions_of
    from tests.loopback_openai import LoopbackOpenAI

    began = perf_counter()
    with LoopbackOpenAI() as server:
        settings.CACHING = settings.CACHING | {"OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": "none"}
        provider = AnsweringProvider(server, delay_seconds=DELAY_SECONDS)
        questions = questions_of(students, turns, suggested=suggested)
        record = play(make_classroom(turns), questions, at_once=at_once)
    seconds = perf_counter() - began
    asked = record.asked
    none = ways.bill_of(asked, prompt_cache=False)

    def show(way: str, bill: Bill, **more: object) -> None:
        line = {
            "bench": "classroom",
            "students": students,
            "suggested": suggested,
            "way": way,
            "calls": bill.calls,
        }
        line |= {"input_tokens": bill.input_tokens, "cached_input_tokens": bill.cached_input_tokens}
        line |= {"output_tokens": bill.output_tokens, "dollars": round(bill.dollars, 4)}
        line |= {"calls_saved": share(none.calls - bill.calls, none.calls)}
        line |= {"dollars_saved": share(none.dollars - bill.dollars, none.dollars)}
        print(json.dumps(line | more), flush=True)

    kept = sum(one.was_kept for one in asked)
    said = [one for one in asked if not is_check(one.parameters)]
    made_for_another = ways.made_for_another(said, key=ways.stateless)
    show("no cache", none)
    show("the provider's prompt cache", ways.bill_of(asked))
    show(
        "ours, the whole history in the key (played)",
        provider.bill,
        kept=share(kept, len(asked)),
        joined_a_flight=share(len(asked) - kept - provider.bill.calls, len(asked)),
        wrong_answers=record.wrong,
        of_answers=len(record.answers),
        seconds=round(seconds, 1),
    )
    show("the opening and the first turn alone (computed)", ways.bill_of(asked, key=ways.first_turn_alone))
    show(
        "stateless keys (computed)",
        ways.bill_of(asked, key=ways.stateless),
        answers_of_another_conversation=share(made_for_another, len(said)),
    )


def share(part: float, whole: float) -> float:
    return round(part / whole, 4)


if __name__ == "__main__":
    main()
