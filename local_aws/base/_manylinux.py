"""Tells pip which wheels Amazon Linux 2023 takes: those for glibc 2.34 and older."""


def manylinux_compatible(major: int, minor: int, _architecture: str) -> bool:
    return (major, minor) <= (2, 34)
