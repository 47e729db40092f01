"""The image keeps only the programs that start the function."""

import subprocess
import sys
from pathlib import Path

from infra.cdk_cli import ROOT


def _make_base_image(root: Path) -> Path:
    """Write the files of a base image: programs in linked folders, and a start script."""
    programs = root / "usr" / "bin"
    programs.mkdir(parents=True)
    (root / "bin").symlink_to("usr/bin")
    for name in ("bash", "curl", "python3.13", "dnf", "tr", "runtime-emulator"):
        (programs / name).write_text("")
    (programs / "sh").symlink_to("bash")
    (programs / "rbash").symlink_to("bash")
    (programs / "python3").symlink_to("python3.13")
    (root / "lambda-entrypoint.sh").write_text(
        "#!/bin/sh\n# It never calls curl.\nexec /usr/bin/runtime-emulator $(echo x | tr x y)\n"
    )
    pip = root / "usr" / "lib" / "python3.13" / "site-packages" / "pip"
    pip.mkdir(parents=True)
    (pip.parent / "numpy").mkdir()
    return root


def _remove_programs(root: Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, str(ROOT / "image" / "remove_programs.py"), str(root)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_programs_of_the_start_script_are_kept(tmp_path: Path) -> None:
    done = _remove_programs(_make_base_image(tmp_path))
    kept = {"bash", "python3", "python3.13", "runtime-emulator", "sh", "tr"}
    assert set(done.stdout.partition(": ")[2].split()) == kept, done.stderr
    assert {path.name for path in (tmp_path / "bin").iterdir()} == kept
    packages = tmp_path / "usr" / "lib" / "python3.13" / "site-packages"
    assert [path.name for path in packages.iterdir()] == ["numpy"]


def test_image_without_a_start_script_is_not_changed(tmp_path: Path) -> None:
    (_make_base_image(tmp_path) / "lambda-entrypoint.sh").unlink()
    done = _remove_programs(tmp_path)
    assert done.returncode == 1
    assert "is not a Lambda image" in done.stderr
    assert (tmp_path / "bin" / "curl").exists()
