"""What is missing for publishing, as the editor shows it: section by section, each gap with the place to mend it."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from platform_app.errors import FieldError
from platform_app.models import Scenario
from platform_app.scenarios.completeness import missing_parts

SECTIONS = {
    "overview": "Overview",
    "personas": "Personas",
    "scenes": "Scenes",
    "outcomes": "Outcomes",
    "rubric": "Rubric",
    "publish": "Publish",
}
_SECTION_OF = {
    "personas": "personas",
    "scenes": "scenes",
    "learning_outcomes": "outcomes",
    "rubric": "rubric",
}
_ONE_OF = {"personas": "persona", "scenes": "scene"}


@dataclass(frozen=True)
class Gap:
    detail: str
    url: str


@dataclass(frozen=True)
class CheckedSection:
    label: str
    url: str
    gaps: tuple[Gap, ...]


@dataclass(frozen=True)
class Checklist:
    sections: tuple[CheckedSection, ...]

    @property
    def is_complete(self) -> bool:
        return not any(section.gaps for section in self.sections)

    @property
    def gap_count(self) -> int:
        return sum(len(section.gaps) for section in self.sections)


def section_url(scenario: Scenario, section: str) -> str:
    if section == "overview":
        return reverse("scenarios:edit", args=[scenario.pk])
    return reverse(f"scenarios:edit_{section}", args=[scenario.pk])


def checklist(scenario: Scenario) -> Checklist:
    gaps: dict[str, list[Gap]] = {section: [] for section in SECTIONS if section != "publish"}
    for missing in missing_parts(scenario):
        section = _SECTION_OF.get(missing.attr.partition(".")[0], "overview")
        gaps[section].append(Gap(missing.detail, section_url(scenario, section) + _anchor(missing)))
    return Checklist(
        tuple(
            CheckedSection(SECTIONS[section], section_url(scenario, section), tuple(found))
            for section, found in gaps.items()
        )
    )


def _anchor(missing: FieldError) -> str:
    """`#persona-12` for "personas.12.goals"; `#id_title` for "title"."""
    kind, *place = missing.attr.split(".")
    if kind in _ONE_OF:
        return f"#{_ONE_OF[kind]}-{place[0]}" if place else ""
    return "" if kind in _SECTION_OF else f"#id_{kind}"
