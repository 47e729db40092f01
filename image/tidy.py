"""Remove the parts of installed packages that scoring does not use, and compile the rest.

    python3 tidy.py FOLDER

The image build and the benchmark both run it, so the benchmark measures what is deployed. License
files are kept.
"""

import compileall
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from py_compile import PycInvalidationMode

# Glob patterns, relative to the folder.
UNUSED = (
    "bin",
    "**/tests",
    "**/*.pyi",
    # The shared library for C programs; the Python extension module contains the same code.
    "onnxruntime/capi/libonnxruntime.so*",
    # Tools that create and convert graphs.
    "onnxruntime/backend",
    "onnxruntime/datasets",
    "onnxruntime/quantization",
    "onnxruntime/tools",
    "onnxruntime/transformers",
    # Headers and libraries for compiling against NumPy, and its test code.
    "numpy/_core/include",
    "numpy/**/*.a",
    "numpy/distutils",
    "numpy/f2py",
    "numpy/testing",
    "numpy/_pyinstaller",
    "numpy/_core/_*_tests.*.so",
    "numpy/_core/_simd.*.so",
    # Descriptions of time zones, which nothing here names.
    "dateutil/zoneinfo/*.tar.gz",
)
# Of the 27 MB of botocore/data, what a client of S3 needs: the function calls no other service.
S3_DATA = frozenset(
    {"_retry.json", "endpoints.json", "partitions.json", "s3", "sdk-default-configuration.json"}
)


def tidy(folder: Path) -> None:
    """Remove the unused parts of packages, then byte-compile them.

    The compiled files are never checked against their sources, because an image is immutable.
    """
    for path in list(_find_unused(folder)):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    compileall.compile_dir(
        folder, quiet=1, invalidation_mode=PycInvalidationMode.UNCHECKED_HASH, workers=0
    )


def _find_unused(folder: Path) -> Iterator[Path]:
    for pattern in UNUSED:
        yield from folder.glob(pattern)
    for path in folder.glob("botocore/data/*"):
        if path.name not in S3_DATA:
            yield path


if __name__ == "__main__":
    tidy(Path(sys.argv[1]))
