"""What the paragraph styles and numbering of a Word document mean: heading, list item, table of contents."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from xml.etree.ElementTree import Element

from platform_app.analysis.reading.docx.package import WordPackage, child, children, value

BULLET = "•"
HEADING_STYLE = re.compile(r"(heading|title|subtitle)\b", re.IGNORECASE)
CONTENTS_STYLE = re.compile(r"(toc|table of contents|table of figures)\b(?! heading)", re.IGNORECASE)
NO_OUTLINE_LEVEL = "9"


class Role(Enum):
    TITLE = "title"
    HEADING = "heading"
    CONTENTS = "a line of the table of contents"
    TEXT = "text"


@dataclass(frozen=True)
class Style:
    role: Role
    number_id: str
    """Of the list that paragraphs of this style belong to; "" for none."""
    number_level: str


PLAIN = Style(Role.TEXT, "", "")


class Styles:
    """Styles by id. Ids are translated with the language of Word, the names of the built-in styles are not."""

    def __init__(self, package: WordPackage) -> None:
        found = {
            value(style, "styleId"): style for style in children(package.beside_main("styles.xml"), "style")
        }
        self._styles = {style_id: self._read(style_id, found) for style_id in found}

    def of(self, properties: Element | None) -> Style:
        """For the `pPr` of a paragraph."""
        style = self._styles.get(value(child(properties, "pStyle")), PLAIN)
        if style.role is Role.TEXT and _has_outline_level(properties):
            return Style(Role.HEADING, style.number_id, style.number_level)
        return style

    @staticmethod
    def _read(style_id: str, found: dict[str, Element]) -> Style:
        role, number_id, level = Role.TEXT, "", ""
        seen: set[str] = set()
        # A style inherits from the one that it is based on; a damaged file may go round in circles.
        while style_id in found and style_id not in seen:
            seen.add(style_id)
            style = found[style_id]
            properties = child(style, "pPr")
            role = _role(style, properties) if role is Role.TEXT else role
            number_id = number_id or value(child(properties, "numPr", "numId"))
            level = level or value(child(properties, "numPr", "ilvl"))
            style_id = value(child(style, "basedOn"))
        return Style(role, number_id, level)


def _role(style: Element, properties: Element | None) -> Role:
    name = value(child(style, "name"))
    if CONTENTS_STYLE.match(name):
        return Role.CONTENTS
    if name.lower() == "title":
        return Role.TITLE
    return Role.HEADING if HEADING_STYLE.match(name) or _has_outline_level(properties) else Role.TEXT


def _has_outline_level(properties: Element | None) -> bool:
    return value(child(properties, "outlineLvl")) not in ("", NO_OUTLINE_LEVEL)


class Numbering:
    """Counts the items of the lists of one document, in the order in which `mark` is asked."""

    def __init__(self, package: WordPackage) -> None:
        root = package.beside_main("numbering.xml")
        abstract = {value(each, "abstractNumId"): each for each in children(root, "abstractNum")}
        self._formats: dict[tuple[str, str], str] = {}
        for number in children(root, "num"):
            for level in children(abstract.get(value(child(number, "abstractNumId"))), "lvl"):
                key = (value(number, "numId"), value(level, "ilvl"))
                self._formats[key] = value(child(level, "numFmt"))
        self._counts: dict[tuple[str, str], int] = {}

    def mark(self, number_id: str, level: str) -> str:
        """What stands before the next item of this list: a bullet, its number, or nothing."""
        level = level or "0"
        shape = self._formats.get((number_id, level), "bullet")
        if shape == "none" or number_id == "0":
            return ""
        if shape == "bullet":
            return BULLET
        for deeper in [key for key in self._counts if key[0] == number_id and key[1] > level]:
            del self._counts[deeper]
        count = self._counts[number_id, level] = self._counts.get((number_id, level), 0) + 1
        return _numeral(count, shape)


def _numeral(count: int, shape: str) -> str:
    if shape in ("lowerLetter", "upperLetter") and count <= 26:
        letter = chr(ord("a") + count - 1)
        return f"{letter.upper() if shape == 'upperLetter' else letter})"
    return f"{count}."
