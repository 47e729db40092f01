"""Measure texts that are made to be slow beside ordinary prose of the same size.

    .venv/bin/python bench/hostile.py [--kib N] [--runs N] [--explain] [--only KIND]

One process, one thread, the bare scorer.  A ratio over 3 fails.
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
MOST = 3.0  # times an ordinary text's
PROMPT = "Write about whether the town should keep its library. " * 20


def prose() -> str:
    """Return a long text of the examples' sentences."""
    choose = random.Random(5)  # noqa: S311 - the same text each time
    texts = [(ROOT / "examples" / f"{name}.txt").read_text() for name in ("middling", "strong")]
    sentences = " ".join(texts).replace("\n", " ").split(". ")
    paragraphs = [". ".join(choose.choices(sentences, k=6)) for _ in range(1500)]
    return ".\n\n".join(paragraphs)


def _repeated(unit: str) -> Callable[[int], str]:
    return lambda size: "A text. " + unit * (size // len(unit.encode()) + 1)


def _random(characters: str) -> Callable[[int], str]:
    def make(size: int) -> str:
        choose = random.Random(7)  # noqa: S311 - the same text each time
        return "a" + "".join(choose.choices(characters, k=size))

    return make


KINDS: dict[str, Callable[[int], str]] = {
    "one long word": _repeated("a"),
    "words of one letter": _repeated("a "),
    "words of one letter, all different": _random("abcdefghijklmnopqrstuvwxyz" + " " * 26),
    "words of a hundred letters": _repeated("x" * 100 + " "),
    "spaces": _repeated(" "),
    "new lines": _repeated("\n"),
    "lines that are blank but for a space": _repeated(" \n"),
    "paragraphs of one letter": _repeated("a\n\n"),
    "lines of one letter": _repeated("a\n"),
    "sentences of one letter": _repeated("a. "),
    "a.a.a.": _repeated("a."),
    "a!?a!?": _repeated("a!?"),
    "full stops": _repeated("."),
    "quotation marks": _repeated('"'),
    "closing marks behind an end": _repeated(".\"')"),
    "apostrophes in words": _repeated("a'a’"),
    "nested brackets": lambda size: "a" + "(" * (size // 2) + ")" * (size // 2),
    "addresses": _repeated("http://"),
    "addresses with all": _repeated("https://a.b-c.de/f?g=h&i=%20#j "),
    "hyphens": _repeated("a-"),
    "digits": _repeated("1"),
    "numbers": _repeated("1,234.5 "),
    "combining marks": _repeated("\u0301"),
    "letters with many marks": _repeated("e" + "\u0301\u0323\u0308" * 9),
    "scripts in turn": _repeated("aбγжעد中"),
    "Chinese": _repeated("文"),
    "right to left": _repeated("\u202eمقال "),
    "zero-width joiners": _repeated("👩\u200d👧 "),
    "capitals that grow": _repeated("İŉǰΐ"),
    "ligatures": _repeated("ﷺ"),
    "control characters": _repeated("a\x01\x02\x07"),
    "line ends of all kinds": _repeated("a\r\v\f\x1c\x85\u2028"),
    "code": _repeated("{a[0]=b;} "),
    "any ASCII": _random("".join(map(chr, range(32, 127)))),
}


def cut(text: str, size: int) -> str:
    """Return as much of a text as fits into so many bytes."""
    return text.encode()[:size].decode(errors="ignore")


def measure(scorer: Scorer, text: str, *, runs: int, explain: bool) -> float:
    times = []
    for _ in range(runs):
        began = time.perf_counter()
        scorer.score(text, prompt=PROMPT, explain=explain)
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kib", type=int, default=255, help="size of a text")
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--explain", action="store_true", help="ask for reasons too")
    parser.add_argument("--only", choices=KINDS, nargs="+", default=list(KINDS))
    options = parser.parse_args(arguments)
    scorer, size = Scorer.load(threads=1), options.kib * 1024

    def timed(text: str) -> float:
        return measure(scorer, cut(text, size), runs=options.runs, explain=options.explain)

    scorer.score("Ceci est un texte pour commencer.", prompt=PROMPT)
    ordinary = timed(prose())
    title = f"| {options.kib} KiB{', with reasons' if options.explain else ''} | s | ratio |"
    print(f"{title}\n|---|---|---|\n| ordinary prose | {ordinary:.2f} | 1.0 |", flush=True)
    worst = 0.0
    for name in options.only:
        seconds = timed(KINDS[name](size))
        worst = max(worst, seconds / ordinary)
        print(f"| {name} | {seconds:.2f} | {seconds / ordinary:.1f} |", flush=True)
    return int(worst > MOST)


if __name__ == "__main__":
    sys.exit(main())
