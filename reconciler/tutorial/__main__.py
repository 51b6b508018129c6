"""``python -m reconciler.tutorial up|down|bundles``: what ``make up`` and its sisters run."""

import sys

from reconciler.tutorial.command import main

if __name__ == "__main__":
    sys.exit(main())
