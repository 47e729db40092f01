"""The CDK application, which `cdk deploy` runs. Synthesis needs no AWS credentials."""

import sys
from pathlib import Path

import infra  # noqa: F401 - sets the Node.js that CDK runs in

# isort: split
from aws_cdk import App, Validations
from cdk_nag import AwsSolutionsChecks
from infra.base_image import read_pins
from infra.settings import Settings, SettingsError
from infra.stack import ScorerStack

app = App()
# CDK keeps context of its own beside the settings; its names contain one of these characters.
context = app.node.get_all_context()
overrides = {name: value for name, value in context.items() if not set(name) & set(":@/")}
try:
    settings = Settings.load(overrides, folder=Path(__file__).parent)
    ScorerStack(app, settings.name, settings=settings, pins=read_pins(context))
except SettingsError as error:
    sys.exit(f"settings: {error}")
Validations.of(app).add_plugins(AwsSolutionsChecks(app))
app.synth()
