import pytest

from platform_app.analysis.filenames import display_name, media_type


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("case.pdf", "case.pdf"),
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Users\\Paula\\Fall ä.docx", "Fall ä.docx"),
        ("two\r\nlines\x00.txt", "two lines.txt"),
        ("evil\u202efdp.exe.txt", "evilfdp.exe.txt"),
        ("Fallstudie „Größe“ 漢字.md", "Fallstudie „Größe“ 漢字.md"),
        ("", "document"),
        ("\x00\x01", "document"),
    ],
)
def test_a_name_keeps_what_a_reader_sees_and_nothing_else(raw: str, shown: str) -> None:
    assert display_name(raw) == shown


def test_a_long_name_keeps_its_ending() -> None:
    name = display_name("a" * 400 + ".pdf")
    assert len(name) == 255
    assert name.endswith("a.pdf")


def test_the_media_type_follows_the_ending_and_is_never_a_page() -> None:
    assert media_type("Case.PDF") == "application/pdf"
    assert media_type("notes.txt") == "text/plain; charset=utf-8"
    assert media_type("page.html") == "application/octet-stream"
