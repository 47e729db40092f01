"""Run JavaScript in Node, which is beside the tests' Python."""

import subprocess
import sys
from pathlib import Path

NODE = Path(sys.executable).with_name("node")


def run_module(source: str) -> str:
    """Return what an ES module prints."""
    command = [str(NODE), "--input-type=module", "--eval", source]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
