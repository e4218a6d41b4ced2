"""Finds the lines that are drawn across a page, such as table borders, and counts its pictures."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from itertools import pairwise

import pypdfium2
import pypdfium2.raw as pdfium

from platform_app.analysis.reading.pdf.boxes import Drawings, Rule, Wall

Point = tuple[float, float]

MIN_RULE, MIN_WALL = 20, 6
STRAIGHT = 1
# Maps and charts have tens of thousands of strokes, and none of them is the border of a cell.
MAX_OBJECTS = 5000
MAX_POINTS = 400


def drawings_of(page: pypdfium2.PdfPage) -> Drawings:
    """Only what stands on the page itself; drawings within forms are left out."""
    drawings = Drawings()
    for place in range(min(pdfium.FPDFPage_CountObjects(page.raw), MAX_OBJECTS)):
        drawn = pdfium.FPDFPage_GetObject(page.raw, place)
        kind = pdfium.FPDFPageObj_GetType(drawn)
        if kind == pdfium.FPDF_PAGEOBJ_PATH:
            _add_lines(drawings, list(_points(drawn)))
        elif kind in (pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_FORM):
            drawings.pictures += 1
    return drawings


def _add_lines(drawings: Drawings, points: list[Point]) -> None:
    for (x0, y0), (x1, y1) in pairwise(points):
        if abs(y0 - y1) <= STRAIGHT and abs(x0 - x1) >= MIN_RULE:
            drawings.rules.append(Rule((y0 + y1) / 2, min(x0, x1), max(x0, x1)))
        elif abs(x0 - x1) <= STRAIGHT and abs(y0 - y1) >= MIN_WALL:
            drawings.walls.append(Wall((x0 + x1) / 2, min(y0, y1), max(y0, y1)))


def _points(path: object) -> Iterator[Point]:
    matrix, x, y = pdfium.FS_MATRIX(), ctypes.c_float(), ctypes.c_float()
    pdfium.FPDFPageObj_GetMatrix(path, matrix)
    for place in range(min(pdfium.FPDFPath_CountSegments(path), MAX_POINTS)):
        segment = pdfium.FPDFPath_GetPathSegment(path, place)
        pdfium.FPDFPathSegment_GetPoint(segment, x, y)
        yield (
            matrix.a * x.value + matrix.c * y.value + matrix.e,
            matrix.b * x.value + matrix.d * y.value + matrix.f,
        )
