"""Runs the demo: python clients/python/demo [--rows N] [--data DIR] [--keep-data]."""

import sys
from pathlib import Path

if not __package__:  # Started by its path: make the folder a package of that name.
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from demo.run import main

if __name__ == "__main__":
    sys.exit(main())
