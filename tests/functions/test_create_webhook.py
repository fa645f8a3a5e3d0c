"""POST /v2/webhooks."""

import base64
from typing import Any

import pytest

from sheaf.domain.identity import AccountId
from sheaf.domain.values import Id
from sheaf.store import webhooks
from tests.functions.examples import (
    BROKEN_BRACE,
    CHANGES_OF_WEBHOOKS,
    HOST,
    NOT_AUTHORIZED,
    SECRET,
    XML_IS_NOT_READ,
    Whole,
    expected,
    invalid,
)
from tests.support.api import Api
from tests.support.table import rows

URL = "http://127.0.0.1:8999/tasks"
KINDS = "client, import, project, role, task, task_assignment, time_entry, user, user_assignment, webhook"
NO_NAME = invalid("url must name its host by a full domain name, not by an IP address")


def created(**fields: object) -> Whole:
    webhook = {**CHANGES_OF_WEBHOOKS, "id": 2, "url": URL, "kinds": [], "description": None, **fields, "secret": SECRET}
    return expected(201, webhook, {"Location": f"{HOST}/v2/webhooks/2"})


EXPECTED = {
    "of_tasks": created(kinds=["task", "task_assignment"], description="For the planning tool"),
    "of_all_kinds": created(),
    "form": created(description="For the planning tool"),
    "not_https": invalid("url must begin with https://"),
    "ip_address": NO_NAME,
    "decimal_address": NO_NAME,
    "low_port": invalid("url must have the port 443 or one from 1024 on"),
    "not_ascii": invalid("url must consist of ASCII characters without spaces and backslashes"),
    "not_found": invalid("url names a host that was not found"),
    "blank_url": invalid("url can't be blank"),
    "empty_body": invalid("url can't be blank"),
    "url_too_long": invalid("url is too long (maximum is 2000 characters)"),
    "description_too_long": invalid("description is too long (maximum is 255 characters)"),
    "unknown_kind": invalid(f"kinds must be of {KINDS}; none for all of them"),
    "kinds_no_list": invalid("kinds must be a list of strings"),
    "by_a_manager": NOT_AUTHORIZED,
    "broken_json": BROKEN_BRACE,
    "wrong_content_type": XML_IS_NOT_READ,
}


def test_the_secret_is_told_once_and_kept_encrypted(api: Api) -> None:
    made = api.post("/v2/webhooks", {"url": URL}).body
    secret = base64.b64decode(made.pop("secret").removeprefix("whsec_"))

    assert api.get("/v2/webhooks/1").body == made
    assert webhooks.secret(AccountId(1), Id(1)) == secret
    held = str(rows())
    assert not any(form in held for form in (secret.hex(), base64.b64encode(secret).decode(), str(secret)))


def test_the_secret_of_one_webhook_is_of_no_use_in_the_place_of_another(api: Api) -> None:
    for _ in range(2):
        api.post("/v2/webhooks", {"url": URL})
    first, second = (webhooks._kept(AccountId(1), Id(number)) for number in (1, 2))

    assert webhooks._decrypted(AccountId(1), Id(1), first) != webhooks._decrypted(AccountId(1), Id(2), second)
    with pytest.raises(Exception, match="InvalidCiphertext"):
        webhooks._decrypted(AccountId(1), Id(1), second)


def test_an_account_has_twenty_at_most(api: Api) -> None:
    for _ in range(20):
        assert api.post("/v2/webhooks", {"url": URL}).status == 201
    before = rows()

    refused = api.post("/v2/webhooks", {"url": URL})
    told: dict[str, Any] = {"message": "An account has 20 webhooks at most; delete one that is not needed"}
    assert (refused.status, refused.body) == (422, told)
    assert rows() == before

    api.delete("/v2/webhooks/7")
    assert api.post("/v2/webhooks", {"url": URL}).status == 201
    assert [webhook["id"] for webhook in api.get("/v2/webhooks").body["webhooks"]] == [
        21,
        *range(20, 7, -1),
        *range(6, 0, -1),
    ]
