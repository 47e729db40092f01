"""The formats of files of essays, and which one a file's name says."""

from pathlib import Path

from essay_scorer.errors import FileError

PIPE = "-"  # standard input or output
DOCUMENTS = "documents"  # a folder, a ZIP archive or a file of documents; only read
SUFFIXES = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
    ".parquet": "parquet",
    ".xlsx": "xlsx",
}
FORMATS = tuple(dict.fromkeys(SUFFIXES.values()))


def format_of(name: str, default: str | None) -> str:
    """Return the format that a file's suffix names, else the default.

    Raises:
        FileError: the suffix is unknown, and there is no default.
    """
    format_ = SUFFIXES.get(Path(name).suffix.lower(), default)
    if format_ is None:
        what = "A pipe" if name == PIPE else name
        raise FileError(f"{what} has no known suffix ({', '.join(SUFFIXES)}); name its --format.")
    return format_
