"""How data goes into a prompt: as a tagged block that its content cannot close, and back out of it.

A prompt is instructions plus blocks such as ``<scene>…</scene>``. Blocks hold data, never instructions: strings go in as
they are, everything else as JSON, and any closing tag inside the data is defused. The offline engine reads the same blocks.
"""

from __future__ import annotations

import json
import re
from typing import Any

_BLOCK = re.compile(r"<(?P<name>[a-z_]+)>\n(?P<body>.*?)\n</(?P=name)>", re.DOTALL)


def block(name: str, data: Any) -> str:
    """`<name>` … `</name>` around `data`; a "</" inside becomes "<\\/", so that nobody's text ends the block early."""
    body = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
    defused = body.replace("</", "<\\/")
    return f"<{name}>\n{defused}\n</{name}>"


def blocks(text: str) -> dict[str, str]:
    """The blocks of a prompt by name, as text; of two with one name the first counts."""
    found: dict[str, str] = {}
    for match in _BLOCK.finditer(text):
        found.setdefault(match["name"], match["body"].replace("<\\/", "</"))
    return found
