"""What the README says is true: commands, settings, logins, pictures, limits."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from platform_app.analysis.reading.limits import ReadingLimits
from platform_app.management.commands import seed_demo

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("target", sorted(set(re.findall(r"make ([a-z-]+)", README))))
def test_every_make_target_exists(target: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(rf"^COMMANDS := .*\b{target}\b", makefile, re.MULTILINE)


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`([A-Z][A-Z_]+)`", README)) - {"POST"}))
def test_every_variable_is_in_the_example(name: str) -> None:
    assert f"#{name}=" in (ROOT / ".env.example").read_text(encoding="utf-8")


def test_the_demo_logins_are_the_ones_that_are_made() -> None:
    assert set(re.findall(r"[\w.]+@example\.com", README)) == {email for email, _, _ in seed_demo.PEOPLE}
    assert f"`{seed_demo.PASSWORD}`" in README


@pytest.mark.parametrize("picture", re.findall(r"!\[[^\]]+\]\(([^)]+)\)", README))
def test_every_picture_is_there(picture: str) -> None:
    assert (ROOT / picture).stat().st_size > 10_000


@pytest.mark.parametrize(
    "command", sorted(set(re.findall(r"manage\.py ([a-z_]+)", README)) - {"migrate", "collectstatic"})
)
def test_every_command_of_ours_exists(command: str) -> None:
    homes = (
        ROOT / app / "management" / "commands" / f"{command}.py"
        for app in ("platform_app", "caching", "sessions_ext")
    )
    assert any(home.exists() for home in homes)


def test_the_limits_of_documents_are_the_readers() -> None:
    limits = ReadingLimits()
    assert f"over {limits.max_bytes // 2**20} MB or {limits.max_pages} pages" in README


def test_the_map_of_folders_is_complete() -> None:
    drawn = set(re.findall(r"^([a-z_]+)/  ", README, re.MULTILINE)) | {"tests"}
    assert drawn == {"config", "caching", "sessions_ext", "platform_app", "templates", "tests", "development"}
    assert all((ROOT / folder).is_dir() for folder in drawn)
