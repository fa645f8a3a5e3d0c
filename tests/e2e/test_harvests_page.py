"""Every example of Harvest's page on tasks (Harvest v2, "Tasks"), run as it stands there, with its answer."""

import json
import shlex
import shutil
import subprocess
import urllib.request
from collections.abc import Mapping, Sequence
from string import Template

import pytest

from tests.support.server import Client, Server

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]

HARVEST = "https://api.harvestapp.com"
SECONDS = 60

REQUESTS = {
    "list": r"""
curl "https://api.harvestapp.com/v2/tasks" \
  -H "Authorization: Bearer $ACCESS_TOKEN" \
  -H "Harvest-Account-Id: $ACCOUNT_ID" \
  -H "User-Agent: MyApp (yourname@example.com)"
""",
    "retrieve": r"""
curl "https://api.harvestapp.com/v2/tasks/8083800" \
  -H "Authorization: Bearer $ACCESS_TOKEN" \
  -H "Harvest-Account-Id: $ACCOUNT_ID" \
  -H "User-Agent: MyApp (yourname@example.com)"
""",
    "create": r"""
curl "https://api.harvestapp.com/v2/tasks" \
  -H "Authorization: Bearer $ACCESS_TOKEN" \
  -H "Harvest-Account-Id: $ACCOUNT_ID" \
  -H "User-Agent: MyApp (yourname@example.com)" \
  -X POST \
  -H "Content-Type: application/json" \
  -d '{"name":"New Task Name","hourly_rate":120.0}'
""",
    "update": r"""
curl "https://api.harvestapp.com/v2/tasks/8083782" \
  -H "Authorization: Bearer $ACCESS_TOKEN" \
  -H "Harvest-Account-Id: $ACCOUNT_ID" \
  -H "User-Agent: MyApp (yourname@example.com)" \
  -X PATCH \
  -H "Content-Type: application/json" \
  -d '{"is_default":true}'
""",
    "delete": r"""
curl "https://api.harvestapp.com/v2/tasks/8083782" \
  -H "Authorization: Bearer $ACCESS_TOKEN" \
  -H "Harvest-Account-Id: $ACCOUNT_ID" \
  -H "User-Agent: MyApp (yourname@example.com)" \
  -X DELETE
""",
}

LISTED = """{
  "tasks":[
    {
      "id":8083800,
      "name":"Business Development",
      "billable_by_default":false,
      "default_hourly_rate":0.0,
      "is_default":false,
      "is_active":true,
      "created_at":"2017-06-26T22:08:25Z",
      "updated_at":"2017-06-26T22:08:25Z"
    },
    {
      "id":8083369,
      "name":"Research",
      "billable_by_default":false,
      "default_hourly_rate":0.0,
      "is_default":true,
      "is_active":true,
      "created_at":"2017-06-26T20:41:00Z",
      "updated_at":"2017-06-26T21:53:34Z"
    },
    {
      "id":8083368,
      "name":"Project Management",
      "billable_by_default":true,
      "default_hourly_rate":100.0,
      "is_default":true,
      "is_active":true,
      "created_at":"2017-06-26T20:41:00Z",
      "updated_at":"2017-06-26T21:14:10Z"
    },
    {
      "id":8083366,
      "name":"Programming",
      "billable_by_default":true,
      "default_hourly_rate":100.0,
      "is_default":true,
      "is_active":true,
      "created_at":"2017-06-26T20:41:00Z",
      "updated_at":"2017-06-26T21:14:07Z"
    },
    {
      "id":8083365,
      "name":"Graphic Design",
      "billable_by_default":true,
      "default_hourly_rate":100.0,
      "is_default":true,
      "is_active":true,
      "created_at":"2017-06-26T20:41:00Z",
      "updated_at":"2017-06-26T21:14:02Z"
    }
  ],
  "per_page":2000,
  "total_pages":1,
  "total_entries":5,
  "next_page":null,
  "previous_page":null,
  "page":1,
  "links":{
    "first":"https://api.harvestapp.com/v2/tasks?page=1&per_page=2000",
    "next":null,
    "previous":null,
    "last":"https://api.harvestapp.com/v2/tasks?page=1&per_page=2000"
  }
}"""

