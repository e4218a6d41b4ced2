"""What is to be drawn, read from the prompt: its `<scene>` block, or the text itself if it has none."""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from random import Random
from typing import Any

from platform_app.prompting import blocks

LONGEST = {"title": 200, "caption": 600, "setting": 2000, "variation": 40}
LONGEST_NAME = 80


@dataclass(frozen=True)
class Brief:
    """`variation` asks for another picture of the same scene."""

    title: str
    caption: str = ""
    people: tuple[str, ...] = ()
    setting: str = ""
    variation: str = ""

    def chance(self) -> Random:
        """What the words leave open is decided by them as well: the same title, the same decisions."""
        seed = f"{self.title}\n{self.variation}" if self.variation else self.title
        return Random(int.from_bytes(sha256(seed.encode(errors="surrogatepass")).digest()))  # noqa: S311  (decides where clouds are)


def read(prompt: str) -> Brief:
    told = _told(blocks(prompt).get("scene", ""))
    if told is None:
        return Brief(_plain(prompt, LONGEST["title"]))
    texts = {name: _plain(told.get(name), most) for name, most in LONGEST.items()}
    people = told.get("people")
    names = (_plain(name, LONGEST_NAME) for name in people) if isinstance(people, list) else ()
    return Brief(**texts, people=tuple(filter(None, names)))


def _told(body: str) -> dict[str, Any] | None:
    try:
        told = json.loads(body)
    except ValueError:
        return None  # somebody wrote "<scene>" in a prompt of his own: that is text like any other
    return told if isinstance(told, dict) else None


def _plain(text: object, most: int) -> str:
    return " ".join(text.split())[:most] if isinstance(text, str) else ""
