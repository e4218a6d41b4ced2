"""What the people of a scene hear of a conversation: what students and personas say, without the narrator and without commands."""

from __future__ import annotations

from hashlib import md5
from typing import Any

import msgspec
from django.db.models import Aggregate, Func, Q, TextField
from django.db.models.functions import Coalesce, Length

from platform_app.models import Author, Message


class Heard(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One message as listeners get it; its `position` is that in the simulation."""

    position: int
    author: str
    persona_id: int | None
    persona_name: str
    text: str

    @classmethod
    def of(cls, message: Message) -> Heard:
        return cls(*(getattr(message, name) for name in cls.__struct_fields__))

    @property
    def fingerprint(self) -> str:
        """Of the whole, as the database makes it."""
        name = self.persona_name
        parts = (self.position, self.author, self.persona_id or 0, len(name), name, self.text)
        return md5(":".join(map(str, parts)).encode(), usedforsecurity=False).hexdigest()


def said_in(simulation_id: int, scene_id: int) -> list[Heard]:
    """What was said in a scene, in order."""
    # The simulation by itself and first: then the cache knows the result by it, and not by the scene that others play too.
    messages = Message.objects.filter(simulation=simulation_id).filter(_heard_in(scene_id))
    return [Heard(*row) for row in messages.order_by("position").values_list(*Heard.__struct_fields__)]


def fingerprints_of(scene_id: int) -> Aggregate:
    """Those of all that was said in a scene, in no certain order, with spaces between."""
    return _Joined(_Fingerprint(), filter=_heard_in(scene_id))


def _heard_in(scene_id: int) -> Q:
    return Q(scene=scene_id, is_command=False) & ~Q(author=Author.NARRATOR)


class _Fingerprint(Func):
    function = "MD5"
    arg_joiner = " || ':' || "
    output_field = TextField()

    def __init__(self) -> None:
        name = "persona_name"
        super().__init__("position", "author", Coalesce("persona_id", 0), Length(name), name, "text")


class _Joined(Aggregate):
    function = "GROUP_CONCAT"
    template = "%(function)s(%(expressions)s, ' ')"
    output_field = TextField()

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return self.as_sql(compiler, connection, function="STRING_AGG", **extra)
