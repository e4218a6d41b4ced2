"""What the narrator says. He speaks for the platform: plain sentences made from the scenario, no AI."""

from __future__ import annotations

from collections.abc import Sequence

from platform_app.models import Persona, Scene, SceneOutcome, SceneProgress
from platform_app.simulations.mentions import Mentions

NOT_BEGUN = "This scene has not begun yet. Say “begin” when you are ready."
UNDER_WAY = "The scene is under way. Say “help” to see its goal and what you can do."
NOBODY_HERE = (
    "Nobody is in this scene, so nobody can answer. Tell the owner of the scenario, or submit the scene."
)
SUBMITTED = "You have submitted the simulation. Thank you for playing. Your results are being prepared."
LAST_SCENE_OVER = "That was the last scene. Thank you for playing. Your results are being prepared."
UNCHECKED = "The last check of your goal could not be made."

ENDINGS = {
    SceneOutcome.REACHED: "You have reached the goal of this scene.",
    SceneOutcome.OUT_OF_TURNS: "Your turns in this scene are used up.",
    SceneOutcome.SUBMITTED: "You have submitted this scene.",
}


def setting(scene: Scene, number: int, count: int, cast: Sequence[Persona]) -> str:
    """The beginning of a scene."""
    parts = [
        f"Scene {number} of {count}: {scene.title}",
        scene.description,
        f"Present: {_people(cast)}." if cast else "",
        f"Your goal: {scene.user_goal}" if scene.user_goal else "",
    ]
    return "\n\n".join(part.strip() for part in parts if part.strip())


def help_text(scene: Scene, progress: SceneProgress, number: int, count: int, cast: Sequence[Persona]) -> str:
    left = max(0, scene.turn_limit - progress.turns_used)
    lines = [
        f"Scene {number} of {count}: {scene.title}",
        f"Your goal: {scene.user_goal or 'talk with the people who are here.'}",
        f"Turns left: {left} of {scene.turn_limit}",
        present(cast),
        "",
        "“begin” opens the scene, “help” shows this, “hint” gives a hint. None of them costs a turn.",
        "“@name” speaks to one person, “@all” to everybody. Without a name, whoever spoke last answers.",
    ]
    return "\n".join(lines)


def present(cast: Sequence[Persona]) -> str:
    return f"Present: {_people(cast)}." if cast else "Nobody is present."


def who_is_meant(mentions: Mentions, cast: Sequence[Persona]) -> str:
    """Why nobody answered a message that calls somebody."""
    sentences = [f"{name} is not in this scene." for name in dict.fromkeys(mentions.absent)]
    sentences += [
        f"There are several people called {typed}: {_names(names)}." for typed, names in mentions.ambiguous
    ]
    sentences += [f"Nobody here is called “{typed}”." for typed in dict.fromkeys(mentions.unknown)]
    return " ".join([*sentences, present(cast)])


def scene_over(outcome: SceneOutcome, progress: SceneProgress) -> str:
    if progress.goal_checked_turn < progress.turns_used:
        return f"{ENDINGS[outcome]} {UNCHECKED}"
    return f"{ENDINGS[outcome]} {progress.reasoning}".strip()


def next_up(scene: Scene, number: int, count: int) -> str:
    return f"Next is scene {number} of {count}: {scene.title}. Say “begin” when you are ready."


def _people(cast: Sequence[Persona]) -> str:
    return _names([f"{persona.name} ({persona.role})" if persona.role else persona.name for persona in cast])


def _names(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
