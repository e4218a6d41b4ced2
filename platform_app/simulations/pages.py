"""The play page. It works with plain forms; `play.js` makes it live with the API."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from caching.errors import CachingError
from platform_app.errors import PlatformError, TooManyAttempts
from platform_app.problems import describe
from platform_app.requests import SignedInRequest, signed_in
from platform_app.simulations import actions, selectors
from platform_app.simulations.limits import count_turn
from platform_app.simulations.state import ShownMessage, SimulationState
from platform_app.simulations.turn_lock import is_turn_running
from platform_app.simulations.utterance import MAX_CHARACTERS
from platform_app.throttling import address_of


@signed_in
@require_POST
def start(request: SignedInRequest, pk: int) -> HttpResponse:
    simulation, _ = actions.start_or_resume(request.user, pk)
    return redirect("simulations:play", simulation.pk)


@signed_in
@require_GET
def play(request: SignedInRequest, pk: int) -> HttpResponse:
    return _page(request, selectors.readable_simulation(request.user, pk))


@signed_in
@require_POST
def say(request: SignedInRequest, pk: int) -> HttpResponse:
    """Without JavaScript: the answer is made before the page comes. A refusal leaves the text in its box."""
    selectors.own_simulation(request.user, pk)
    text, wanted = request.POST.get("text", ""), request.POST.get("persona") or None
    try:
        count_turn(request.user, address_of(request))
        turn = actions.try_again(pk) if "retry" in request.POST else actions.say(pk, text, persona=wanted)
        turn.play()
    except (PlatformError, CachingError) as error:
        return _page(request, selectors.simulation_state(pk), said=text, error=error)
    return redirect(f"{reverse('simulations:play', args=[pk])}#latest")


@signed_in
@require_http_methods(["GET", "POST"])
def submit(request: SignedInRequest, pk: int) -> HttpResponse:
    """Asks before it ends a scene or the simulation; with JavaScript a dialog asks."""
    state = selectors.own_simulation(request.user, pk)
    if request.method == "GET":
        return render(request, "simulations/submit.html", {"state": state})
    try:
        count_turn(request.user, address_of(request))
    except TooManyAttempts as refused:
        return _page(request, state, error=refused)
    if request.POST.get("scope") == "simulation":
        turn = actions.submit_simulation(pk)
    else:
        scene = request.POST.get("scene", "")
        turn = actions.submit_scene(pk, scene_id=int(scene) if scene.isdecimal() else None)
    turn.play()
    return redirect(f"{reverse('simulations:play', args=[pk])}#latest")


def _page(
    request: SignedInRequest, state: SimulationState, *, said: str = "", error: Exception | None = None
) -> HttpResponse:
    described = describe(error) if error else None
    is_answering = is_turn_running(state.id)
    is_own = state.student_id == request.user.pk
    context = {
        "state": state,
        "chapters": _chapters(selectors.messages_of(state.id), state),
        "is_own": is_own,
        "may_speak": is_own and not state.is_completed and state.scene is not None,
        "is_answering": is_answering,
        # While the answer is being made, nothing is missing yet.
        "owes_answer": state.awaiting_answer and not is_answering,
        "played": sum(goal.outcome is not None for goal in state.goals),
        "said": said,
        "problem": described[0] if described else None,
        "max_characters": MAX_CHARACTERS,
    }
    headers = described[1] if described else None
    status = described[0]["status"] if described else 200
    response = render(request, "simulations/play.html", context, status=status)
    for name, value in (headers or {}).items():
        response[name] = value
    return response


def _chapters(messages: Sequence[ShownMessage], state: SimulationState) -> list[dict[str, Any]]:
    """The conversation by scene. Open are the current scene and, until it has begun, the one before."""
    titles = {goal.scene: (number, goal) for number, goal in enumerate(state.goals, start=1)}
    chapters = []
    # A scene that was deleted between the two readings takes its messages with it.
    present = (message for message in messages if message.scene_id in titles)
    for scene_id, said in groupby(present, key=lambda message: message.scene_id):
        number, goal = titles[scene_id]
        bubbles = [{"message": message, "to": _listener(message, state)} for message in said]
        chapters.append({"number": number, "goal": goal, "bubbles": bubbles, "is_open": False})
    for chapter in chapters[-1 if state.has_begun else -2 :]:
        chapter["is_open"] = True
    return chapters


def _listener(message: ShownMessage, state: SimulationState) -> str | None:
    """To whom the student spoke, where it could have been another."""
    if not message.is_of_student or len(state.cast) < 2:
        return None
    return next((one.name for one in state.cast if one.id == message.persona_id), None)
