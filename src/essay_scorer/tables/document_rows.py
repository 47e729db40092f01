"""A folder, a ZIP archive or one file of documents as rows: a class in any form."""

from collections.abc import Iterator, Mapping, Sequence

from essay_scorer.documents.collection import Collection, Document
from essay_scorer.documents.problems import SENTENCES
from essay_scorer.errors import DocumentError
from essay_scorer.tables.rows import Row


class DocumentSource:
    """Reads one row from each document; size and position are numbers of documents.

    Attributes:
        name: the folder or file, for messages.
        columns: ``file``, ``name`` of the writer, ``identifier`` if a platform gave one, ``text``.
        size: the number of documents.
        notes: which files were skipped, for people.
    """

    schema = None
    dialect = None
    encodings: Mapping[str, int] = {}

    def __init__(self, name: str, collection: Collection) -> None:
        self.name, self.notes = name, collection.notes
        self._documents, self._close = collection.documents, collection.close
        self._rows_read = 0
        has_identifiers = any(one.submission.identifier for one in self._documents)
        identifier = ("identifier",) if has_identifiers else ()
        self.columns: Sequence[str] | None = ("file", "name", *identifier, "text")
        self.size: int | None = len(self._documents)

    def __iter__(self) -> Iterator[Row]:
        for document in self._documents:
            self._rows_read += 1
            yield self._row(document)

    def _row(self, document: Document) -> Row:
        submission = document.submission
        fields = {
            "file": submission.file,
            "name": submission.name,
            "identifier": submission.identifier,
            "text": "",
        }
        fields = {name: fields[name] for name in self.columns or ()}
        try:
            fields["text"] = document.text()
        except DocumentError as error:
            detail = SENTENCES[error.code]
            return Row(line=self._rows_read, fields=fields, error=error.code, detail=detail)
        return Row(line=self._rows_read, fields=fields)

    def position(self) -> int:
        return self._rows_read

    def close(self) -> None:
        self._close()
