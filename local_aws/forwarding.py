"""The way from the containers of functions to the emulator, which listens on 127.0.0.1 only.

A function that calls AWS, such as the one that reads a batch from S3, calls the emulator here. Its
container reaches the host at the gateway of Docker's bridge, where nothing listens; the kernel
forwards one port of that address, for connections from the bridge only, to 127.0.0.1.
"""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local_aws.engine import Engine

BRIDGE = "docker0"
_GATEWAY = "{{(index .IPAM.Config 0).Gateway}}"
_ROUTE_LOCALNET = Path("/proc/sys/net/ipv4/conf") / BRIDGE / "route_localnet"


@contextmanager
def forward_to_loopback(engine: Engine, port: int) -> Iterator[str]:
    """Forward a port for containers; yields the URL at which they reach it.

    Args:
        engine: that runs the containers.
        port: on 127.0.0.1 of this machine.
    """
    gateway = engine.docker("network", "inspect", "bridge", "--format", _GATEWAY).strip()
    before = _ROUTE_LOCALNET.read_text(encoding="ascii")
    _ROUTE_LOCALNET.write_text("1", encoding="ascii")
    try:
        _iptables("--insert", gateway, port)
        try:
            yield f"http://{gateway}:{port}"
        finally:
            _iptables("--delete", gateway, port)
    finally:
        _ROUTE_LOCALNET.write_text(before, encoding="ascii")


def _iptables(operation: str, gateway: str, port: int) -> None:
    """Insert or delete the rule that forwards the port."""
    matches = ["--in-interface", BRIDGE, "--destination", gateway]
    matches += ["--protocol", "tcp", "--destination-port", str(port)]
    target = ["--jump", "DNAT", "--to-destination", f"127.0.0.1:{port}"]
    command = ["iptables", "--wait", "--table", "nat", operation, "PREROUTING", *matches, *target]
    subprocess.run(command, check=True)
