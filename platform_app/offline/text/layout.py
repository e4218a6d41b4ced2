"""The layout of a case study: headings, paragraphs, list items, table rows and memo fields, each with the section it stands in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Literal

from platform_app.offline.text.artefacts import printed_lines, without_markup
from platform_app.offline.text.sentences import ends_with_abbreviation, split_sentences

Kind = Literal["heading", "paragraph", "item", "row", "field"]

_ITEM = re.compile(r"^\s*(?:[-*•–‣▪◦·]|\(?\d{1,2}[.)]|\(?[a-z]\))\s+(?=\S)")
_FIELD = re.compile(
    r"^(to|from|cc|date|subject|re|memo|memorandum to|an|von|betreff|datum|para|de|asunto|fecha)\s*:\s*(\S.*)$",
    re.IGNORECASE,
)
_SALUTATION = re.compile(
    r"^(?:(?:dear|hi|hello|liebe[rs]?|sehr geehrte[rs]?|estimad[oa]s?|querid[oa]|chère?)\s)?[A-ZÀ-Ý][\w.'’-]{0,30}(?:\s[A-ZÀ-Ý][\w.'’-]{0,30}){0,2},$|"
    r"^(?:(?:kind |best |warm )?regards|best wishes|sincerely|yours (?:sincerely|truly|faithfully)|mit freundlichen grüßen),?$",
    re.IGNORECASE,
)
_ATX = re.compile(r"^#{1,6}\s+(.*?)\s*#*$")
_RULE = re.compile(r"^\s*(?:[-=_*]\s*){3,}$")
_TABLE_RULE = re.compile(r"^[\s|:+=-]*-{2,}[\s|:+=-]*$")
_NUMBERED = re.compile(r"^(?:\d+(?:\.\d+)*\.?|[IVX]+\.|[A-Z]\.)\s+")
_REFERENCES = re.compile(
    r"^(references|bibliography|endnotes|notes|footnotes|sources|literatur|bibliografía|further reading)$",
    re.I,
)
_TERMINAL = (".", "!", "?", ".”", '."', "?”", "!”", ":", ";", ".)", "。")
_HEADING_LENGTH, _HEADING_WORDS, _TITLE_WORDS, _UNWRAPPED = 90, 12, 16, 180
_MOST_CELLS = 24
_SUBJECT = frozenset({"subject", "re", "betreff", "asunto"})


@dataclass(frozen=True)
class Block:
    """One piece of the page. `cells` and `header` are those of a table row, `cells` of a field its name and value."""

    kind: Kind
    text: str
    section: str = ""
    cells: tuple[str, ...] = ()
    header: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sentence:
    text: str
    section: str
    block: int


@dataclass(frozen=True)
class Document:
    blocks: tuple[Block, ...]

    @cached_property
    def sentences(self) -> tuple[Sentence, ...]:
        """The sentences of paragraphs and list items, in order."""
        return tuple(
            Sentence(text, block.section, number)
            for number, block in enumerate(self.blocks)
            if block.kind in ("paragraph", "item")
            for text in split_sentences(block.text)
        )

    @cached_property
    def subject(self) -> str:
        """The subject line of a memo, or ""."""
        named = (
            block.cells[1] for block in self.blocks if block.kind == "field" and block.cells[0] in _SUBJECT
        )
        return next(named, "")

    @cached_property
    def sections(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(block.section for block in self.blocks if block.section))


def is_heading(line: str) -> bool:
    """Whether a line that stands alone looks like a heading: short, capitalised, no full stop, no running text."""
    text = _NUMBERED.sub("", line.strip())
    if (
        not text
        or len(text) > _HEADING_LENGTH
        or len(text.split()) > _HEADING_WORDS
        or text.endswith((*_TERMINAL[:-3], ","))
    ):
        return text.endswith(":") and len(text.split()) <= 6 and text[:1].isupper()
    return (
        text[0].isupper() and not re.search(r"[.!?]\s+\S", text) and any(letter.isalpha() for letter in text)
    )


def _cells(line: str) -> tuple[str, ...]:
    stripped = line.strip()
    parts = stripped.strip("|").split("|") if "|" in stripped else re.split(r"\t+", stripped)
    return tuple(without_markup(part.strip()) for part in parts[:_MOST_CELLS])


def _chunks(lines: list[str]) -> Iterator[list[str]]:
    """Groups of lines that no blank line parts."""
    chunk: list[str] = []
    for line in [*lines, ""]:
        if line.strip():
            chunk.append(line)
        elif chunk:
            yield chunk
            chunk = []


class _Chunk:
    """Reads one group of lines into blocks; joins the soft line breaks of running text."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.width = max(len(line) for line in lines)
        self.blocks: list[Block] = []
        self.running: list[str] = []

    def read(self) -> list[Block]:
        for number, line in enumerate(self.lines):
            self._read_line(line, following=self.lines[number + 1] if number + 1 < len(self.lines) else None)
        self._end_paragraph()
        return self.blocks

    def _read_line(self, line: str, *, following: str | None) -> None:
        marked = _ATX.match(line.strip())
        field = _FIELD.match(without_markup(line.strip()))
        if _RULE.match(line) or _TABLE_RULE.match(line):
            self._underline()
        elif marked:
            self._add("heading", _NUMBERED.sub("", without_markup(marked[1])))
        elif "|" in line.strip("| ") or "\t" in line.strip():
            self._add("row", " | ".join(cell for cell in _cells(line) if cell), cells=_cells(line))
        elif len(self.lines) == 1 and _SALUTATION.match(line.strip()):
            self._add("field", line.strip(), cells=("salutation", line.strip(" ,")))
        elif field and not self.running:
            self._add("field", f"{field[1]}: {field[2]}", cells=(field[1].lower(), field[2]))
        elif _ITEM.match(line) and not self._is_numbered_heading(line, following):
            self._end_paragraph()
            self.running = ["\u2022", _ITEM.sub("", line)]
        else:
            self._read_text(line, following)

    def _is_numbered_heading(self, line: str, following: str | None) -> bool:
        alone = len(self.lines) == 1 or (
            not self.running and following is not None and not _ITEM.match(following)
        )
        return alone and bool(_NUMBERED.match(line.strip())) and is_heading(line)

    def _read_text(self, line: str, following: str | None) -> None:
        text = line.strip()
        bold = re.fullmatch(r"(\*\*|__)(.+?)\1:?", text)
        if not self.running and (bold or self._stands_as_heading(text, following)):
            self._add("heading", _NUMBERED.sub("", without_markup(text)).rstrip(":"))
            return
        self.running.append(text)
        ends = text.endswith(_TERMINAL[:-1]) and not ends_with_abbreviation(text)
        short = following is not None and len(line) < 0.72 * self.width
        if (ends and (len(line) >= _UNWRAPPED or short)) or (short and self.width > 1.5 * _UNWRAPPED):
            self._end_paragraph()

    def _stands_as_heading(self, text: str, following: str | None) -> bool:
        if not is_heading(text) or (self.blocks and self.blocks[-1].kind == "row"):
            return False
        return following is None or (len(text) < 0.75 * self.width and following.strip()[:1].isupper())

    def _underline(self) -> None:
        if self.running and self.running[0] != "\u2022" and len(self.running) == 1:
            heading, self.running = self.running[0], []
            self._add("heading", without_markup(heading))
        self._end_paragraph()

    def _add(self, kind: Kind, text: str, cells: tuple[str, ...] = ()) -> None:
        self._end_paragraph()
        if text:
            self.blocks.append(Block(kind, text, cells=cells))

    def _end_paragraph(self) -> None:
        if self.running:
            kind: Kind = "item" if self.running[0] == "\u2022" else "paragraph"
            text = " ".join(self.running[1:] if kind == "item" else self.running)
            self.blocks.append(Block(kind, re.sub(r"\s+", " ", without_markup(text)).strip()))
            self.running = []


