"""`make check` runs every gate, says how each went, and fails if one does."""

import sys

import pytest

from development import gates
from development.gates import GATES, Gate, check


@pytest.fixture
def programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands of these gates are Python programs."""
    monkeypatch.setattr(gates, "command_line", lambda gate: [str(gates.PYTHON), "-c", gate.command])
    monkeypatch.setattr(gates, "PYTHON", sys.executable)


@pytest.mark.usefixtures("programs")
def test_all_gates_run_though_the_first_fails(capsys: pytest.CaptureFixture[str]) -> None:
    code = check(
        [
            Gate("types", "print('line 7 is wrong'); raise SystemExit(2)", {}),
            Gate("lint", "print('fine')", {}),
        ]
    )
    printed = capsys.readouterr().out
    assert code == 1
    assert "FAILED  types" in printed
    assert "line 7 is wrong" in printed
    assert "ok      lint" in printed
    assert "fine" not in printed


@pytest.mark.usefixtures("programs")
def test_passes_when_all_pass() -> None:
    assert check([Gate("types", "pass", {}), Gate("lint", "pass", {})]) == 0


@pytest.mark.usefixtures("programs")
def test_no_gate_reads_the_developer_s_own_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://production")
    monkeypatch.setenv("DEBUG", "true")
    program = "import os; assert os.environ['DATABASE_URL'].startswith('sqlite'); assert os.environ['DEBUG'] == 'false'"
    assert check([Gate("deployment", program, {})]) == 0


def test_the_gates_are_those_of_the_contract() -> None:
    assert [gate.name for gate in GATES] == [
        "types",
        "lint",
        "format",
        "import rules",
        "templates",
        "migrations",
        "deployment",
        "API schema",
    ]
