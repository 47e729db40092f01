"""Remove the parts of installed packages that scoring does not use, and compile the rest.

    python3 tidy.py FOLDER

The image build and the benchmark both run it, so the benchmark measures what is deployed. License
files are kept.
"""

import compileall
import shutil
import sys
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
)


def tidy(folder: Path) -> None:
    """Remove the unused parts of packages, then byte-compile them.

    The compiled files are never checked against their sources, because an image is immutable.
    """
    for pattern in UNUSED:
        for path in list(folder.glob(pattern)):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
    compileall.compile_dir(
        folder, quiet=1, invalidation_mode=PycInvalidationMode.UNCHECKED_HASH, workers=0
    )


if __name__ == "__main__":
    tidy(Path(sys.argv[1]))
