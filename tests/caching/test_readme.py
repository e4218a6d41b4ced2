"""What the README says is what the code does."""

import re
from pathlib import Path

import msgspec

import caching
from caching.conf import CachingConf

README = (Path(caching.__file__).parent / "README.md").read_text()


def test_the_table_of_settings_is_complete_and_true() -> None:
    table = dict(re.findall(r"^\| `([A-Z_]+)` \| `(.*?)` \|", README, re.MULTILINE))
    fields = msgspec.structs.fields(CachingConf)
    defaults = {f.encode_name: {} if f.default is msgspec.NODEFAULT else f.default for f in fields}
    assert {name: str(value) for name, value in table.items()} == {
        name: f'"{value}"' if isinstance(value, str) else str(value) for name, value in defaults.items()
    }


def test_every_file_it_names_is_there() -> None:
    folder = Path(caching.__file__).parent
    layers = re.search(r"above it: (.*?)\. Only", README, re.DOTALL)
    assert layers is not None
    for name in re.findall(r"[a-z/]+", layers[1]):
        assert (folder / f"{name}.py").exists() or (folder / name).is_dir(), name