def _joined(blocks: list[Block]) -> list[Block]:
    """Paragraphs that a page break cut in two are one again."""
    whole: list[Block] = []
    for block in blocks:
        last = whole[-1] if whole else None
        if (
            last
            and last.kind in ("paragraph", "item", "heading")
            and block.kind == "paragraph"
            and _runs_on(last, block)
        ):
            whole[-1] = replace(
                last, kind=last.kind if last.kind == "item" else "paragraph", text=f"{last.text} {block.text}"
            )
        else:
            whole.append(block)
    return whole


def _runs_on(first: Block, second: Block) -> bool:
    open_end = not first.text.endswith((*_TERMINAL, "”", '"')) and len(first.text) > 50
    return open_end and second.text[:1].islower()


def _placed(blocks: list[Block]) -> Iterator[Block]:
    """Each block with its section and, for a row, the header of its table; reference lists are left out."""
    section, previous = "", ""
    header: tuple[str, ...] = ()
    for block in blocks:
        if block.kind == "heading":
            section = block.text
        if block.kind == "row" and previous != "row":
            header = block.cells
        previous = block.kind
        if not _REFERENCES.match(section.strip(": ")):
            yield replace(block, section=section, header=header if block.kind == "row" else ())


@lru_cache(maxsize=16)
def read_document(text: str) -> Document:
    """The text of a PDF, DOCX, TXT or MD file as a document. Never fails: what has no layout is one paragraph."""
    blocks = [block for chunk in _chunks(printed_lines(text)) for block in _Chunk(chunk).read()]
    return Document(tuple(_placed(_joined(_titled(blocks)))))


def _titled(blocks: list[Block]) -> list[Block]:
    """The first line is the title, even if it is a question or has an abbreviation in it."""
    if len(blocks) < 2 or blocks[0].kind != "paragraph":
        return blocks
    first = blocks[0].text
    short = (
        len(first) <= _HEADING_LENGTH
        and len(first.split()) <= _TITLE_WORDS
        and len(split_sentences(first)) == 1
    )
    return (
        [replace(blocks[0], kind="heading"), *blocks[1:]]
        if short and not first.endswith((".", ":", "!"))
        else blocks
    )
