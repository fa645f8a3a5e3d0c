"""Runs what `make run` runs, and ends it as soon as nobody holds the other end of its standard input any more."""

import sys
import threading

from tools.local import child, run

if __name__ == "__main__":
    threading.Thread(target=child.end_with_the_runner, daemon=True).start()
    sys.exit(run.main())
