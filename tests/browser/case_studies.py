"""Three case studies in three layouts, as files that a professor would upload."""

from __future__ import annotations

from io import BytesIO

from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle, getSampleStyleSheet
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    PageTemplate,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    Table,
    TableStyle,
)

STYLES = getSampleStyleSheet()
BODY = ParagraphStyle("body", parent=STYLES["BodyText"], fontSize=10, leading=13, spaceAfter=6)

HELIOS = """\
# Helios Cycles: Bring the Frames Home?

Helios Cycles sells city bicycles from Utrecht. It was founded in 2009, has 118 employees and sold 41,000 bicycles last year for 46 million euro. The frames come from a factory near Taichung; painting and assembly are done in Utrecht.

## The problem

Last autumn a container line failed for seven weeks and 3,900 orders were cancelled. Freight for one frame rose from 9 to 31 euro and has since settled at 19. At the same time the city of Utrecht offers a grant of 1.8 million euro to companies that bring production back.

## The people

Daphne Vermeulen, the chief executive, must decide by the end of June whether Helios should build a frame shop in Utrecht. She wants to promise delivery within ten days.

Ruben de Wit, the chief financial officer, calculates that a frame welded in Utrecht would cost 74 euro, against 52 from Taichung including freight. He worries that the grant must be paid back if fewer than 40 jobs are created within two years.

Samira Bouzid, the operations manager, believes that the delays cost more than the books show. She points out that 62 per cent of the cancelled customers bought another brand. She would start with the two best-selling models only.

Chen Yu-ting, who represents the supplier in Taichung, offers a buffer stock of 2,500 frames in Rotterdam if Helios orders 30,000 frames a year for three years. She regrets the lost weeks and hopes to keep her largest customer in Europe.

Joost Hendriks, the head of design, argues that frames made next door would let him bring out a new model every six months instead of every fourteen.

## The choice

The supervisory board expects a recommendation: a full frame shop, a small one for two models, or the buffer stock in Rotterdam.
"""

PLAIN = """\
LUMEN SCHOOL NETWORK

Who teaches the evening classes?

The Lumen School Network runs nine adult schools around Porto. About 6,200 adults attend evening classes each year. \
The ministry pays 410 euro for each adult who finishes a course, and nothing for those who give up. Last year 37 per \
cent gave up, most of them in the first five weeks.

Inês Gonçalves-Araújo, the director of the network, has promised the ministry to bring the rate below 25 per cent. She \
has 280,000 euro to spend on one measure this year.

Thandiwe Mokoena (head of teaching) wants every new learner to have a tutor for the first five weeks. A trial in two \
schools brought the rate down to 21 per cent. She fears that the trial's tutors were unusually keen.

Mr. Bartłomiej Żuk, the data officer, has built a list that predicts who will give up from attendance in the first \
three lessons. He says that it is right in 7 of 10 cases. He is uneasy about labelling people.

Aoife Ní Bhriain, the teachers' representative, refuses unpaid overtime. She argues that classes of 28 learners are the \
true reason, and she asks for classes of 20.

José Ramírez Ortiz, the treasurer, reminds everybody that smaller classes would cost 640,000 euro a year. He would pay \
for tutors if half of them were volunteers.

The director must choose one measure before the new term begins in September.
"""

COLUMNS = [
    ("h", "Marula Logistics: The Price of Cold"),
    (
        "p",
        "Marula Logistics keeps vaccines and fish cold on the road between Maputo, Nampula and Blantyre. "
        "It runs 84 refrigerated lorries and employs 310 people. Revenue was 23 million dollars last year.",
    ),
    ("h", "Losses on the road"),
    (
        "p",
        "In the hot season 4.6 per cent of all loads arrived too warm; the contracts allow 2 per cent. Penalties "
        "came to 1.1 million dollars. The health agency, which brings 40 per cent of revenue, has given notice that "
        "it will tender the route again in November.",
    ),
    ("h", "Two proposals"),
    (
        "p",
        "Amélia Nhantumbo, the fleet director, wants to replace 30 old cooling units for 26,000 dollars each. She is "
        "sure that worn compressors cause most losses.",
    ),
    (
        "p",
        "Kofi Asante-Boateng, the head of technology, proposes sensors and a control room for 390,000 dollars. He says "
        "that in 58 of 90 incidents somebody had left a door open for more than ten minutes.",
    ),
    (
        "p",
        "Grace Phiri, the drivers' spokeswoman, warns that drivers would see sensors as spying. She demands that no "
        "driver is dismissed on the word of a sensor. She adds that waiting at the border takes eleven hours.",
    ),
    (
        "p",
        "Dr. Henrik Lindqvist, the buyer of the health agency, needs proof of temperature for each load. He does not "
        "care how it is reached, but he will not sign without it.",
    ),
    ("h", "The decision"),
    (
        "p",
        "Tendai Moyo, the managing director, can spend 600,000 dollars before the hot season begins in October. He has "
        "asked for a recommendation by Monday.",
    ),
]


def _flow(parts: list[tuple[str, str]]) -> list[Flowable]:
    return [Paragraph(text, STYLES["Heading2"] if kind == "h" else BODY) for kind, text in parts]


def two_column_pdf() -> bytes:
    """A journal's layout: two columns, a running head and page numbers."""
    file = BytesIO()
    width, height = A4
    columns = [Frame(50 + side * 255, 60, 240, height - 130, id=f"column{side}") for side in (0, 1)]

    def furniture(canvas: object, document: object) -> None:
        canvas.setFont("Helvetica", 8)  # type: ignore[attr-defined]
        canvas.drawString(50, height - 40, "Southern Africa Case Journal, vol. 12")  # type: ignore[attr-defined]
        canvas.drawCentredString(width / 2, 30, str(document.page))  # type: ignore[attr-defined]

    document = BaseDocTemplate(file, pagesize=A4, title="Marula Logistics: The Price of Cold")
    document.addPageTemplates(PageTemplate(frames=columns, onPage=furniture))
    document.build(_flow(COLUMNS))
    return file.getvalue()


def table_pdf() -> bytes:
    """Headings, and the people in a table."""
    file = BytesIO()
    people = [
        ["Name", "Position", "What they say"],
        ["Daphne Vermeulen", "Chief executive", "must decide by the end of June"],
        ["Ruben de Wit", "Chief financial officer", "a frame from Utrecht costs 74 euro, from Taichung 52"],
        [
            "Samira Bouzid",
            "Operations manager",
            "62 per cent of the cancelled customers bought another brand",
        ],
        ["Chen Yu-ting", "Supplier's representative", "offers a buffer stock of 2,500 frames in Rotterdam"],
        ["Joost Hendriks", "Head of design", "could bring out a model every six months"],
    ]
    table = Table([[Paragraph(cell, BODY) for cell in row] for row in people], colWidths=[120, 130, 230])
    table.setStyle(TableStyle([("GRID", (0, 0), (-1, -1), 0.5, "#888888")]))
    story: list[Flowable] = []
    for part in HELIOS.split("\n\n"):
        hashes, _, heading = part.partition(" ")
        level = {"#": "Title", "##": "Heading2"}.get(hashes)
        story.append(Paragraph(heading if level else part, STYLES[level] if level else BODY))
        if heading == "The people":
            story += [table, Spacer(1, 10)]
    SimpleDocTemplate(file, pagesize=A4, title="Helios Cycles").build(story)
    return file.getvalue()


def plain_text() -> bytes:
    """Plain text with names that are not English."""
    return PLAIN.encode()
