"""What every student of a scenario will ask first, asked before them: the same as publishing does in the background."""

from __future__ import annotations

from argparse import ArgumentParser
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from caching.errors import CacheUnavailable
from platform_app.models import Scenario
from platform_app.simulations.prompter import Found, Step
from platform_app.simulations.rehearsal import count_steps, rehearse


class Command(BaseCommand):
    help = "Asks the AI now for the answers to the opening turns of a published scenario, so that students need not wait."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--scenario", type=int, required=True, metavar="ID", help="a published one")
        parser.add_argument("--dry-run", action="store_true", help="ask for nothing, say what is missing")

    def handle(self, *args: Any, **options: Any) -> None:
        scenario = _published(options["scenario"])
        steps = self._followed(scenario, dry_run=options["dry_run"])
        found = Counter(step.found for step in steps)
        if options["dry_run"]:
            self.stdout.write(_forecast(scenario, found))
            return
        self.stdout.write(_report(scenario, found))
        if found[Found.FAILED]:
            raise CommandError(
                f"{_answers(found[Found.FAILED])} could not be had. Run this again to try those."
            )

    def _followed(self, scenario: Scenario, *, dry_run: bool) -> list[Step]:
        """All steps; each that is not simply there is a line, and a terminal also sees how many are done."""
        steps, total, is_terminal = [], count_steps(scenario), self.stdout.isatty()
        try:
            for step in rehearse(scenario, dry_run=dry_run):
                steps.append(step)
                if step.found is not Found.KEPT:
                    self.stdout.write(_line(step))
                if is_terminal:
                    self.stdout.write(f"{len(steps)} of {total}\r", ending="")
                    self.stdout.flush()
        except CacheUnavailable as error:
            raise CommandError(str(error)) from error
        return steps


def _published(scenario_id: int) -> Scenario:
    scenario = Scenario.objects.filter(pk=scenario_id).first()
    if scenario is None:
        raise CommandError(f"There is no scenario {scenario_id}.")
    if not scenario.is_published:
        raise CommandError(
            f"Scenario {scenario_id}, “{scenario}”, is not published: only what students can play is warmed."
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
