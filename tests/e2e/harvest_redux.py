"""Runs in .venv-e2e, where python-harvest-redux is: makes the calls that come in on standard input, a line each.

The first line holds the arguments of `harvest.Harvest`, each other one the name of a method and its arguments.
"""

import json
import sys
from typing import Any

from harvest import Harvest


def told(result: Any) -> Any:
    """What the client returned: JSON that it has read, or the response that it could make nothing of."""
    if hasattr(result, "status_code"):
        return {"status": result.status_code, "headers": dict(result.headers), "text": result.text}
    return result


def main() -> None:
    """Answer each line with a line."""
    client = Harvest(**json.loads(sys.stdin.readline()))
    for line in sys.stdin:
        name, positional, named = json.loads(line)
        found = getattr(client, name)
        sys.stdout.write(json.dumps(told(found(*positional, **named) if callable(found) else found)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
