"""`python -m tools.strict_dynamodb ENGINE_URL [SCALE]`: prints its address, and runs until its input is closed.

At the end it prints what it has refused, as JSON.
"""

import json
import sys

from tools.strict_dynamodb import server

with server.running(sys.argv[1], scale=float(sys.argv[2]) if len(sys.argv) > 2 else 1.0) as strict:
    print(strict.endpoint_url, flush=True)
    sys.stdin.read()
    print(json.dumps(strict.rules.refused), flush=True)
