"""One process for each side of a comparison, measured in turns: a busy machine is busy for all of them.

python -m tests.bench._side_by_side SIDE    takes lines `["figure", argument]` and answers each with one line of JSON
"""

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from random import Random
from statistics import quantiles
from time import perf_counter_ns
from typing import Any

import django

Measurement = Callable[[int], Any]


class Side:
    """A process that has been started. `ask` waits for its answer."""

    def __init__(self, side: str, module: str = "tests.bench._side_by_side") -> None:
        self.name = side
        self._program = subprocess.Popen(
            [sys.executable, "-m", module, side],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"BENCH_SIDE": side, "DJANGO_SETTINGS_MODULE": "tests.bench._settings"},
        )

    def send(self, figure: str, argument: Any = 1) -> None:
        assert self._program.stdin is not None
        self._program.stdin.write(json.dumps([figure, argument]) + "\n")
        self._program.stdin.flush()

    def answer(self) -> Any:
        assert self._program.stdout is not None
        line = self._program.stdout.readline()
        if not line:
            raise RuntimeError(f"The side {self.name} has ended.")
        return json.loads(line)

    def ask(self, figure: str, argument: Any = 1) -> Any:
        self.send(figure, argument)
        return self.answer()

    def stop(self) -> None:
        self._program.communicate(timeout=30)


def measured(call: Callable[[], object]) -> Measurement:
    """Microseconds of one call, as the mean of a round of so many."""

    def round_of(count: int) -> float:
        began = perf_counter_ns()
        for _ in range(count):
            call()
        return (perf_counter_ns() - began) / count / 1000

    return round_of


def in_turns(figures: Sequence[tuple[Side, str, int]], rounds: int) -> dict[str, float]:
    """µs for a call, by the name of the figure: the quickest fifth of the rounds, which other programs disturbed least."""
    seen: dict[str, list[float]] = {figure: [] for _, figure, _ in figures}
    order = Random(0)
    for _ in range(rounds):
        # Another order each time: what comes after heavy work is more often interrupted.
        for side, figure, count in order.sample(figures, len(figures)):
            seen[figure].append(side.ask(figure, count))
    return {figure: quantiles(values, n=5)[0] for figure, values in seen.items()}


def serve(figures: Mapping[str, Measurement]) -> None:
    for line in sys.stdin:
        figure, argument = json.loads(line)
        print(json.dumps(figures[figure](argument)), flush=True)


def main() -> None:
    django.setup()
    side = sys.argv[1]
    module = importlib.import_module("tests.bench._ours" if side.startswith("ours") else "tests.bench._peers")
    serve(module.figures(side))


if __name__ == "__main__":
    main()