RETRIEVED = """{
  "id":8083800,
  "name":"Business Development",
  "billable_by_default":false,
  "default_hourly_rate":0.0,
  "is_default":false,
  "is_active":true,
  "created_at":"2017-06-26T22:08:25Z",
  "updated_at":"2017-06-26T22:08:25Z"
}"""

CREATED = """{
  "id":8083782,
  "name":"New Task Name",
  "billable_by_default":true,
  "default_hourly_rate":0,
  "is_default":false,
  "is_active":true,
  "created_at":"2017-06-26T22:04:31Z",
  "updated_at":"2017-06-26T22:04:31Z"
}"""

UPDATED = """{
  "id":8083782,
  "name":"New Task Name",
  "billable_by_default":true,
  "default_hourly_rate":0,
  "is_default":true,
  "is_active":true,
  "created_at":"2017-06-26T22:04:31Z",
  "updated_at":"2017-06-26T22:04:54Z"
}"""

ANSWERS = {
    "list": (200, LISTED),
    "retrieve": (200, RETRIEVED),
    "create": (201, CREATED),
    "update": (200, UPDATED),
    "delete": (200, UPDATED),  # the page gives only the status; the live service sends the task that is gone
}


@pytest.fixture(scope="module")
def answers(server: Server) -> Mapping[str, tuple[int, str]]:
    """What the examples give, one after the other in the order of the page; the account is left as it was."""
    ids = {"8083800": str(Client(server.port).get("/v2/tasks").body["tasks"][0]["id"])}
    given: dict[str, tuple[int, str]] = {}
    for name, text in REQUESTS.items():
        line = text.replace(HARVEST, server.url)
        for theirs, ours in ids.items():
            line = line.replace(theirs, ours)
        variables = {"ACCESS_TOKEN": "local-admin-token", "ACCOUNT_ID": "1"}
        given[name] = run(shlex.split(Template(line.replace("\\\n", " ")).substitute(variables)))
        if name == "create":
            ids["8083782"] = str(json.loads(given[name][1])["id"])
    return given


def run(command: Sequence[str]) -> tuple[int, str]:
    """Run a line of `curl` and return status and body; where there is no curl, send what it would have sent."""
    curl = shutil.which("curl")
    if curl is None:
        return _without_curl(command)
    options = ["--silent", "--show-error", "--noproxy", "*", "--write-out", "\n%{http_code}"]
    done = subprocess.run(  # noqa: S603
        [curl, *command[1:], *options], capture_output=True, text=True, timeout=SECONDS, check=True
    )
    body, _, status = done.stdout.rpartition("\n")
    return int(status), body


def _without_curl(command: Sequence[str]) -> tuple[int, str]:
    options = list(zip(command[2::2], command[3::2], strict=True))
    request = urllib.request.Request(command[1])  # noqa: S310
    for option, value in options:
        match option:
            case "-H":
                name, _, text = value.partition(": ")
                request.add_header(name, text)
            case "-X":
                request.method = value
            case "-d":
                request.data = value.encode()
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with direct.open(request, timeout=SECONDS) as answer:
        return answer.status, answer.read().decode()


def apart_from_ids_and_times(text: str) -> str:
    """JSON text, indented, its fields in their order; 0 and 0.0 are one number, as JSON has only one kind."""

    def hide(pairs: list[tuple[str, object]]) -> dict[str, object]:
        return {name: "..." if name in ("id", "created_at", "updated_at") else value for name, value in pairs}

    return json.dumps(json.loads(text, object_pairs_hook=hide, parse_int=float), indent=1)


@pytest.mark.parametrize("example", REQUESTS)
def test_an_example_of_harvests_page_gives_the_answer_on_the_page(
    server: Server, answers: Mapping[str, tuple[int, str]], example: str
) -> None:
    status, body = ANSWERS[example]
    given_status, given_body = answers[example]

    assert given_status == status
    assert apart_from_ids_and_times(given_body) == apart_from_ids_and_times(body.replace(HARVEST, server.url))


def test_an_example_without_curl_is_the_same(server: Server) -> None:
    line = ["curl", f"{server.url}/v2/tasks"]
    for name, value in Client(server.port).headers.items():
        line += ["-H", f"{name}: {value}"]

    assert _without_curl(line) == run(line)
