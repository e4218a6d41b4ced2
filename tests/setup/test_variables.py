"""Which value of a variable wins, what is made up for a development run, and what is never shown."""

from pathlib import Path

import environ
import pytest

from development.environment import SetupError
from development.variables import development_variables, port_of, read_env_file, without_password


def test_the_environment_wins_over_the_file_and_the_file_over_the_defaults(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PORT=9000\nREDIS_URL=redis://file\n")
    variables = development_variables(tmp_path, {"REDIS_URL": "redis://environment"})
    assert variables["REDIS_URL"] == "redis://environment"
    assert variables["PORT"] == "9000"
    assert variables["DEBUG"] == "true"


def test_reads_a_file_as_the_program_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / ".env"
    file.write_text(
        '# a comment\n\nT_PLAIN=abc\nexport T_EXPORTED=x=y\nT_SINGLE=\'a # b\'\nT_DOUBLE="a \\"b\\""\n'
        "T_EMPTY=\nT_QUOTE='\nT_UNICODE=käse\nnot a line\n"
    )
    read = read_env_file(file)
    for name in read:
        monkeypatch.delenv(name, raising=False)
    environ.Env.read_env(file)
    assert read == {name: environ.Env.ENVIRON[name] for name in read}
    assert len(read) == 7


def test_the_secret_key_is_made_once_and_is_private(tmp_path: Path) -> None:
    first = development_variables(tmp_path, {})["SECRET_KEY"]
    assert len(first) > 50
    assert development_variables(tmp_path, {"SECRET_KEY": ""})["SECRET_KEY"] == first
    assert (tmp_path / ".dev" / "secret_key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("text", ["", "http", "0", "65536", "-1", "80.5"])
def test_refuses_a_port_that_is_none(text: str) -> None:
    with pytest.raises(SetupError, match="PORT must be a number"):
        port_of({"PORT": text})


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("redis://127.0.0.1:6390/0", "redis://127.0.0.1:6390/0"),
        ("redis://:secret@host:6379/0", "redis://host:6379/0"),
        ("rediss://user:s%40cret@host/1?password=secret", "rediss://host/1"),
        ("postgres://user:p@ss:word@host:5432/name", "postgres://host:5432/name"),
        ("redis://:pass/wo?rd@host:6379/0", "redis://…"),
        ("redis://:pass/word@host:6379/0", "redis://host:6379/0"),
        ("redis://host/1?password=s@cret", "redis://…"),
    ],
)
def test_never_shows_a_password(url: str, shown: str) -> None:
    assert without_password(url) == shown
