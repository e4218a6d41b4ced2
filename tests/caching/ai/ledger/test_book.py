"""Postings are counted exactly, by day, account and outcome, whichever threads make them."""

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from caching import mapped
from caching.ai import ledger
from caching.ai.ledger import book
from caching.ai.ledger.accounts import Outcome
from caching.ai.ledger.pages import Page
from caching.ai.ledger.postings import Cell, Key
from caching.ai.usage import Usage
from tests.caching.ai.ledger.posted import postings

Post = Callable[..., None]


def cells(outcome: Outcome = Outcome.HIT) -> list[Cell]:
    return [cell for key, cell in postings().items() if key.outcome is outcome]


def test_what_is_posted_adds_up(post: Post) -> None:
    post(Outcome.HIT, times=3)
    assert cells() == [Cell(3, 3000, 1200, 600)]


def test_accounts_are_kept_apart(post: Post) -> None:
    post(Outcome.HIT)
    post(Outcome.NEAR)
    post(Outcome.HIT, operation="goal_check")
    post(Outcome.HIT, model="gpt-5")
    post(Outcome.HIT, scopes=("scenario:13",))
    assert {cell.requests for cell in postings().values()} == {1}
    assert len(postings()) == 5


def test_the_scenario_is_taken_from_the_scopes() -> None:
    for scopes in ((), ("user:7",), ("user:7", "scenario:12"), ("scenario:",)):
        ledger.record("chat", "chat", "gpt-5-mini", scopes, Outcome.HIT)
    assert {key.scenario: cell.requests for key, cell in postings().items()} == {"": 3, "12": 1}


def test_a_batch_is_one_posting_of_several_requests() -> None:
    ledger.record(
        "embedding", "embedding", "text-embedding-3-small", (), Outcome.FRESH, Usage(500), requests=10
    )
    assert cells(Outcome.FRESH) == [Cell(10, 500)]


def test_pictures_and_seconds_are_counted() -> None:
    ledger.record(
        "scene_image", "image", "gpt-image-1", (), Outcome.FRESH, Usage(40, 1056), pictures=1, seconds=2.5
    )
    assert cells(Outcome.FRESH) == [Cell(1, 40, 0, 1056, 1, 2500)]


def test_no_posting_is_lost_between_threads(post: Post) -> None:
    with ThreadPoolExecutor(8) as pool:
        for _ in range(8):
            pool.submit(post, Outcome.HIT, times=2_000)
    assert cells() == [Cell(16_000, 16_000_000, 6_400_000, 3_200_000)]


def test_postings_outlive_their_threads(post: Post) -> None:
    for _ in range(50):
        thread = threading.Thread(target=post, args=(Outcome.HIT,))
        thread.start()
        thread.join()
    assert cells()[0].requests == 50


def test_a_child_has_posted_nothing(post: Post) -> None:
    post(Outcome.HIT)
    child = os.fork()
    if child == 0:
        post(Outcome.HIT)
        os._exit(int(cells()[0].requests))
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 1
    assert cells()[0].requests == 1


@pytest.mark.parametrize(
    ("of", "step"),
    [(mapped, "create"), (Page, "begin"), (Page, "add"), (Key, "name")],
    ids=["create", "begin", "add", "name"],
)
@pytest.mark.parametrize("scenarios", [1, 4000], ids=["one page", "two pages"])
def test_who_posts_in_the_midst_of_a_posting_of_his_own_thread(
    post: Post, monkeypatch: pytest.MonkeyPatch, of: object, step: str, scenarios: int
) -> None:
    """As an answer does that nobody has read to its end, when it is collected as garbage."""
    usual, within = getattr(of, step), [0, 0]

    def interrupted(*given: object) -> object:
        if within[0]:
            return usual(*given)
        within[0] = 1
        post(Outcome.HIT, scopes=(f"scenario:{within[1]}",))
        done = usual(*given)
        post(Outcome.HIT, scopes=(f"scenario:{within[1]}",))
        within[0], within[1] = 0, within[1] + 1
        return done

    monkeypatch.setattr(of, step, interrupted)
    for scenario in range(scenarios):
        post(Outcome.FRESH, scopes=(f"scenario:{scenario}",))
    assert sum(cell.requests for cell in cells(Outcome.FRESH)) == scenarios
    assert sum(cell.requests for cell in cells()) == 2 * within[1] > 0
    numbers = [page.number for page in book.own().take()]
    assert numbers == sorted(set(numbers))
