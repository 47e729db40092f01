"""Take from a folder of installed packages what no score needs, and compile the rest.

    python3 tidy.py FOLDER

The image is built with it and the benchmark measures with it, so that what is measured is
what is deployed.  Licences stay.
"""

import compileall
import shutil
import sys
from pathlib import Path
from py_compile import PycInvalidationMode

# What goes, as patterns below the folder.
UNUSED = (
    "bin",
    "**/tests",
    "**/*.pyi",
    # The runtime as a library for programs in C; Python's own module holds it a second time.
    "onnxruntime/capi/libonnxruntime.so*",
    # Tools that make and change graphs.
    "onnxruntime/backend",
    "onnxruntime/datasets",
    "onnxruntime/quantization",
    "onnxruntime/tools",
    "onnxruntime/transformers",
    # What compiles other programs against numpy, and what tests it.
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
    """Remove the unused, then compile as an image wants it: checked by nobody, ever."""
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
