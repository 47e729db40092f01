"""A wheel carries the shipped bundle; an editable installation finds it in the repository."""

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class BundleHook(BuildHookInterface[Any]):
    """Puts ``models/default`` into the package as ``shipped``."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version != "editable":
            build_data["force_include"]["models/default"] = "essay_scorer/shipped"
