"""Give the files of an image layer the same permissions and times on every machine.

    python3 normalize_layer.py FOLDER

The digest of a layer depends on them. Without this, a layer with the same content gets another
digest on another machine, after another clone, or at another time, and is uploaded again.
"""

import os
import sys
from pathlib import Path

TIME = 0  # seconds since the epoch
FILE, EXECUTABLE = 0o644, 0o755  # permissions


def normalize(folder: Path) -> None:
    """Normalize a folder and everything in it."""
    for path in [*folder.rglob("*"), folder]:
        if not path.is_symlink():
            is_executable = path.is_dir() or path.stat().st_mode & 0o100
            path.chmod(EXECUTABLE if is_executable else FILE)
        os.utime(path, (TIME, TIME), follow_symlinks=False)


if __name__ == "__main__":
    normalize(Path(sys.argv[1]))
