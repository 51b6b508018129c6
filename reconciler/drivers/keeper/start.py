"""Starts a keeper: run as a file, by `reconciler.drivers.keeper_client`.

Ends with 0 once the detached keeper takes orders, 3 when another keeper has the place, 1 when it
can't begin; then ``keeper.log`` says why.
"""

import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[3]))
    from reconciler.drivers.keeper.life import begin

    sys.exit(begin(Path(sys.argv[1])))
