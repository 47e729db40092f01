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
# What CDK keeps in the context for itself has one of these in its name, a setting never.
given = {
    name: value for name, value in app.node.get_all_context().items() if not set(name) & set(":@/")
}
try:
    settings = Settings.load(given, folder=Path(__file__).parent)
    ScorerStack(app, settings.name, settings=settings)
except SettingsError as error:
    sys.exit(f"settings: {error}")
Validations.of(app).add_plugins(AwsSolutionsChecks(app))
app.synth()
