"""Stacks of all kinds, synthesised without an image to build."""

import infra  # noqa: F401 - it says which Node.js CDK runs in

# isort: split
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App
from aws_cdk import aws_lambda as lambda_
from aws_cdk.assertions import Template

from infra.drift import Usual
from infra.settings import Settings
from infra.stack import ScorerStack

Make = Callable[..., ScorerStack]
USUAL = Usual(mean=3.0, deviation=1.2)


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Return a function from settings, by name, to the stack they make."""
    image = tmp_path / "image"
    image.mkdir()
    (image / "Dockerfile").write_text("FROM scratch\n")

    def make_stack(
        app: App | None = None, usual: Usual | None = USUAL, **settings: Any
    ) -> ScorerStack:
        return ScorerStack(
            app or App(),
            "essay-scorer",
            settings=Settings.load(settings, folder=tmp_path),
            code=lambda_.DockerImageCode.from_image_asset(str(image)),
            usual=usual,
        )

    return make_stack


@pytest.fixture
def template(make: Make) -> Callable[..., dict[str, Any]]:
    """Return a function from settings to the CloudFormation template."""

    def synthesise(**settings: Any) -> dict[str, Any]:
        return dict(Template.from_stack(make(**settings)).to_json())

    return synthesise
