"""What a file of essays holds, before anyone trains on it."""

from typing import Any

import pandas as pd

from essay_scorer.lab.data.essays import Essays, text_key
from essay_scorer.text.words import count_words


def inspect(essays: Essays) -> dict[str, Any]:
    """Return what ``essay-scorer data check`` reports, as plain values."""
    table = essays.table
    words = table["text"].map(count_words)
    return {
        "file": str(essays.path),
        "layout": essays.layout.name,
        "encodings": dict(essays.encodings),
        "rows": len(table) + len(essays.problems),
        "usable": len(table),
        "problems": [str(problem) for problem in essays.problems],
        "words": {"min": int(words.min()), "median": int(words.median()), "max": int(words.max())},
        "prompts": {str(name): _prompt(part) for name, part in table.groupby("prompt")},
        "splits": {str(name): len(part) for name, part in table.groupby("split")},
        "splits_from": "the file" if essays.own_splits else "the texts",
        "duplicates": _duplicates(table),
    }


def _prompt(part: pd.DataFrame) -> dict[str, Any]:
    return {
        "essays": len(part),
        "scale": [int(part["scale_min"].min()), int(part["scale_max"].max())],
        "scores": {str(score): len(rows) for score, rows in part.groupby("score")},
    }


def _duplicates(table: pd.DataFrame) -> dict[str, Any]:
    keys = table["text"].map(text_key)
    copies = table.assign(key=keys)[keys.duplicated(keep=False)]
    groups = [part for _, part in copies.groupby("key")]
    return {
        "texts": len(groups),
        "across_splits": sum(part["split"].nunique() > 1 for part in groups),
        "with_different_scores": sum(part["score"].nunique() > 1 for part in groups),
        "lines": [part["line"].tolist() for part in groups],
    }


def describe(report: dict[str, Any]) -> str:
    """Return the report as a person reads it."""
    encodings = ", ".join(f"{name} ({count} lines)" for name, count in report["encodings"].items())
    words, copies = report["words"], report["duplicates"]
    lines = [
        f"{report['file']}: {report['layout']}",
        *([f"encodings    {encodings}"] if encodings else []),
        f"rows         {report['rows']}, {report['usable']} of them usable",
        f"words        {words['min']} to {words['max']}, median {words['median']}",
        "splits       "
        + ", ".join(f"{name} {count}" for name, count in report["splits"].items())
        + f" (from {report['splits_from']})",
        f"duplicates   {copies['texts']} texts, {copies['across_splits']} of them across splits, "
        f"{copies['with_different_scores']} with different scores",
        *(f"             lines {', '.join(map(str, group))}" for group in copies["lines"]),
        "",
        "prompt        essays  scale   scores",
    ]
    for name, prompt in report["prompts"].items():
        low, high = prompt["scale"]
        scores = " ".join(f"{score}:{count}" for score, count in prompt["scores"].items())
        lines.append(f"{name or '(none)':<12}{prompt['essays']:>8}  {low}-{high:<5} {scores}")
    lines += ["", *report["problems"]] if report["problems"] else []
    return "\n".join(lines)
