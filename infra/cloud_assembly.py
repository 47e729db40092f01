"""The synthesized stack, which several commands of CDK share."""

import shutil
import tempfile
import weakref
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path

Run = Callable[..., None]  # runs a CDK command: its name and options


class CloudAssemblies:
    """The stack as CDK synthesized it, once for each context, because that takes several seconds.

    So a deployment consists of what the diff before it has shown, even if a file has changed in
    between.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self._folders: dict[tuple[str, ...], Path] = {}
        self._latest: Path | None = None

    def run(self, command: str, *options: str, context: Sequence[str]) -> None:
        """Run a CDK command on the stack.

        Args:
            command: its name.
            options: of the command.
            context: options that set CDK's context.
        """
        key = tuple(context)
        if key not in self._folders:
            self._folders[key] = self._synthesize(context)
        self._run(command, f"--app={self._folders[key]}", *options)

    def destroy(self, *, context: Sequence[str]) -> None:
        """Destroy the stack; any assembly will do, because only its name matters.

        Args:
            context: options that set CDK's context, if the stack was not synthesized yet.
        """
        folder = self._latest or self._synthesize(context)
        self._run("destroy", f"--app={folder}", "--force")

    def expire(self) -> None:
        """Synthesize again for the next command, because files may have changed."""
        self._folders.clear()

    def _synthesize(self, context: Sequence[str]) -> Path:
        folder = Path(tempfile.mkdtemp(dir=self._root))
        self._run("synth", "--quiet", f"--output={folder}", *context)
        self._latest = folder
        return folder

    @cached_property
    def _root(self) -> Path:
        """A folder that is removed with this object."""
        root = Path(tempfile.mkdtemp(prefix="essay-scorer-assembly-"))
        weakref.finalize(self, shutil.rmtree, root, ignore_errors=True)
        return root
