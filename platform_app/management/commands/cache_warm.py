"""What every student of a scenario will ask first, asked before them: the same as publishing does in the background."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections import Counter
from contextlib import nullcontext
from typing import Any

from django.core.management.base import CommandError
from django.db import Error as DatabaseError

from caching.errors import CacheUnavailable, Unrecorded
from caching.management.progress import Progress
from caching.management.stopping import StoppableCommand
from caching.models import Operation
from caching.operations.auditing import at_the_command_line, audited
from platform_app.models import Scenario
from platform_app.simulations.prompter import Found, Step
from platform_app.simulations.rehearsal import count_steps, rehearse

WRONG_USE = 2


class Command(StoppableCommand):
    help = (
        "Asks the AI now for the answers to the opening turns of a published scenario, so that students need not wait. It may"
        " run again: what is there already costs nothing. Exit code 1: some answers could not be had; 2: there is no such scenario."
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._steps: list[Step] = []
        self._is_complete = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--scenario", type=int, required=True, metavar="ID", help="a published one")
        parser.add_argument("--dry-run", action="store_true", help="ask for nothing, say what is missing")
        parser.add_argument("--json", action="store_true", help="as one line of JSON")

    def so_far(self) -> str:
        if not self._found[Found.ASKED]:
            return super().so_far()
        asked = _answers(self._found[Found.ASKED])
        return (
            f"Asked for and kept so far: {asked}; nothing is half done, and run again it asks for the rest."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        self._as_json, self._is_dry_run = options["json"], options["dry_run"]
        try:
            scenario = _published(options["scenario"])
            self._tell_about(scenario)
        except CacheUnavailable as error:
            raise CommandError(f"Redis does not work, and the rest was not asked for: {error}") from error
        except (DatabaseError, Unrecorded) as error:
            raise CommandError(" ".join(str(error).split())) from error
        if failed := self._found[Found.FAILED]:
            raise CommandError(f"{_answers(failed)} could not be had. Run this again to try those.")

    def _tell_about(self, scenario: Scenario) -> None:
        """However it ends, it says what was done."""
        try:
            self._follow(scenario)
        finally:
            self.stdout.write(self._as_facts(scenario) if self._as_json else self._told(scenario))

    def _follow(self, scenario: Scenario) -> None:
        """All steps; each that is not simply there is a line for people."""
        by, target = at_the_command_line(), f"scenario {scenario.pk}"
        writing = nullcontext() if self._is_dry_run else audited(by, Operation.WARM, target)
        with writing as deed, Progress(self.stderr, count_steps(scenario)) as progress:
            for step in rehearse(scenario, dry_run=self._is_dry_run):
                self._steps.append(step)
                if step.found is not Found.KEPT and not self._as_json:
                    progress.clear()
                    self.stdout.write(_line(step))
                progress.tell(len(self._steps), "answers")
                if deed:
                    deed.affected, deed.detail = self._found[Found.ASKED], {"answers": self._counts()}
            self._is_complete = True

    @property
    def _found(self) -> Counter[Found]:
        return Counter(step.found for step in self._steps)

    def _counts(self) -> dict[str, int]:
        return {each.value: self._found[each] for each in Found}

    def _as_facts(self, scenario: Scenario) -> str:
        failures = [
            {"what": step.what, "why": step.why} for step in self._steps if step.found is Found.FAILED
        ]
        return json.dumps(
            {
                "dry_run": self._is_dry_run,
                "scenario": scenario.pk,
                "title": str(scenario),
                "complete": self._is_complete,
                "answers": self._counts(),
                "failures": failures,
            }
        )

    def _told(self, scenario: Scenario) -> str:
        return _forecast(scenario, self._found) if self._is_dry_run else _report(scenario, self._found)


def _published(scenario_id: int) -> Scenario:
    scenario = Scenario.objects.filter(pk=scenario_id).first()
    if scenario is None:
        raise CommandError(f"There is no scenario {scenario_id}.", returncode=WRONG_USE)
    if not scenario.is_published:
        raise CommandError(
            f"Scenario {scenario_id}, “{scenario}”, is not published: only what students can play is warmed.",
            returncode=WRONG_USE,
        )
    return scenario


def _line(step: Step) -> str:
    return f"{step.found:<8} {step.what}" + (f": {step.why}" if step.why else "")


def _forecast(scenario: Scenario, found: Counter[Found]) -> str:
    return (
        f"“{scenario}” would take {_calls(found[Found.MISSING])}; {_answers(found[Found.KEPT])} "
        f"{'is' if found[Found.KEPT] == 1 else 'are'} there already."
    )


def _report(scenario: Scenario, found: Counter[Found]) -> str:
    return (
        f"“{scenario}”: {_answers(found[Found.KEPT])} had been there, {found[Found.ASKED]} asked for, "
        f"{found[Found.FAILED]} failed."
    )


def _answers(count: int) -> str:
    return f"{count} answer{'' if count == 1 else 's'}"


def _calls(count: int) -> str:
    return f"{count} call{'' if count == 1 else 's'}"
