"""What the local deployment asks of the machine."""

import os
import platform
import shutil
from pathlib import Path

UNFIT = 77  # the exit status that says: this machine cannot run it; nothing was tried
PROGRAMS = {"dockerd": "docker.io", "mmdebstrap": "mmdebstrap", "iptables": "iptables"}


class UnfitError(RuntimeError):
    """The local deployment cannot run on this machine; the message is one sentence."""


def check(architecture: str = "x86_64") -> None:
    """Check what can be checked beforehand.

    Args:
        architecture: what the functions are built for.

    Raises:
        UnfitError: something is missing.
    """
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        raise UnfitError("The local deployment runs on Linux on x86_64 alone.")
    if architecture != "x86_64":
        raise UnfitError(f"The local deployment cannot run functions for {architecture}.")
    if os.geteuid() != 0:
        raise UnfitError("The local deployment starts a Docker daemon of its own: run it as root.")
    for program, package in PROGRAMS.items():
        if shutil.which(program) is None:
            raise UnfitError(
                f"There is no {program}; install Debian's package {package} (`make system-local`)."
            )
    if not Path("/proc/sys/net/ipv4").is_dir():
        raise UnfitError("The kernel gives no network namespace to forward from.")
    if "overlay" not in Path("/proc/filesystems").read_text(encoding="utf-8"):
        raise UnfitError("The kernel has no overlay file system.")
