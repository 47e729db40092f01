"""Limit pip to wheels that run on Amazon Linux 2023, whose glibc is 2.34 (PEP 600)."""


def manylinux_compatible(major: int, minor: int, _architecture: str) -> bool:
    return (major, minor) <= (2, 34)
