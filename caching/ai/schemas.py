"""JSON schemas that providers accept as strict: nothing has a default, nothing is free-form. Pure."""

from typing import Any

# Below these keywords the keys are names that somebody chose; a property may well be called "default".
_NAMED = frozenset({"properties", "$defs", "definitions"})


def without_defaults(schema: Any, *, keys_are_names: bool = False) -> Any:
    """The same schema for strict mode, in which every property is required and a default is an error.

    Raises TypeError for objects with properties that the schema does not name: no provider accepts them.
    """
    if isinstance(schema, list):
        return [without_defaults(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if not keys_are_names and schema.get("additionalProperties"):
        raise TypeError(
            "A structured answer cannot hold free-form dictionaries: name the fields, or use a list of pairs."
        )
    return {
        name: without_defaults(inner, keys_are_names=not keys_are_names and name in _NAMED)
        for name, inner in schema.items()
        if keys_are_names or name != "default"
    }
