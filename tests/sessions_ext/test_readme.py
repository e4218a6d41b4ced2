"""What the README says is what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import sessions_ext
from sessions_ext.conf import SessionsConf

README = (Path(sessions_ext.__file__).parent / "README.md").read_text(encoding="utf-8")


def test_the_table_of_settings_is_complete_and_true() -> None:
    table = dict(re.findall(r"^\| `([A-Z_]+)` \| `(.*?)` \|", README, re.MULTILINE))
    assert table == {
        name.upper(): repr(getattr(SessionsConf(), name)) for name in SessionsConf.__struct_fields__
    }


def test_nothing_in_the_text_names_a_module_that_is_not_there() -> None:
    for name in re.findall(r"sessions_ext\.([a-z_]+)", README):
        assert (Path(sessions_ext.__file__).parent / f"{name}.py").exists() or (
            Path(sessions_ext.__file__).parent / name
        ).is_dir()
