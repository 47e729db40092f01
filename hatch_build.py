"""Put the shipped bundle into a wheel; an editable installation uses the repository's."""

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class BundleHook(BuildHookInterface[Any]):
    """Adds ``models/default`` to the package as ``shipped``."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the folder, unless the installation is editable."""
        if version != "editable":
            build_data["force_include"]["models/default"] = "essay_scorer/shipped"
