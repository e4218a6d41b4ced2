"""Every variable that the settings read stands in .env.example, explained and with its true default."""

import ast
from collections.abc import Iterator
from itertools import pairwise

import pytest

from development.environment import ROOT
from development.variables import DEFAULTS

# Defaults that are paths inside the checkout, or that follow from another variable.
COMPUTED = {
    "DATABASE_URL": "sqlite:///.dev/platform.sqlite3",
    "MEDIA_ROOT": ".dev/media",
    "SERVE_STATIC_FROM_SOURCE": "false",
    "ENV_FILE": ".env",
}


def variables_read_by_the_settings() -> Iterator[tuple[str, str]]:
    tree = ast.parse((ROOT / "config" / "settings.py").read_text())
    for node in ast.walk(tree):
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="env")), args=[ast.Constant(value=str(name)), *_]
            ):
                default = {keyword.arg: keyword.value for keyword in node.keywords}["default"]
                yield name, COMPUTED[name] if name in COMPUTED else as_text(ast.literal_eval(default))


def as_text(value: object) -> str:
    if isinstance(value, list):
        return ",".join(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


@pytest.fixture
def lines() -> list[str]:
    return (ROOT / ".env.example").read_text().splitlines()


def test_lists_every_variable_with_its_default(lines: list[str]) -> None:
    listed = dict(line.removeprefix("#").split("=", 1) for line in lines if is_assignment(line))
    assert listed == {**dict(variables_read_by_the_settings()), "PORT": DEFAULTS["PORT"]}


def test_explains_every_variable_in_a_sentence(lines: list[str]) -> None:
    unexplained = [
        line for above, line in pairwise(lines) if is_assignment(line) and not above.startswith("# ")
    ]
    assert unexplained == []


def test_a_copy_of_it_changes_nothing(lines: list[str]) -> None:
    assert [line for line in lines if line and not line.startswith("#")] == []


def is_assignment(line: str) -> bool:
    name, equals, _ = line.removeprefix("#").partition("=")
    return bool(equals) and name.isidentifier() and name.isupper()
