"""Everything that can go wrong on the way from a text to a score.

    ScorerError
    ├── TextError          the text itself cannot be scored
    │   ├── NotText            not a string
    │   └── NoWords            nothing in it that could be a word
    ├── BundleError        the model folder cannot be used
    │   ├── BundleMissing      a file is not there
    │   ├── BundleAltered      a file is not the one that was shipped
    │   └── BundleForeign      not a bundle of a kind this version reads
    ├── FileError          a file the user named cannot be read
    ├── SettingWrong       a setting has a value that it cannot have
    ├── KeyHashUnusable    what should be a key's hash is none
    ├── AddressInUse       the port is taken
    └── ExtraMissing       an optional part of the package is not installed

Every class has a stable ``code`` for programs and carries one English sentence
for people: what is wrong and what to do.  A sentence may name a file; it never
quotes an essay.
"""

from typing import ClassVar


class ScorerError(Exception):
    """Base of all errors that this package raises on purpose."""

    code: ClassVar[str] = "error"


class TextError(ScorerError, ValueError):
    """The text cannot be scored."""

    code = "unscorable_text"


class NotText(TextError):
    """The value is not a string."""

    code = "text_not_a_string"

    def __init__(self) -> None:
        super().__init__("The text must be a string.")


class NoWords(TextError):
    """The text holds no letter, so there is nothing to score."""

    code = "text_without_words"

    def __init__(self) -> None:
        super().__init__("The text holds no word; send the essay's text.")


class BundleError(ScorerError):
    """The model folder cannot be used."""

    code = "bundle_unusable"


class BundleMissing(BundleError):
    """A file of the bundle, or the bundle itself, is not there."""

    code = "bundle_missing"


class BundleAltered(BundleError):
    """A file's size or hash differs from what ``bundle.json`` promises."""

    code = "bundle_altered"


class BundleForeign(BundleError):
    """The folder holds something that this version cannot read as a bundle."""

    code = "bundle_foreign"


class FileError(ScorerError):
    """A file that the user named cannot be read or written."""

    code = "file_unusable"


class SettingWrong(ScorerError):
    """A setting has a value that it cannot have."""

    code = "setting_wrong"


class KeyHashUnusable(ScorerError):
    """What should be the hash of a key is none."""

    code = "key_hash_unusable"

    def __init__(self) -> None:
        super().__init__("A key's hash is sha256:SALT:HASH, as `essay-scorer key` prints it.")


class AddressInUse(ScorerError):
    """The local server's port is taken by another process."""

    code = "address_in_use"


class ExtraMissing(ScorerError, ImportError):
    """An optional part of the package is not installed."""

    code = "extra_missing"
