"""The subcommands of dev.py, as far as they decide something themselves."""

import fcntl
import re
import subprocess
import sys
from pathlib import Path

import pytest

from development import commands
from development.commands import find_chromium, main, parser
from development.environment import ROOT, SetupError

PYTEST = ("-m", "pytest", *commands.WORKERS)


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """What would have been run, each with success."""
    made: list[tuple[str, ...]] = []
    monkeypatch.setattr(commands, "ensure_environment", lambda files: True)
    monkeypatch.setattr(commands, "call", lambda *command: made.append(tuple(map(str, command))) or 0)
    return made


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(commands, "ROOT", tmp_path)
    monkeypatch.setattr(commands, "DATA", tmp_path / ".dev")
    for name in (".dev/valkey", ".venv/lib", "caching/__pycache__", "tests"):
        (tmp_path / name).mkdir(parents=True)
    return tmp_path


def test_test_leaves_out_the_browser_and_hands_words_on_to_pytest(calls: list[tuple[str, ...]]) -> None:
    assert main(["test", "tests/accounts", "-x"]) == 0
    assert calls[0][1:] == (*PYTEST, "-m", "not browser", "tests/accounts", "-x")


def test_the_processes_of_a_command_may_keep_what_they_compiled(
    calls: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    assert main(["test"]) == 0
    assert "PYTHONDONTWRITEBYTECODE" not in commands.os.environ


def test_test_pg_runs_on_postgresql_what_has_to_do_with_a_database(
    calls: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "sqlite:///somewhere")
    monkeypatch.setenv("TEST_DATABASE", "sqlite")
    assert main(["test-pg"]) == 0
    assert commands.os.environ["TEST_DATABASE"] == "postgres"
    assert "DATABASE_URL" not in commands.os.environ
    left_out = {word.removeprefix("--ignore=") for word in calls[0] if word.startswith("--ignore=")}
    assert left_out
    assert all((ROOT / path).exists() for path in left_out)
    assert main(["test-pg", "tests/offline"]) == 0
    assert calls[1][1:] == (*PYTEST, "-m", "not browser", "tests/offline")


def test_test_topologies_runs_the_cache_on_each_kind_of_server(
    calls: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://somewhere")
    monkeypatch.setenv("DATABASE_URL", "postgres://somewhere")
    monkeypatch.setenv("TEST_REDIS", "single")
    monkeypatch.setenv("TEST_DATABASE", "sqlite")
    assert main(["test-topologies"]) == 0
    folder = "@tests/caching/conformance"
    suites = [f"{folder}/{name}.txt" for name in ("suite", "database", "suite", "suite")]
    assert [call[1:] for call in calls] == [(*PYTEST, suite) for suite in suites]
    assert not {"REDIS_URL", "DATABASE_URL"} & commands.os.environ.keys()
    calls.clear()
    assert main(["test-topologies", "tests/caching/flight", "-x"]) == 0
    assert calls[0][1:] == (*PYTEST, "tests/caching/flight", "-x")


@pytest.mark.parametrize("name", [commands.CONFORMANCE, commands.CONFORMANCE_WITH_DATABASE])
def test_the_suites_for_each_kind_of_server_name_files_that_exist(name: str) -> None:
    paths = [word.removeprefix("--ignore=") for word in words(name)]
    assert [path for path in paths if not (commands.ROOT / path).exists()] == []


def test_what_has_to_do_with_a_database_too_is_a_part_of_the_suite_for_every_redis() -> None:
    suite = words(commands.CONFORMANCE)
    for path in words(commands.CONFORMANCE_WITH_DATABASE):
        assert f"--ignore={path}" not in suite
        assert {path, *map(str, Path(path).parents)} & {*suite}, path


def words(name: str) -> list[str]:
    return (commands.ROOT / name.removeprefix("@")).read_text().split()


def test_a_chromium_of_any_name_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "google-chrome").touch(mode=0o755)
    assert find_chromium() == str(tmp_path / "google-chrome")
    (tmp_path / "chromium").touch(mode=0o755)
    assert find_chromium() == str(tmp_path / "chromium")


@pytest.mark.parametrize("given", [None, "/no/such/browser"])
def test_without_a_chromium_the_line_to_install_one_is_given(
    given: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("CHROMIUM", given) if given else monkeypatch.delenv("CHROMIUM", raising=False)
    with pytest.raises(SetupError, match="apt-get install --no-install-recommends chromium fonts-dejavu"):
        find_chromium()


def test_test_browser_takes_the_tests_that_are_named(
    calls: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "find_chromium", lambda: "/usr/bin/chromium")
    monkeypatch.setenv("CHROMIUM", "")
    main(["test-browser"])
    main(["test-browser", "tests/browser/test_demo.py"])
    assert [call[-1] for call in calls] == ["tests/browser", "tests/browser/test_demo.py"]


def test_bench_finds_the_peers_and_runs_every_benchmark(
    calls: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "ensure_benchmark_peers", lambda: Path("/peers"))
    monkeypatch.setenv("PYTHONPATH", "")
    assert main(["bench"]) == 0
    assert commands.os.environ["PYTHONPATH"] == "/peers"
    assert [call[2] for call in calls] == [
        "tests.bench.agent_sessions",
        "tests.bench.ai_dropin",
        "tests.bench.ai_hit",
        "tests.bench.ai_stampede",
        "tests.bench.classroom",
        "tests.bench.local_model",
        "tests.bench.offline_engine",
        "tests.bench.operations",
        "tests.bench.query_cache",
        "tests.bench.retrieval",
        "tests.bench.semantic_quality",
        "tests.bench.sessions",
    ]


def test_lock_leaves_out_of_optional_files_what_the_environment_has(
    calls: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "ensure_interpreter", lambda folder: None)
    monkeypatch.setattr(commands, "find_uv", lambda python: "uv")
    monkeypatch.setenv("UV_CUSTOM_COMPILE_COMMAND", "")
    assert main(["lock", "--upgrade"]) == 0
    assert [call[-1] for call in calls] == [
        "requirements.txt",
        "requirements-dev.txt",
        "requirements-bench.txt",
        "requirements-llm.txt",
        "requirements-otel.txt",
    ]
    left_out = [[word for word in call if word.startswith("--no-emit-package=")] for call in calls]
    assert left_out[:2] == [[], []]
    *with_development, traces = map(set, left_out[2:])
    assert all({"--no-emit-package=django", "--no-emit-package=pytest"} <= left for left in with_development)
    assert "--no-emit-package=django" in traces
    # Production installs it beside requirements.txt, without what tests need.
    assert "--no-emit-package=opentelemetry-sdk" not in traces


def test_clean_keeps_the_data(checkout: Path) -> None:
    assert main(["clean"]) == 0
    assert sorted(path.name for path in checkout.iterdir()) == [".dev", "caching", "tests"]
    assert list((checkout / "caching").iterdir()) == []


def test_clean_data_removes_them_too(checkout: Path) -> None:
    assert main(["clean", "--data"]) == 0
    assert not (checkout / ".dev").exists()


def test_data_in_use_are_not_removed(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (checkout / ".dev" / "valkey" / "data.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert main(["clean", "--data"]) == 1
    assert "The platform is running: stop it first" in capsys.readouterr().err
    assert (checkout / ".dev" / "valkey").exists()


def test_an_unknown_word_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["clean", "--dta"])
    assert "unrecognized arguments: --dta" in capsys.readouterr().err


def test_make_and_dev_py_have_the_same_commands() -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = re.search(r"^COMMANDS := (.*)$", makefile, re.M)
    assert targets is not None
    assert set(targets[1].split()) == set(parser()._subparsers._group_actions[0].choices)  # type: ignore[union-attr, arg-type]


def test_make_without_a_target_explains_itself() -> None:
    done = subprocess.run(
        ["make", f"PYTHON={sys.executable}"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "usage: dev.py" in done.stdout
