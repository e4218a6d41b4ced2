"""A document can harm its reader, and nobody else: the child is bounded, knows no secret, and never outlives the call."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import time

import psutil
import pytest

from platform_app.analysis.reading import ReadingLimits, process, read_document
from platform_app.errors import DocumentUnreadable
from tests.analysis.reading.docxs import docx, paragraph
from tests.analysis.reading.pdfs import FOUNDING, bomb_pdf, flowing_pdf, pdf_with_tree

MEGABYTE = 2**20
NO_OTHER_LIMITS = ReadingLimits()


@pytest.fixture
def child_runs(monkeypatch: pytest.MonkeyPatch):
    """Replaces every reader by a script."""

    def replace(script: str) -> None:
        monkeypatch.setattr(process, "_command", lambda *_: [sys.executable, "-c", script])

    return replace


def refusal(name: str, data: bytes, limits: ReadingLimits = NO_OTHER_LIMITS) -> str:
    with pytest.raises(DocumentUnreadable) as refused:
        read_document(name, data, limits)
    assert not readers_alive()
    return refused.value.detail


def readers_alive() -> list[psutil.Process]:
    return [child for child in psutil.Process().children() if child.name().startswith("python")]


def answer(**reply: object) -> str:
    return f"import sys; sys.stdout.write({json.dumps(reply)!r})"


def test_readers_need_no_django():
    modules = [f"{process.PACKAGE}.{reader}" for readers in process.READERS.values() for reader in readers]
    script = (
        f"import sys, {', '.join(modules)}; sys.exit(any(name.startswith('django') for name in sys.modules))"
    )

    assert subprocess.run([sys.executable, "-c", script], cwd=process.PROJECT).returncode == 0


def test_a_reader_that_takes_too_long_is_stopped(child_runs):
    child_runs("import time; time.sleep(60)")
    begun = time.monotonic()

    assert refusal("a.txt", b"text", ReadingLimits(wall_seconds=0.3)).startswith(
        "Reading this file took too long"
    )
    assert time.monotonic() - begun < 5


def test_a_reader_that_computes_too_long_is_stopped():
    data = flowing_pdf(*[FOUNDING] * 1200)
    limits = ReadingLimits(cpu_seconds=1, max_characters=10**6)

    assert refusal("a.pdf", data, limits).startswith("Reading this file took too long")


def test_a_reader_is_stopped_with_the_job_that_waits_for_it(child_runs, monkeypatch: pytest.MonkeyPatch):
    class JobCancelled(Exception):
        pass

    def cancelled(*_: object) -> None:
        raise JobCancelled

    child_runs("import time; time.sleep(60)")
    monkeypatch.setattr(subprocess.Popen, "wait", _first(cancelled, then=subprocess.Popen.wait))

    with pytest.raises(JobCancelled):
        read_document("a.txt", b"text")
    assert not readers_alive()


def _first(once, then):
    calls = iter([once])

    def wait(child, *arguments):
        return next(calls, then)(child, *arguments)

    return wait


def test_memory_stays_bounded_and_the_parent_alive():
    """In a process of its own, so that the peaks are those of this document alone."""
    script = (
        "import resource, sys\n"
        "from platform_app.analysis.reading import read_document\n"
        "from platform_app.errors import DocumentUnreadable\n"
        "data, before = sys.stdin.buffer.read(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "try:\n    read_document('bomb.pdf', data)\n"
        "except DocumentUnreadable as error:\n    print(error.detail)\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)"
    )
    run = subprocess.run(
        [sys.executable, "-c", script],
        input=bomb_pdf(600),
        capture_output=True,
        cwd=process.PROJECT,
        check=True,
    )
    sentence, child_peak, parent_growth = run.stdout.decode().splitlines()

    assert sentence.startswith("This file unpacks to far more")
    assert int(child_peak) * 1024 < ReadingLimits().memory_bytes
    assert int(parent_growth) * 1024 < 20 * MEGABYTE


def test_a_reader_without_memory_gives_a_sentence():
    assert refusal(
        "a.docx", docx(paragraph("x" * 20 * MEGABYTE)), ReadingLimits(memory_bytes=90 * MEGABYTE)
    ).endswith(".")


@pytest.mark.parametrize(
    "script",
    [
        "import os; os.abort()",
        "import sys; sys.exit(3)",
        "raise RuntimeError('a mistake')",
        "import sys; sys.stdout.write('x' * 50_000_000)",
        "print('[' * 100_000)",
        "print('null')",
        "print('{}')",
        answer(read={"kind": "txt", "text": "x", "title": 5, "pages": None}),
        'print(\'{"read": {"kind": "txt", "title": "x", "pages": null, "text": "\' + "x" * 500_000 + \'"}}\')',
        answer(read={"kind": "txt", "text": "x", "title": "x", "pages": None, "more": 1}),
        answer(damaged=["no", "sentence"]),
    ],
)
def test_a_reader_that_crashes_or_talks_nonsense_gives_a_sentence(child_runs, script: str):
    child_runs(script)

    assert refusal("a.txt", b"text").startswith("This file could not be read; it is probably damaged.")


def test_why_a_reader_crashed_is_logged_and_bounded(child_runs, caplog: pytest.LogCaptureFixture):
    child_runs("import sys; sys.stderr.write('x' * 100_000 + ' the last words'); sys.exit(1)")
    with caplog.at_level(logging.WARNING):
        refusal("a.txt", b"text")

    assert "the last words" in caplog.text
    assert len(caplog.text) < 3000


def test_a_reader_knows_nothing_of_the_environment(child_runs, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    child_runs(
        "import os, json; print(json.dumps({'read': {'kind': 'txt', 'text': ' '.join(os.environ), 'title': 'x', 'pages': None}}))"
    )

    assert "OPENAI_API_KEY" not in read_document("a.txt", b"text").text


def test_another_reader_tries_what_pdfium_cannot_open():
    lying = pdf_with_tree(b"<</Type/Pages/Kids[3 0 R]/Count 1000000>>")

    assert read_document("a.pdf", lying).text.startswith("Brightwater Foods has to decide")


def test_names_of_files_cannot_confuse_the_reader():
    for name in ("--help.txt", "a\x00b.txt", "x" * 300 + ".txt", "-c.txt", "é\udcff.txt"):
        assert read_document(name, b"A sentence.").text == "A sentence."
