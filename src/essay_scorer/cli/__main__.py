"""Run the command line as ``python -m essay_scorer.cli``."""

import sys

from essay_scorer.cli.entry_point import main

sys.exit(main())
