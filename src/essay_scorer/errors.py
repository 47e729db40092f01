"""Every error that this package raises on purpose.

    ScorerError
    ├── TextError              an essay cannot be scored
    │   ├── NotText                its text is not a string
    │   └── NoWords                its text has no letters
    ├── RequestError           a request cannot be answered; its code says why
    ├── RowError               a row of a table has no score; its code says why
    ├── BundleError            a model bundle cannot be used
    │   ├── BundleMissing          a file is missing
    │   ├── BundleAltered          a file differs from what the manifest promises
    │   └── BundleInvalid          not a bundle that this version can read
    ├── FileError              a file that the user named cannot be read or written
    │   └── DocumentError          a document has no text that can be read; its code says why
    ├── InvalidMarks           marks that nothing can be learned from
    ├── InvalidProfile         not a profile of this bundle
    ├── InvalidSetting         a setting has an invalid value
    ├── InvalidKeyHash         a malformed API-key hash
    ├── AddressInUse           the port is in use
    ├── ExtraMissing           an optional dependency is not installed
    ├── WorkerError            the worker processes of a batch cannot run
    ├── BatchError             a batch of a Distributed Map failed as a whole
    ├── UnsupportedEvent       an event of AWS that is no request
    ├── CloudError             AWS lacks a resource, or denies access to it
    └── ExportError            a compiled graph disagrees with its artifacts

Every error has a stable ``code`` for programs and a message for people that says what is
wrong and what to do. A message may name a file; it never quotes an essay.
"""


class ScorerError(Exception):
    """Base class of all errors that this package raises on purpose."""

    code: str = "error"


class TextError(ScorerError, ValueError):
    """The text cannot be scored."""

    code = "unscorable_text"


class NotText(TextError):
    """The value is not a string."""

    code = "text_not_a_string"

    def __init__(self) -> None:
        super().__init__("The text must be a string.")


class NoWords(TextError):
    """The text has no letters, so there is nothing to score."""

    code = "text_without_words"

    def __init__(self) -> None:
        super().__init__("The text has no words; send the text of an essay.")


class RequestError(ScorerError):
    """A request cannot be answered.

    ``serving.messages`` has the HTTP status and the message of every code.

    Attributes:
        code: the wire's code, such as ``missing_text``.
        detail: a message for the caller alone, which may quote the request, so it is never
            logged; empty for the message of the code.
        headers: HTTP headers that the response must carry.
    """

    def __init__(self, code: str, *, detail: str = "", **headers: str) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail
        self.headers = headers


class RowError(ScorerError):
    """A row of a table has no score.

    Attributes:
        code: the reason, as it appears in the column ``error``.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class BundleError(ScorerError):
    """The model bundle cannot be used."""

    code = "bundle_unusable"


class BundleMissing(BundleError):
    """A file of the bundle, or the whole bundle, is missing."""

    code = "bundle_missing"


class BundleAltered(BundleError):
    """A file's size or hash differs from the manifest."""

    code = "bundle_altered"


class BundleInvalid(BundleError):
    """The folder is not a bundle that this version can read."""

    code = "bundle_foreign"


class FileError(ScorerError):
    """A file that the user named cannot be read or written."""

    code = "file_unusable"


class DocumentError(FileError):
    """A document has no text that can be read.

    Attributes:
        code: the reason, one of ``documents.problems.SENTENCES``.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class InvalidMarks(ScorerError, ValueError):
    """Nothing can be learned from these marks, or the scale is unclear."""

    code = "invalid_marks"


class InvalidProfile(ScorerError, ValueError):
    """A profile is malformed, or was learned with another bundle."""

    code = "invalid_profile"


class InvalidSetting(ScorerError):
    """A setting has an invalid value."""

    code = "setting_wrong"


class InvalidKeyHash(ScorerError):
    """A malformed API-key hash."""

    code = "key_hash_unusable"

    def __init__(self) -> None:
        super().__init__(
            "Malformed API-key hash; it looks like sha256:SALT:HASH, as `essay-scorer key` prints."
        )


class AddressInUse(ScorerError):
    """Another process uses the local server's port."""

    code = "address_in_use"


class ExtraMissing(ScorerError, ImportError):
    """An optional dependency is not installed."""

    code = "extra_missing"


class WorkerError(ScorerError):
    """The worker processes of a batch cannot start, or keep dying."""

    code = "worker_failed"


class BatchError(ScorerError):
    """A batch of a Distributed Map failed as a whole; Step Functions retries it.

    The message names the kind of the error alone, because AWS logs it.
    """

    code = "batch_failed"


class UnsupportedEvent(ScorerError):
    """An event of AWS that is neither a request nor a batch; the sender must keep it."""

    code = "unsupported_event"

    def __init__(self) -> None:
        super().__init__(
            "This event is of a queue, a bucket or another service, and no essay was scored: "
            'invoke the function with {"text": "…"}, or submit a file with `essay-scorer submit`.'
        )


class CloudError(ScorerError):
    """AWS lacks a resource, or denies access to it."""

    code = "cloud_failed"


class ExportError(ScorerError):
    """The compiled graph does not compute what its artifacts compute."""

    code = "export_differs"
