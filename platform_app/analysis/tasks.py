"""The analysis of a case study, as a job of the worker: reading, people, scenes, outcomes, images, and then one scenario.

Nothing is saved before everything is there. Whatever goes wrong ends as a sentence on the document; the worker lives on.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django_tasks import task
from rq.timeouts import JobTimeoutException

from caching.errors import AIError, CacheUnavailable
from platform_app.analysis import drafting, outline, pictures
from platform_app.analysis.heartbeat import heartbeat
from platform_app.analysis.material import read_material
from platform_app.analysis.pictures import Picture
from platform_app.analysis.run import Run, Superseded, announce_end
from platform_app.analysis.schema import SceneDraft
from platform_app.errors import DocumentUnreadable, NotAllowed
from platform_app.models import Scenario, Stage
from platform_app.retrieval.selectors import prepare_case
from platform_app.scenarios.actions import create_from_draft
from platform_app.scenarios.drafts import ScenarioDraft
from platform_app.scenarios.pictures import new_name

log = logging.getLogger(__name__)

NOTHING_SAVED = "Nothing was saved. Start the analysis again"
NO_REDIS = f"The platform’s memory (Redis) did not answer during the analysis. {NOTHING_SAVED} in a minute."
TOO_SLOW = f"The analysis took too long and was stopped. {NOTHING_SAVED}; if that does not help, upload a shorter case."
OUR_FAULT = f"Something went wrong on our side. {NOTHING_SAVED}; if it fails again, tell the operator of this platform."


@task()
def analyze_document(document_id: int) -> None:
    """Does nothing for a document that is finished, deleted, or in the hands of another worker."""
    run = Run.claim(document_id)
    if run is None:
        return
    try:
        with heartbeat(run.beat):
            scenario = _analyze(run)
        _prepare(scenario)
    except Superseded:
        log.info("The analysis of document %s was given up: the document is gone or begun anew", document_id)
    except (DocumentUnreadable, NotAllowed) as error:
        _fail(run, error.detail)
    except AIError as error:
        _fail(run, error.user_message)
    except CacheUnavailable:
        _fail(run, NO_REDIS)
    except JobTimeoutException:
        _fail(run, TOO_SLOW)
    except Exception:
        log.exception("The analysis of document %s failed", document_id)
        _fail(run, OUR_FAULT)


def _analyze(run: Run) -> Scenario:
    run.enter(Stage.READING)
    material = read_material(run.document)
    run.enter(Stage.PEOPLE)
    people = drafting.draft_people(material)
    run.found("people", outline.people_found(people))
    run.enter(Stage.SCENES)
    scenes = drafting.draft_scenes(material, people)
    run.found("scenes", outline.scenes_found(scenes))
    run.enter(Stage.OUTCOMES)
    outcomes = drafting.draft_outcomes(material, scenes)
    run.found("outcomes", outline.outcomes_found(outcomes))
    run.enter(Stage.IMAGES)
    drawn = _draw(run, scenes)
    draft = drafting.assemble(people, scenes, outcomes)
    notes = [*material.notes, *(picture.complaint for picture in drawn if picture.complaint)]
    scenario = _save(run, draft, material.whole_case, drawn, notes)
    announce_end(run.document)
    return scenario


def _prepare(scenario: Scenario) -> None:
    """What the personas and graders will look passages up by. The scenario is there; without this it is made when needed."""
    try:
        prepare_case(scenario)
    except (AIError, CacheUnavailable, JobTimeoutException):
        log.warning("The passages of scenario %s could not be prepared", scenario.pk, exc_info=True)


def _draw(run: Run, scenes: Sequence[SceneDraft]) -> list[Picture]:
    """All pictures, in the order of the scenes."""
    done = []
    for picture in pictures.draw(scenes):
        done.append(picture)
        run.found("picture", outline.picture_done(picture))
        run.drawn(len(done), of=len(scenes))
    return sorted(done, key=lambda picture: picture.position)


def _save(
    run: Run, draft: ScenarioDraft, case_text: str, drawn: Sequence[Picture], notes: list[str]
) -> Scenario:
    """Scenario and document in one transaction, or neither; picture files of a transaction that failed are removed."""
    stored: list[str] = []
    try:
        with transaction.atomic():
            document = run.lock()
            scenario = create_from_draft(owner=document.owner, draft=draft, case_text=case_text)
            stored.extend(_hang(scenario, drawn))
            run.finish(scenario=scenario, notes=notes)
    except Exception:
        for name in stored:
            default_storage.delete(name)
        raise
    return scenario


def _hang(scenario: Scenario, drawn: Sequence[Picture]) -> Iterator[str]:
    """Each picture into its scene; yields the names of the files."""
    for scene, picture in zip(scenario.scenes.order_by("position"), drawn, strict=True):
        if picture.image is not None:
            scene.image.save(new_name(), ContentFile(picture.image))
            yield str(scene.image.name)


def _fail(run: Run, sentence: str) -> None:
    log.warning("The analysis of document %s has failed: %s", run.document.pk, sentence)
    try:
        run.fail(sentence)
    except Superseded:
        log.info("Document %s was deleted or begun anew before its failure could be noted", run.document.pk)
