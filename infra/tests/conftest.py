"""Fixtures that synthesize stacks without building an image."""

import infra  # noqa: F401 - sets the Node.js that CDK runs in

# isort: split
from typing import Any

import pytest
from aws_cdk import App
from aws_cdk import aws_lambda as lambda_
from aws_cdk.assertions import Template as TemplateAssertions

from infra.baseline import Baseline
from infra.settings import Settings
from infra.stack import ScorerStack
from infra.tests.emulated_states import EmulatedStates
from infra.tests.templates import MakeStack, Synthesize, Template

BASELINE = Baseline(mean=3.0, standard_deviation=1.2)


@pytest.fixture(scope="session")
def make_stack(tmp_path_factory: pytest.TempPathFactory) -> MakeStack:
    """Return a function that makes a stack from settings."""
    folder = tmp_path_factory.mktemp("stack")
    image = folder / "image"
    image.mkdir()
    (image / "Dockerfile").write_text("FROM scratch\n")

    def make(
        app: App | None = None, baseline: Baseline | None = BASELINE, **settings: Any
    ) -> ScorerStack:
        return ScorerStack(
            app or App(),
            "essay-scorer",
            settings=Settings.load(settings, folder=folder),
            code=lambda_.DockerImageCode.from_image_asset(str(image)),
            baseline=baseline,
        )

    return make


@pytest.fixture(scope="session")
def synthesize(make_stack: MakeStack) -> Synthesize:
    """Return a function that synthesizes the CloudFormation template of settings."""

    def synthesize_template(**settings: Any) -> Template:
        return dict(TemplateAssertions.from_stack(make_stack(**settings)).to_json())

    return synthesize_template


@pytest.fixture
def states(monkeypatch: pytest.MonkeyPatch) -> EmulatedStates:
    """Return an emulated account with Step Functions."""
    return EmulatedStates(monkeypatch)
