"""What ``zipfile`` raises for archives that are damaged, or packed in a way unknown to it."""

import zipfile
import zlib

OPEN_ERRORS = (zipfile.BadZipFile, ValueError, NotImplementedError)
ENTRY_ERRORS = (*OPEN_ERRORS, zlib.error, EOFError, OSError)
