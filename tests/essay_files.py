"""Short made-up essays in files of every format, and the command that scores them."""

import csv
import json
import random
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tests.hang import HANG_SECONDS

SENTENCES = (
    "The town should keep its library open on Sundays.",
    "Many families have no other day to visit it together.",
    "Some people say that nobody reads any more, but the shelves tell another story.",
    "Therefore the council ought to pay for two more hours.",
)
COMMAND = (sys.executable, "-m", "essay_scorer.cli", "batch")

Batch = Callable[..., subprocess.CompletedProcess[str]]
Rows = list[dict[str, Any]]


def make_essays(count: int) -> Rows:
    """Return rows with essays of one to six sentences."""
    choose = random.Random(count)
    texts = (" ".join(choose.choices(SENTENCES, k=choose.randint(1, 6))) for _ in range(count))
    return [
        {"id": f"E{number}", "text": text, "class": 'He said "5b", twice'}
        for number, text in enumerate(texts)
    ]


def write_csv(path: Path, rows: Rows, *, delimiter: str = ",") -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0], delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
    return path


def write_jsonl(path: Path, rows: Sequence[Any]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def read_csv(path: Path, *, delimiter: str = ",") -> Rows:
    csv.field_size_limit(16 * 1024 * 1024)
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def read_jsonl(path: Path) -> Rows:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def run_batch(*arguments: object, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run ``essay-scorer batch --overwrite``; the options are those of ``subprocess.run``."""
    command = [*COMMAND, "--overwrite", *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=HANG_SECONDS, **options
    )
