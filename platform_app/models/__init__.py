"""All models in one place, so that migrations see them all; the features beside this folder hold the rules."""

from platform_app.models.document import ContextFile, Document, DocumentStatus, Stage
from platform_app.models.grade import Grade, GradeChange, GradeStatus, SceneGrade
from platform_app.models.scenario import (
    TRAITS,
    Difficulty,
    LearningOutcome,
    OpeningQuestion,
    Persona,
    Scenario,
    ScenarioStatus,
    Scene,
    default_rubric,
)
from platform_app.models.simulation import (
    Author,
    Message,
    NextAction,
    SceneOutcome,
    SceneProgress,
    Simulation,
    SimulationStatus,
)
from platform_app.models.user import Role, User

__all__ = [
    "TRAITS",
    "Author",
    "ContextFile",
    "Difficulty",
    "Document",
    "DocumentStatus",
    "Grade",
    "GradeChange",
    "GradeStatus",
    "LearningOutcome",
    "Message",
    "NextAction",
    "OpeningQuestion",
    "Persona",
    "Role",
    "Scenario",
    "ScenarioStatus",
    "Scene",
    "SceneGrade",
    "SceneOutcome",
    "SceneProgress",
    "Simulation",
    "SimulationStatus",
    "Stage",
    "User",
    "default_rubric",
]
