"""Measure texts that are designed to be slow beside ordinary prose of the same size.

    .venv/bin/python -m bench.hostile [--kib N] [--runs N] [--explain] [--only KIND]

It measures the bare ``Scorer`` in one process on one thread, and fails if a text takes more than
three times as long as prose.
"""

import argparse
import os
import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from essay_scorer import Scorer

ROOT = Path(__file__).resolve().parents[1]
MAX_RATIO = 3.0  # to the time of prose
PROMPT = "Write about whether the town should keep its library. " * 20
PARAGRAPHS = 1500
WARM_UP = "Ceci est un texte pour commencer."  # French, so that the language model is loaded too


def make_prose() -> str:
    """Return a long text of sentences from the examples."""
    choose = random.Random(5)  # noqa: S311 - the same text in every run
    texts = [(ROOT / "examples" / f"{name}.txt").read_text() for name in ("middling", "strong")]
    sentences = " ".join(texts).replace("\n", " ").split(". ")
    paragraphs = [". ".join(choose.choices(sentences, k=6)) for _ in range(PARAGRAPHS)]
    return ".\n\n".join(paragraphs)


def _repeated(unit: str) -> Callable[[int], str]:
    return lambda size: "A text. " + unit * (size // len(unit.encode()) + 1)


def _random(characters: str) -> Callable[[int], str]:
    def make(size: int) -> str:
        choose = random.Random(7)  # noqa: S311 - the same text in every run
        return "a" + "".join(choose.choices(characters, k=size))

    return make


# Each function returns a text of at least so many bytes.
KINDS: dict[str, Callable[[int], str]] = {
    "one long word": _repeated("a"),
    "one-letter words": _repeated("a "),
    "random one-letter words": _random("abcdefghijklmnopqrstuvwxyz" + " " * 26),
    "words of 100 letters": _repeated("x" * 100 + " "),
    "spaces": _repeated(" "),
    "newlines": _repeated("\n"),
    "lines with one space": _repeated(" \n"),
    "one-letter paragraphs": _repeated("a\n\n"),
    "one-letter lines": _repeated("a\n"),
    "one-letter sentences": _repeated("a. "),
    "a.a.a.": _repeated("a."),
    "a!?a!?": _repeated("a!?"),
    "periods": _repeated("."),
    "quotation marks": _repeated('"'),
    "closing marks after a sentence": _repeated(".\"')"),
    "apostrophes in words": _repeated("a'a’"),
    "nested brackets": lambda size: "a" + "(" * (size // 2) + ")" * (size // 2),
    "URL schemes": _repeated("http://"),
    "complete URLs": _repeated("https://a.b-c.de/f?g=h&i=%20#j "),
    "paragraphs in HTML": _repeated("<p>a"),
    "tags that never end": _repeated("<p "),
    "attributes that never end": _repeated("<p a='\">"),
    "comments that never end": _repeated("<!-- "),
    "entities": _repeated("&amp;"),
    "ampersands": _repeated("&"),
    "hyphens": _repeated("a-"),
    "digits": _repeated("1"),
    "numbers": _repeated("1,234.5 "),
    "combining marks": _repeated("\u0301"),
    "letters with many marks": _repeated("e" + "\u0301\u0323\u0308" * 9),
    "mixed scripts": _repeated("aбγжעد中"),
    "Chinese": _repeated("文"),
    "right-to-left text": _repeated("\u202eمقال "),
    "zero-width joiners": _repeated("👩\u200d👧 "),
    "letters that grow when folded": _repeated("İŉǰΐ"),
    "ligatures": _repeated("ﷺ"),
    "control characters": _repeated("a\x01\x02\x07"),
    "all line separators": _repeated("a\r\v\f\x1c\x85\u2028"),
    "code": _repeated("{a[0]=b;} "),
    "random ASCII": _random("".join(map(chr, range(32, 127)))),
}


def truncate(text: str, size: int) -> str:
    """Return the beginning of a text, in at most so many bytes of UTF-8."""
    return text.encode()[:size].decode(errors="ignore")


def measure(scorer: Scorer, text: str, *, runs: int, explain: bool) -> float:
    """Return the median time of a score, in seconds."""
    times = []
    for _ in range(runs):
        began = time.perf_counter()
        scorer.score(text, prompt=PROMPT, explain=explain)
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def _parse_options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kib", type=int, default=255, help="size of a text, in KiB")
    parser.add_argument("--runs", type=int, default=1, help="scores of each text")
    parser.add_argument("--explain", action="store_true", help="request an explanation too")
    parser.add_argument("--only", choices=KINDS, nargs="+", default=list(KINDS))
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parse_options(arguments)
    scorer, size = Scorer.load(threads=1), options.kib * 1024

    def seconds_of(text: str) -> float:
        return measure(scorer, truncate(text, size), runs=options.runs, explain=options.explain)

    scorer.score(WARM_UP, prompt=PROMPT)
    prose = seconds_of(make_prose())
    title = f"| {options.kib} KiB{', explained' if options.explain else ''} | s | ratio |"
    print(f"{title}\n|---|---|---|\n| prose | {prose:.2f} | 1.0 |", flush=True)
    worst = 0.0
    for name in options.only:
        seconds = seconds_of(KINDS[name](size))
        worst = max(worst, seconds / prose)
        print(f"| {name} | {seconds:.2f} | {seconds / prose:.1f} |", flush=True)
    return int(worst > MAX_RATIO)


if __name__ == "__main__":
    sys.exit(main())
