"""The CDK application: `cdk deploy` runs this file.

It needs no credentials to synthesise.  What may be changed stands in settings.toml.
"""

import sys
from pathlib import Path

import infra  # noqa: F401 - it says which Node.js CDK runs in

# isort: split
from aws_cdk import App, Validations
from cdk_nag import AwsSolutionsChecks
from infra.settings import Settings, SettingsError
from infra.stack import ScorerStack

app = App()
names = ("settings", *Settings.model_fields)
given = {name: app.node.try_get_context(name) for name in names}
try:
    settings = Settings.load(
        {name: value for name, value in given.items() if value is not None},
        folder=Path(__file__).parent,
    )
    ScorerStack(app, settings.name, settings=settings)
except SettingsError as error:
    sys.exit(f"settings: {error}")
Validations.of(app).add_plugins(AwsSolutionsChecks(app))
app.synth()
