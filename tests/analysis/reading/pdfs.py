"""Makes the PDFs that the tests read: sound ones with reportlab, unsound ones byte by byte."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from io import BytesIO
from itertools import zip_longest

from PIL import Image
from pypdf import PdfReader, PdfWriter
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.utils import ImageReader, simpleSplit
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table

WIDTH, HEIGHT = A4
FONT, BOLD = "Times-Roman", "Times-Bold"
BODY = ParagraphStyle("body", fontName=FONT, fontSize=11, leading=14, spaceAfter=8)
TITLE = ParagraphStyle("title", fontName=BOLD, fontSize=22, leading=26, spaceAfter=14)
HEADING = ParagraphStyle("heading", fontName=BOLD, fontSize=14, leading=18, spaceBefore=10, spaceAfter=6)

FOUNDING = (
    "Brightwater Foods is a family-owned producer of frozen vegetables. Harold Brightwater founded it in 1978 in a small "
    "town by the river, and it now sells to retailers in eleven countries. The international business has grown faster "
    "than the domestic one for several years."
)
OFFER = (
    "In the spring of 2024 the company received an offer from a large retailer for a private-label contract. It would "
    "add thirty million dollars of revenue, but it would need a second production line and more working capital."
)
PEOPLE = (
    "Maria Lopez has been the chief executive officer since 2015. The finance director, Sören Kjærgård, is sceptical: "
    "net debt must not exceed three times EBITDA. He has told the board so more than once, and always in writing."
)
QUESTION = (
    "The board meets on Friday. Should Brightwater accept the contract, keep to its organic range, or sell the company "
    "to the Norvik Group? You are asked to prepare a recommendation, and to defend it against all three of them."
)


def canvas_pdf(*pages: Callable[[Canvas], None], title: str = "") -> bytes:
    """A PDF with these pages, each drawn by its function."""
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=A4)
    canvas.setTitle(title)
    for draw in pages:
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def flowing_pdf(
    *content: Flowable | str,
    header: str = "",
    footer: Callable[[int], str] = lambda page: "",
    title: str = "",
) -> bytes:
    """Text that flows over as many pages as it needs; a str is a paragraph."""

    def furnish(canvas: Canvas, document: SimpleDocTemplate) -> None:
        canvas.setFont(FONT, 9)
        canvas.drawString(72, HEIGHT - 40, header)
        canvas.drawCentredString(WIDTH / 2, 30, footer(document.page))

    buffer = BytesIO()
    document = SimpleDocTemplate(buffer, pagesize=A4, title=title, leftMargin=72, rightMargin=72)
    story = [Paragraph(each, BODY) if isinstance(each, str) else each for each in content]
    document.build(story, onFirstPage=furnish, onLaterPages=furnish)
    return buffer.getvalue()


def heading(text: str) -> Flowable:
    return Paragraph(text, HEADING)


def title(text: str) -> Flowable:
    return Paragraph(text, TITLE)


def grid(rows: list[list[str]], widths: list[float]) -> Flowable:
    """A table with borders, whose cells wrap."""
    cells = [[Paragraph(cell, BODY) for cell in row] for row in rows]
    return Table(
        cells,
        colWidths=widths,
        style=[("GRID", (0, 0), (-1, -1), 0.5, colors.grey), ("VALIGN", (0, 0), (-1, -1), "TOP")],
    )


def open_table(rows: list[list[str]], widths: list[float]) -> Flowable:
    """A table without borders, whose cells are one line each."""
    return Table(rows, colWidths=widths, style=[("FONT", (0, 0), (-1, -1), FONT, 10)])


def space(points: float) -> Flowable:
    return Spacer(1, points)


def column_lines(*paragraphs: str, width: float = 210) -> list[str]:
    return [line for paragraph in paragraphs for line in simpleSplit(paragraph, FONT, 11, width)]


def two_columns(
    left: list[str], right: list[str], *, interleaved: bool = False, drop: float = 0
) -> Callable[[Canvas], None]:
    """Draws two columns, one after the other or line by line; the right one `drop` points lower."""

    def draw(canvas: Canvas) -> None:
        canvas.setFont(BOLD, 18)
        canvas.drawCentredString(WIDTH / 2, 790, "Brightwater Foods: Growth or Focus?")
        canvas.setFont(FONT, 11)
        placed_left = [(60, 750 - 14 * place, line) for place, line in enumerate(left)]
        placed_right = [(320, 750 - drop - 14 * place, line) for place, line in enumerate(right)]
        if interleaved:
            pairs = zip_longest(placed_left, placed_right)
            placed = [each for pair in pairs for each in pair if each]
        else:
            placed = placed_left + placed_right
        for x, y, line in placed:
            canvas.drawString(x, y, line)

    return draw


def scanned_pdf(pages: int = 2) -> bytes:
    picture = ImageReader(Image.new("L", (600, 800), 200))

    def draw(canvas: Canvas) -> None:
        canvas.drawImage(picture, 0, 0, WIDTH, HEIGHT)

    return canvas_pdf(*[draw] * pages)


def encrypted_pdf(password: str) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(BytesIO(flowing_pdf(FOUNDING))))
    writer.encrypt(password, owner_password="owner", algorithm="AES-256")
    buffer = BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


FONT_RESOURCE = b"/Resources<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>"
PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R" + FONT_RESOURCE + b">>"
CATALOG = b"<</Type/Catalog/Pages 2 0 R>>"
SENTENCE = (
    b"BT /F1 12 Tf 50 700 Td (Brightwater Foods has to decide on a contract before Friday evening.) Tj ET"
)


def raw_pdf(*objects: bytes) -> bytes:
    """A file of these objects, numbered from 1; the first is the catalog."""
    out, places = b"%PDF-1.5\n", []
    for number, each in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + each + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    out_with_table = out + b"xref\n0 %d\n0000000000 65535 f \n" % size + table
    return out_with_table + b"trailer <</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (size, len(out))


def stream(content: bytes, extra: bytes = b"") -> bytes:
    return b"<</Length %d%s>>stream\n" % (len(content), extra) + content + b"\nendstream"


def pdf_with_tree(tree: bytes) -> bytes:
    """One page with a sentence, under a page tree that may lie."""
    return raw_pdf(CATALOG, tree, PAGE, stream(SENTENCE))


def bomb_pdf(megabytes: int = 400) -> bytes:
    """A page whose content is a few hundred kilobytes that unpack to `megabytes`."""
    press = zlib.compressobj(9)
    content = b"".join(press.compress(b" " * 2**20) for _ in range(megabytes)) + press.flush()
    return raw_pdf(
        CATALOG, b"<</Type/Pages/Kids[3 0 R]/Count 1>>", PAGE, stream(content, b"/Filter/FlateDecode")
    )


def lettered_pdf(*lines: tuple[float, float, str], font: bytes = b"Helvetica") -> bytes:
    """Lines at x and y in any script, drawn letter by letter from left to right, as a program writes them that has laid
    them out itself. The letters carry their meaning (a ToUnicode map) and all are 6 points wide."""
    codes = {
        letter: code
        for code, letter in enumerate(sorted({each for _, _, text in lines for each in text}), 33)
    }
    mapping = "".join(
        f"<{code:02X}> <{letter.encode('utf-16-be').hex()}>\n" for letter, code in codes.items()
    )
    cmap = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /Here def /CMapType 2 def\n"
        f"1 begincodespacerange <00> <FF> endcodespacerange {len(codes)} beginbfchar\n{mapping}endbfchar endcmap end end"
    )
    widths = b"600 " * len(codes)
    resource = b"<</Type/Font/Subtype/Type1/BaseFont/%s/FirstChar 33/LastChar %d/Widths[%s]/ToUnicode 6 0 R>>"
    drawn = "".join(
        f"BT /F1 10 Tf {x} {y} Td <{''.join(f'{codes[letter]:02X}' for letter in text)}> Tj ET\n"
        for x, y, text in lines
    )
    return raw_pdf(
        CATALOG,
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        stream(drawn.encode()),
        resource % (font, 32 + len(codes), widths),
        stream(cmap.encode()),
    )
