"""Run in a process of its own: imports one handler, answers requests by it, and tells what that cost as JSON on stderr.

Its argument is JSON: the `module` with the handler, the `event`, how many `times` it is
answered, and the `status` that the answers must have. `NUMBER` in the event's body becomes another number each time.

It tells of `first`, the CPU time in ms from the start of the process to the first answer; of `warm`, the median of the
others (null if there are none); of `memory`, the most that the process has had, in MB; and how many `tasks` the last
answer has.
"""

import json
import re
import sys
import time
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from statistics import median
from types import SimpleNamespace

job = json.loads(sys.argv[1])
handler = import_module(job["module"]).handler
context = SimpleNamespace(
    aws_request_id="request-1",
    function_name="tasks",
    function_version="1",
    memory_limit_in_mb=512,
    invoked_function_arn="arn:aws:lambda:eu-central-1:000000000000:function:tasks",
    get_remaining_time_in_millis=lambda: 25_000,
)
spent = [time.process_time()]
for _ in range(job["times"]):
    body = (job["event"].get("body") or "").replace("NUMBER", str(time.time_ns()))
    answer = handler({**job["event"], "body": body or None}, context)
    if answer["statusCode"] != job["status"]:
        raise SystemExit(f"{answer['statusCode']} and not {job['status']}: {answer['body'][:500]}")
    spent.append(time.process_time())
told = {
    "first": spent[1] * 1000,
    "warm": median(after - before for before, after in pairwise(spent[1:])) * 1000 if job["times"] > 1 else None,
    "memory": int(re.findall(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[0]) / 1024,
    "tasks": len(json.loads(answer["body"]).get("tasks", [])),
}
print(json.dumps(told), file=sys.stderr)
