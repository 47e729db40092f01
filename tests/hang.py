"""How long a test waits: so long that only a hang, and no busy machine, fails it."""

HANG_SECONDS = 600.0
