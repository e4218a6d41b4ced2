"""How long the offline engine takes: to read a case, to answer in a role, to check and grade a scene, to draw a picture.

python -m tests.bench.offline_engine    prints one JSON object a line; times are ms of this process (CPU) and of the clock (wall)
"""

import json
import os
from collections.abc import Callable
from itertools import cycle
from statistics import median
from time import perf_counter_ns, process_time_ns

import django
import httpx2
from openai import OpenAI

from tests.servers import prepare_environment

ROUNDS = 9
FILLER_PARAGRAPHS = 470  # some 20,000 words


def measure(name: str, work: Callable[[], object], rounds: int = ROUNDS) -> None:
    """One line with the medians of a call."""
    wall, cpu = [], []
    for _ in range(rounds):
        clock, process = perf_counter_ns(), process_time_ns()
        work()
        wall.append((perf_counter_ns() - clock) / 1e6)
        cpu.append((process_time_ns() - process) / 1e6)
    print(
        json.dumps(
            {
                "bench": f"offline_{name}",
                "wall_ms": round(median(wall), 2),
                "cpu_ms": round(median(cpu), 2),
            }
        )
    )


def lengthened(case: str) -> str:
    """The case with paragraph after paragraph that differ in their figures."""
    filler = [
        f"In region {n} the brand sold {n * 37 + 1} jars in week {n % 52} while costs rose by {n % 9} per cent and the second "
        f"line of the plant stood still for {n % 7} hours because a part was missing. Tom Reed reported this to Anna Berg."
        for n in range(FILLER_PARAGRAPHS)
    ]
    return case.replace("The decision\n", "\n\n".join(filler) + "\n\nThe decision\n")


def main() -> None:
    prepare_environment()
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()

    from platform_app.offline.assessment.goal import check_goal
    from platform_app.offline.assessment.grading import assess_scene
    from platform_app.offline.casework.case import read_case
    from platform_app.offline.casework.people import find_people
    from platform_app.offline.pictures import draw
    from platform_app.offline.text.layout import read_document
    from platform_app.offline.transport import OfflineTransport
    from platform_app.prompting import block
    from tests.offline import conversations as said
    from tests.offline.asking import RolePlay, case_text, outcomes_of, people_of, scenes_of

    sdk = OpenAI(
        api_key="none",
        base_url="http://offline/v1",
        http_client=httpx2.Client(transport=OfflineTransport(token_seconds=0)),
    )
    long_case = lengthened(case_text("solera.txt"))

    def analyse() -> None:
        for cache in (read_case, read_document, find_people):
            cache.cache_clear()
        people = people_of(sdk, long_case)
        outcomes_of(sdk, long_case, scenes_of(sdk, long_case, people))

    play = RolePlay(sdk, case_text("harbour_clinic.md"), "Kjær")
    play.opening()
    questions = cycle(
        ["What about the debt?", "What do new beds cost?", "What do you want?", "Who built the model?"]
    )
    good = (said.BOARD_GOOD, said.BAKERY_GOOD, said.CONTRACT_GOOD, said.PLAN_GOOD, said.TERMS_GOOD)
    lines = ([line for conversation in good for line in said.script(conversation)] * 2)[:60]
    picture = block(
        "scene", {"title": "Before the board", "setting": "A boardroom above the harbour", "people": []}
    )

    measure("analysis_20000_words", analyse, rounds=3)
    measure("chat_answer", lambda: play.say(next(questions)))
    measure("goal_check_60_lines", lambda: check_goal(said.goal_request(said.BOARD, lines)))
    measure("grading_60_lines", lambda: assess_scene(said.grading_request(said.BOARD, lines)))
    measure("picture", lambda: draw(picture))


if __name__ == "__main__":
    main()
