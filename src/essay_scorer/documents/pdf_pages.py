"""The text of PDF files that have one, by pypdf; where lines stand says what a paragraph is."""

import logging
import math
from collections.abc import Sequence
from io import BytesIO
from typing import Any

from pypdf import PdfReader
from pypdf.errors import (
    DependencyError,
    FileNotDecryptedError,
    LimitReachedError,
    WrongPasswordError,
)

from essay_scorer.documents.office_archive import MAX_UNPACKED_BYTES
from essay_scorer.documents.page_lines import Line, join_pages
from essay_scorer.documents.problems import DAMAGED, EMPTY, OVERSIZED, PASSWORD, SCANNED, Refused

MAX_PAGES = 300

# What the file's author did wrong is no news to who reads it.
logging.getLogger("pypdf").setLevel(logging.CRITICAL)


def pdf_text(data: bytes) -> str:
    """Return the text of a PDF file, with blank lines between paragraphs where they show.

    Raises:
        Refused: it has no text, as a scan, or cannot be read.
    """
    try:
        return _read(PdfReader(BytesIO(data)))
    except (Refused, MemoryError):
        raise
    except (FileNotDecryptedError, WrongPasswordError, DependencyError) as error:
        raise Refused(PASSWORD) from error
    except (LimitReachedError, RecursionError) as error:
        raise Refused(OVERSIZED) from error
    except Exception as error:  # damaged files make pypdf raise anything
        raise Refused(DAMAGED) from error


def _read(reader: PdfReader) -> str:
    if reader.is_encrypted and not reader.decrypt(""):
        raise Refused(PASSWORD)
    if len(reader.pages) > MAX_PAGES:
        raise Refused(OVERSIZED)
    pages, budget = [], MAX_UNPACKED_BYTES
    for page in reader.pages:
        contents = page.get_contents()
        budget -= len(contents.get_data()) if contents is not None else 0
        if budget < 0:
            raise Refused(OVERSIZED)
        pages.append(_lines(page))
    text = join_pages(pages)
    if not any(map(str.isalpha, text)):
        raise Refused(SCANNED if any(map(_has_picture, reader.pages)) else EMPTY)
    return text


def _has_picture(page: Any) -> bool:
    objects = (page.get("/Resources") or {}).get("/XObject") or {}
    return any(one.get_object().get("/Subtype") == "/Image" for one in objects.values())


def _lines(page: Any) -> Sequence[Line]:
    """Return the lines of a page, in the order in which they are drawn."""
    width = float(page.mediabox.width) or 1.0
    collector = _Collector(width)
    page.extract_text(visitor_text=collector.visit)
    return collector.lines()


class _Collector:
    """Collects the pieces of a page's text, and joins those of one line."""

    def __init__(self, page_width: float) -> None:
        self._page_width = page_width
        self._lines: list[Line] = []
        self._open: Line | None = None

    def visit(self, text: str, cm: Any, tm: Any, _font: Any, size: float) -> None:
        for number, part in enumerate(text.replace("\r", "").split("\n")):
            if number:
                self._end()
            if part.strip() or (part and self._open is not None):
                self._add(part, cm, tm, size)

    def lines(self) -> Sequence[Line]:
        self._end()
        return self._lines

    def _add(self, text: str, cm: Any, tm: Any, size: float) -> None:
        x = tm[4] * cm[0] + tm[5] * cm[2] + cm[4]
        y = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
        scale = math.hypot(tm[2], tm[3]) * math.hypot(cm[2], cm[3])
        piece = Line(text=text, x=x / self._page_width, y=y, size=abs(size * scale) or 1.0)
        if self._open is None:
            self._open = piece
        elif not text.strip() or self._open.is_beside(piece):
            self._open = self._open.joined(piece)
        else:
            self._end()
            self._open = piece

    def _end(self) -> None:
        if self._open is not None and self._open.text.strip():
            self._lines.append(self._open)
        self._open = None
