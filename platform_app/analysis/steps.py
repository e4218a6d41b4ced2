"""The stages of an analysis as a list to show: what is done, what is going on, where it stopped."""

from __future__ import annotations

from dataclasses import dataclass

from platform_app.models import Document, DocumentStatus, Stage


@dataclass(frozen=True)
class Step:
    """`state` is "done", "now", "failed" or "" for what is still to come."""

    label: str
    state: str


def steps_of(document: Document) -> list[Step]:
    stages = list(Stage)
    if document.status == DocumentStatus.DONE:
        return [Step(stage.label, "done") for stage in stages]
    reached = stages.index(Stage(document.stage)) if document.stage else -1
    here = "failed" if document.status == DocumentStatus.FAILED else "now"
    return [
        Step(stage.label, "done" if place < reached else here if place == reached else "")
        for place, stage in enumerate(stages)
    ]
