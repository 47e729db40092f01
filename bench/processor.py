"""Which processor a benchmark ran on."""

from pathlib import Path

INSTRUCTION_SETS = ("avx2", "avx512f", "avx512_vnni", "avx_vnni", "amx_int8")


def describe_processor() -> str:
    """Return the processor's name and its instruction sets for matrix products."""
    text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    lines = (line.split(":", 1) for line in text.splitlines() if ":" in line)
    fields = {name.strip(): value.strip() for name, value in lines}
    flags = fields.get("flags", "").split()
    sets = [name for name in INSTRUCTION_SETS if name in flags]
    return f"{fields.get('model name', 'unknown')} ({', '.join(sets)})"
