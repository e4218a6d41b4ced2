"""The virtual environment: made from the hashed requirements, then left alone until those change."""

import fcntl
import hashlib
import importlib.util
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import venv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / ".dev"
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
RUNTIME = ("requirements.txt",)
DEVELOPMENT = ("requirements.txt", "requirements-dev.txt")
BENCHMARKS = ("requirements-bench.txt",)
UV = "uv==0.13.9"


class SetupError(Exception):
    """The machine cannot do what was asked; the message is for the person at the keyboard."""


def ensure_environment(files: Sequence[str], *, root: Path = ROOT) -> bool:
    """Bring .venv up to date with the requirement files. False: nothing was to be done (a matter of milliseconds).

    Two calls at once, say `make run` beside `make test`, wait for each other.
    """
    with exclusive(root / ".dev" / "setup.lock"):
        stamp = root / ".venv" / "requirements.json"
        wanted = fingerprints(files, root=root)
        if wanted.items() <= read_stamp(stamp).items():
            return False
        ensure_interpreter(root / ".venv")
        install(files, root=root)
        stamp.write_text(json.dumps(wanted))
        return True


def ensure_benchmark_peers(*, root: Path = ROOT) -> Path:
    """A folder with the packages that only the benchmarks need, up to date. .venv stays without them."""
    folder = root / ".dev" / "bench"
    with exclusive(root / ".dev" / "setup.lock"):
        stamp = folder / "requirements.json"
        wanted = fingerprints(BENCHMARKS, root=root)
        if not stamp.exists() or stamp.read_text() != json.dumps(wanted):
            shutil.rmtree(folder, ignore_errors=True)
            # Without what they need themselves: as far as it is not in the file, it is in .venv.
            install(BENCHMARKS, root=root, options=("--no-deps", "--target", str(folder)))
            stamp.write_text(json.dumps(wanted))
    return folder


def ensure_django_tests(*, root: Path = ROOT) -> Path:
    """The folder of Django's own tests, as released with the Django that is installed; wheels come without them.

    The archive is what requirements.txt has the hash of.
    """
    pinned = re.search(
        r"^django==(\S+) \\\n(?:    --hash=\S+(?: \\)?\n)+", (root / "requirements.txt").read_text(), re.M
    )
    assert pinned is not None
    folder = root / ".dev" / "django-tests" / pinned[1]
    with exclusive(root / ".dev" / "django-tests.lock"):
        if not folder.exists():
            download_django_tests(pinned[0], folder, python=root / ".venv" / "bin" / "python")
    return folder


def download_django_tests(requirement: str, folder: Path, *, python: Path) -> None:
    with tempfile.TemporaryDirectory(dir=folder.parent.parent) as scratch:
        listed = Path(scratch, "requirement.txt")
        listed.write_text(requirement)
        options = ("--quiet", "--no-deps", "--no-binary", "django", "--require-hashes", "--dest", scratch)
        if subprocess.run([*pip_for(python), "download", *options, "-r", str(listed)]).returncode != 0:
            raise SetupError("Django's own tests could not be downloaded: see the messages above.")
        (archive,) = Path(scratch).glob("*.tar.gz")
        with tarfile.open(archive) as tar:
            tar.extractall(scratch, filter="data")
        folder.parent.mkdir(exist_ok=True)
        Path(scratch, archive.name.removesuffix(".tar.gz"), "tests").rename(folder)


def fingerprints(files: Sequence[str], *, root: Path) -> dict[str, str]:
    return {name: hashlib.sha256((root / name).read_bytes()).hexdigest() for name in files}


def read_stamp(stamp: Path) -> dict[str, str]:
    """What is installed. Nothing, if the interpreter behind .venv has gone (a system upgrade does that)."""
    if not stamp.exists() or not (stamp.parent / "bin" / "python").exists():
        return {}
    try:
        return dict(json.loads(stamp.read_text()))
    except ValueError:  # cut off while it was written
        return {}


def ensure_interpreter(folder: Path) -> None:
    if not (folder / "bin" / "python").exists():
        # Without pip, which alone takes seconds: uv does the work.
        venv.create(folder, with_pip=False, clear=folder.exists(), symlinks=True)


def install(files: Sequence[str], *, root: Path, options: Sequence[str] = ()) -> None:
    python = root / ".venv" / "bin" / "python"
    requirements = [word for name in files for word in ("-r", str(root / name))]
    arguments = ["install", "--quiet", "--require-hashes", *options, *requirements]
    by_uv = [find_uv(python), "pip", *arguments, "--python", str(python)]
    if subprocess.run(by_uv, cwd=root).returncode == 0:
        return
    # uv does not read pip's settings: behind a company's own package index only pip may know the way.
    print("uv could not install the requirements; trying pip.", file=sys.stderr)
    if subprocess.run([*pip_for(python), *arguments], cwd=root).returncode != 0:
        raise SetupError("The requirements could not be installed: see the messages above.")


def find_uv(python: Path) -> str:
    """The uv of the machine if it has one, else one of the project's own in .venv."""
    own = python.with_name("uv")
    for candidate in (str(own), shutil.which("uv")):
        if candidate is not None and works(candidate, "--version"):
            return candidate
    if subprocess.run([*pip_for(python), "install", "--quiet", UV]).returncode != 0:
        raise SetupError(f"{UV} could not be installed: see the messages above.")
    return str(own)


def pip_for(python: Path) -> list[str]:
    """A pip that installs into .venv: that of the running Python, or one unpacked into .venv."""
    if importlib.util.find_spec("pip"):
        return [sys.executable, "-m", "pip", "--python", str(python), "--disable-pip-version-check"]
    if not importlib.util.find_spec("ensurepip"):
        raise SetupError(
            f"{sys.executable} has neither pip nor ensurepip. On Debian and Ubuntu: sudo apt-get install python3-venv"
        )
    subprocess.run([str(python), "-m", "ensurepip"], check=True, stdout=subprocess.DEVNULL)
    return [str(python), "-m", "pip", "--disable-pip-version-check"]


def works(*command: str) -> bool:
    try:
        return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0
    except OSError:
        return False


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
