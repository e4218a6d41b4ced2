"""Where a scene takes place and what its picture shows."""

from __future__ import annotations

from collections.abc import Sequence

from platform_app.offline.casework.case import Case
from platform_app.offline.casework.functions import function_of

_BY_INDUSTRY = {
    "Health care": "in a meeting room of the hospital",
    "Food and beverage": "in the tasting room above the production floor",
    "Machinery and engineering": "in the glass office above the factory hall",
    "Automotive": "in the glass office above the assembly line",
    "Fashion and textiles": "in the sample room of the factory",
    "Retail": "in the back office of the store",
    "Software and technology": "in the project room",
    "Education": "in a seminar room on campus",
    "Transport and logistics": "in an office with a view of the loading bays",
    "Energy": "in the control room",
    "Tourism and hospitality": "in a quiet corner of the lobby",
    "Agriculture": "in the farm office",
    "Construction and property": "in the site office",
    "Public sector": "in a committee room of the town hall",
}
_BY_FUNCTION = {
    "operations": {"Food and beverage", "Machinery and engineering", "Automotive", "Fashion and textiles"},
    "care": {"Health care"},
}
_ON_THE_SPOT = {
    "operations": "on the factory floor, between two machines",
    "care": "in the staff room of the ward",
}


def setting_of(case: Case, group: Sequence[int]) -> str:
    """A place that fits the industry and, if one person is met alone, that person's work."""
    if len(group) == 1:
        function = function_of(case.people[group[0]].role)
        if case.industry in _BY_FUNCTION.get(function, set()):
            return _ON_THE_SPOT[function]
    return _BY_INDUSTRY.get(case.industry, "in a meeting room")


def image_prompt(case: Case, group: Sequence[int], topic: str) -> str:
    """What a picture of the scene should show, for any image model."""
    people = ", ".join(case.role_of(case.people[number]) or "a colleague" for number in group[:4])
    industry = f" {case.industry}." if case.industry else ""
    return (
        f"Modern flat illustration of a conversation {setting_of(case, group)}: {people}; the talk is about {topic}.{industry} "
        "Warm light, calm colours, no writing in the picture."
    )
