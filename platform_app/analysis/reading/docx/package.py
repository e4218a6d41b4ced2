"""Opens a Word document as what it is, a ZIP of XML parts, and refuses whatever unpacks too far or declares entities.

No external part is ever followed: only names inside of the archive are read.
"""

from __future__ import annotations

import posixpath
import zlib
from collections.abc import Iterator
from io import BytesIO
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser
from zipfile import BadZipFile, ZipFile

from platform_app.analysis.reading import refusals
from platform_app.errors import DocumentUnreadable

MAX_PARTS = 5000
ENCRYPTED = 0x1


class _NoDoctype(TreeBuilder):
    """Stops at a DOCTYPE before any entity of it is read; Word never writes one."""

    def doctype(self, name: str, public_id: str | None, system: str | None) -> None:
        raise DocumentUnreadable(refusals.DOCTYPE_IN_WORD)


class WordPackage:
    """The parts of one document. Every method raises DocumentUnreadable for an archive or XML that is not sound."""

    def __init__(self, data: bytes, *, max_expanded_bytes: int) -> None:
        try:
            self._archive = ZipFile(BytesIO(data))
        except (BadZipFile, ValueError, NotImplementedError) as error:
            raise DocumentUnreadable(refusals.DAMAGED_WORD) from error
        parts = self._archive.infolist()
        # The declared sizes hold: zipfile gives no more bytes of a part than it declares.
        if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > max_expanded_bytes:
            raise DocumentUnreadable(refusals.EXPANDS_TOO_FAR)
        if any(part.flag_bits & ENCRYPTED for part in parts):
            raise DocumentUnreadable(refusals.PROTECTED_WORD)
        self._names = {part.filename for part in parts}
        self.main = self._main_part()

    def main_document(self) -> Element:
        """The body with its paragraphs and tables."""
        root = self.part(self.main)
        if root is None or local_name(root) != "document":
            raise DocumentUnreadable(refusals.NO_WORD_DOCUMENT)
        return root

    def beside_main(self, name: str) -> Element | None:
        """Such as `styles.xml`, which lies in the folder of the main part; None if the document has none."""
        return self.part(posixpath.join(posixpath.dirname(self.main), name))

    def part(self, name: str) -> Element | None:
        if name not in self._names:
            return None
        parser = XMLParser(target=_NoDoctype())  # noqa: S314 - entities need the DOCTYPE that it refuses
        try:
            with self._archive.open(name) as stream:
                while chunk := stream.read(2**16):
                    parser.feed(chunk)
            root: Element = parser.close()
        except (
            ParseError,
            BadZipFile,
            zlib.error,
            EOFError,
            NotImplementedError,
            LookupError,
            ValueError,
        ) as error:
            raise DocumentUnreadable(refusals.DAMAGED_WORD) from error
        return root

    def _main_part(self) -> str:
        relations = self.part("_rels/.rels")
        for relation in relations if relations is not None else ():
            if relation.get("Type", "").endswith("/officeDocument"):
                return relation.get("Target", "").lstrip("/")
        return "word/document.xml"


def local_name(element: Element) -> str:
    """Without the namespace: the strict and the usual form of the format differ only there."""
    return str(element.tag).rpartition("}")[2]


def children(element: Element | None, name: str) -> Iterator[Element]:
    return (child for child in (element if element is not None else ()) if local_name(child) == name)


def child(element: Element | None, *path: str) -> Element | None:
    """The first grandchild along a path of local names."""
    for name in path:
        element = next(children(element, name), None)
    return element


def value(element: Element | None, name: str = "val") -> str:
    """An attribute by its local name; "" if there is none."""
    if element is None:
        return ""
    return next((text for key, text in element.attrib.items() if key.rpartition("}")[2] == name), "")
