"""The environment variables of a development run. The environment wins over .env, and .env over the defaults here."""

import re
import secrets
from collections.abc import Mapping
from pathlib import Path

from development.environment import SetupError

LINE = re.compile(r"(?:export )?([A-Za-z_0-9]+)=(.*)")
DEFAULTS = {"DEBUG": "true", "PORT": "8000"}


def development_variables(root: Path, given: Mapping[str, str]) -> dict[str, str]:
    variables = DEFAULTS | read_env_file(root / ".env") | dict(given)
    if not variables.get("SECRET_KEY"):
        variables["SECRET_KEY"] = development_key(root / ".dev" / "secret_key")
    return variables


def read_env_file(path: Path) -> dict[str, str]:
    """Read a .env file by the rules of django-environ, which reads the same file inside the program."""
    if not path.exists():
        return {}
    matches = (LINE.fullmatch(line) for line in path.read_text().splitlines())
    return {match[1]: unquoted(match[2]) for match in matches if match}


def unquoted(value: str) -> str:
    if len(value) > 1 and value[0] == value[-1] == "'":
        return value[1:-1]
    if len(value) > 1 and value[0] == value[-1] == '"':
        return re.sub(r"\\(.)", r"\1", value[1:-1])
    return value


def development_key(path: Path) -> str:
    """A SECRET_KEY made once for this checkout, so that a restart does not sign everybody out."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50))
    return path.read_text()


def port_of(variables: Mapping[str, str]) -> int:
    text = variables["PORT"]
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise SetupError(f"PORT must be a number from 1 to 65535, not {text!r}.")
    return int(text)


def without_password(url: str) -> str:
    """The URL as it may be shown on a screen: without user, password and query, which may hold a password too."""
    scheme, separator, rest = url.partition("://")
    credentials, _, address = rest.rpartition("@")
    if "?" in credentials:
        address = "…"  # the @ may be that of a password in the query: show nothing rather than half of it
    return f"{scheme}{separator}{address.partition('?')[0]}"
