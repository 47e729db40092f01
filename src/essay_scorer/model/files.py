"""The files of a bundle, and which of them are safe to read.

A bundle may come from anybody: nothing in it is executed, no file may be a link, and only the
weights may be large.
"""

import stat
from pathlib import Path

from essay_scorer.errors import BundleInvalid

MANIFEST = "bundle.json"
TOKENIZER = "tokenizer.json"
GRAPH = "model.onnx"
WEIGHTS = "model.onnx.data"  # of the graph; the runtime maps them into memory
MODEL_CARD = "README.md"
CLEANING = "cleaning.json"  # word lists, where the recipe cleans texts
GIBBERISH = "gibberish.npy"  # weights of the gibberish detector
TOPICS = "topics.npy"  # the weight and the topic vector of each token
ADAPTATION = "adaptation.npy"  # typical essays, from which a profile is learned
LANGUAGES = "languages.ftz"  # fastText's language model

REQUIRED_FILES = frozenset({TOKENIZER, GRAPH, WEIGHTS, MODEL_CARD})
OPTIONAL_FILES = frozenset({CLEANING, GIBBERISH, TOPICS, LANGUAGES, ADAPTATION})

MAX_MANIFEST_BYTES = 4 * 1024 * 1024
MAX_FILE_BYTES = 64 * 1024 * 1024  # of any file but the weights, which are not read whole


def plain_file_size(path: Path) -> int:
    """Return the size of a regular file, in bytes.

    A link could point to another file of this machine, which would then be served as the model
    card; reading a pipe or a device would never end.

    Raises:
        BundleInvalid: it is not a regular file.
        OSError: it does not exist.
    """
    status = path.lstat()
    if not stat.S_ISREG(status.st_mode):
        raise BundleInvalid(f"{path} is not a regular file; copy the bundle without links.")
    return status.st_size


def check_readable(path: Path, size: int, limit: int) -> None:
    """Check that a file's size is within a limit, both in bytes.

    Raises:
        BundleInvalid: it is larger.
    """
    if size > limit:
        raise BundleInvalid(
            f"{path} has {size} bytes; a bundle's has at most {limit}. Get another bundle."
        )
