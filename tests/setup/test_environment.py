"""The virtual environment is installed once and left alone until the requirements change."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from development import environment
from development.environment import (
    ROOT,
    SetupError,
    ensure_benchmark_peers,
    ensure_environment,
    find_uv,
)


@pytest.fixture
def installations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """A checkout in tmp_path and the record of what was installed into its real, empty .venv."""
    done: list[tuple[str, ...]] = []
    monkeypatch.setattr(environment, "install", lambda files, *, root: done.append(tuple(files)))
    for name in ("requirements.txt", "requirements-dev.txt"):
        (tmp_path / name).write_text(f"{name}==1")
    return done


def test_installs_once(tmp_path: Path, installations: list[tuple[str, ...]]) -> None:
    assert ensure_environment(["requirements.txt"], root=tmp_path)
    assert not ensure_environment(["requirements.txt"], root=tmp_path)
    assert installations == [("requirements.txt",)]
    assert (tmp_path / ".venv" / "bin" / "python").exists()


def test_installs_again_when_a_file_has_changed(tmp_path: Path, installations: list[tuple[str, ...]]) -> None:
    ensure_environment(["requirements.txt"], root=tmp_path)
    (tmp_path / "requirements.txt").write_text("other==2")
    assert ensure_environment(["requirements.txt"], root=tmp_path)


def test_tests_need_more_than_a_run(tmp_path: Path, installations: list[tuple[str, ...]]) -> None:
    both = ["requirements.txt", "requirements-dev.txt"]
    ensure_environment(["requirements.txt"], root=tmp_path)
    assert ensure_environment(both, root=tmp_path)
    assert not ensure_environment(both, root=tmp_path)
    assert not ensure_environment(["requirements.txt"], root=tmp_path)


def test_a_failed_installation_is_tried_again(
    tmp_path: Path, installations: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(files: list[str], *, root: Path) -> None:
        raise SetupError("no network")

    with monkeypatch.context() as patch:
        patch.setattr(environment, "install", fail)
        with pytest.raises(SetupError):
            ensure_environment(["requirements.txt"], root=tmp_path)
    assert ensure_environment(["requirements.txt"], root=tmp_path)


def test_an_environment_without_its_interpreter_is_made_anew(
    tmp_path: Path, installations: list[tuple[str, ...]]
) -> None:
    ensure_environment(["requirements.txt"], root=tmp_path)
    for link in (tmp_path / ".venv" / "bin").glob("python*"):
        link.unlink()
    assert ensure_environment(["requirements.txt"], root=tmp_path)
    assert (tmp_path / ".venv" / "bin" / "python").exists()


def test_a_torn_stamp_counts_as_none(tmp_path: Path, installations: list[tuple[str, ...]]) -> None:
    ensure_environment(["requirements.txt"], root=tmp_path)
    (tmp_path / ".venv" / "requirements.json").write_text('{"requirements.txt": "abc')
    assert ensure_environment(["requirements.txt"], root=tmp_path)
    assert json.loads((tmp_path / ".venv" / "requirements.json").read_text())


def test_the_peers_of_the_benchmarks_lie_beside_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[tuple[str, ...]] = []

    def install(files: tuple[str, ...], *, root: Path, options: tuple[str, ...]) -> None:
        done.append((*files, *options))
        (root / ".dev" / "bench").mkdir()

    monkeypatch.setattr(environment, "install", install)
    locked = tmp_path / "requirements-bench.txt"
    locked.write_text("peer==1")
    folder = ensure_benchmark_peers(root=tmp_path)
    assert ensure_benchmark_peers(root=tmp_path) == folder == tmp_path / ".dev" / "bench"
    assert done == [("requirements-bench.txt", "--no-deps", "--target", str(folder))]
    locked.write_text("peer==2")
    ensure_benchmark_peers(root=tmp_path)
    assert len(done) == 2


def test_a_uv_that_does_not_run_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "uv").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "uv").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(environment, "pip_for", lambda python: ["/bin/false"])
    with pytest.raises(SetupError, match="could not be installed"):
        find_uv(tmp_path / "no" / "python")


def test_a_python_without_pip_gets_the_line_that_helps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(SetupError, match="apt-get install python3-venv"):
        environment.pip_for(Path("python"))


def test_an_old_python_gets_a_sentence() -> None:
    """dev.py must not use what only new Pythons can parse: the sentence comes before the first import."""
    program = (
        "import sys; sys.version_info = (3, 9, 2); exec(compile(open('dev.py').read(), 'dev.py', 'exec'))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr == "Python 3.11 or newer is needed, this is 3.9. Try: python3.11 dev.py run\n"


def test_what_runs_before_the_installation_needs_the_standard_library_alone() -> None:
    """-S and -I: no site-packages, no variables."""
    program = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import development.commands"
    subprocess.run([sys.executable, "-I", "-S", "-c", program], check=True)


@pytest.mark.parametrize(
    "name", ["requirements.txt", "requirements-dev.txt", "requirements-bench.txt", "requirements-llm.txt"]
)
def test_every_requirement_is_pinned_by_hash_and_names_no_machine(name: str) -> None:
    text = (ROOT / name).read_text()
    requirements = text.replace("\\\n", " ").splitlines()
    unpinned = [
        line
        for line in requirements
        if line[:1].isalnum() and not ("==" in line and "--hash=sha256:" in line)
    ]
    assert unpinned == []
    assert "://" not in text
    assert "file:" not in text
