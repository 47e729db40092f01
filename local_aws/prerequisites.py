"""Check that this machine can run a local deployment."""

import os
import platform
import shutil
from pathlib import Path

CANNOT_RUN = 77  # exit status: a prerequisite is missing, so nothing was tried
PROGRAMS = {"dockerd": "docker.io", "mmdebstrap": "mmdebstrap", "iptables": "iptables"}


class PrerequisiteError(RuntimeError):
    """A prerequisite of the local deployment is missing; the message is one sentence."""


def check(architecture: str = "x86_64") -> None:
    """Check what can be checked before anything starts.

    Args:
        architecture: that the functions are built for.

    Raises:
        PrerequisiteError: a prerequisite is missing.
    """
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        raise PrerequisiteError("The local deployment needs Linux on x86_64.")
    if architecture != "x86_64":
        raise PrerequisiteError(f"The local deployment cannot run functions for {architecture}.")
    if os.geteuid() != 0:
        raise PrerequisiteError(
            "The local deployment starts its own Docker daemon, which needs root; run it as root."
        )
    for program, package in PROGRAMS.items():
        if shutil.which(program) is None:
            raise PrerequisiteError(
                f"{program} is not installed; install the Debian package {package} "
                "(`make system-packages-local`)."
            )
    if not Path("/proc/sys/net/ipv4").is_dir():
        raise PrerequisiteError("The kernel has no IPv4 network namespace for containers.")
    if "overlay" not in Path("/proc/filesystems").read_text(encoding="utf-8"):
        raise PrerequisiteError("The kernel has no overlay file system.")
