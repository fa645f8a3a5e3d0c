"""The five task operations as people write them with FastAPI, Mangum and boto3's resource.

No authentication, accounts, unique names, cursors or time-entry checks: what is left is what a first version has.
"""

import os
from datetime import UTC, datetime
from typing import Annotated, Any

import boto3
from boto3.dynamodb.conditions import Attr, Key
from botocore.exceptions import ClientError
from fastapi import FastAPI, HTTPException, Query
from mangum import Mangum
from task_models import NewTask, Task, TaskChange, TaskPage

app = FastAPI()
table = boto3.resource("dynamodb").Table(os.environ["TABLE_NAME"])


@app.get("/v2/tasks")
def list_tasks(is_active: bool | None = None, per_page: Annotated[int, Query(ge=1, le=2000)] = 2000) -> TaskPage:
    """The newest tasks first."""
    query: dict[str, Any] = {"KeyConditionExpression": Key("pk").eq("TASKS"), "ScanIndexForward": False}
    if is_active is not None:
        query["FilterExpression"] = Attr("is_active").eq(is_active)
    items: list[Any] = []
    while len(items) < per_page:
        answer = table.query(**query, Limit=per_page - len(items))
        items += answer["Items"]
        if "LastEvaluatedKey" not in answer:
            break
        query["ExclusiveStartKey"] = answer["LastEvaluatedKey"]
    return TaskPage(tasks=[Task(**item) for item in items], per_page=per_page)


@app.get("/v2/tasks/{task_id}")
def retrieve_task(task_id: int) -> Task:
    """One task."""
    item = table.get_item(Key={"pk": "TASKS", "id": task_id}).get("Item")
    if item is None:
        raise HTTPException(404, "Not Found")
    return Task(**item)


@app.post("/v2/tasks", status_code=201)
def create_task(body: NewTask) -> Task:
    """A new task, with the next number."""
    counted = table.update_item(
        Key={"pk": "SEQUENCE", "id": 0},
        UpdateExpression="ADD last_id :one",
        ExpressionAttributeValues={":one": 1},
        ReturnValues="UPDATED_NEW",
    )
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    item = {"pk": "TASKS", "id": counted["Attributes"]["last_id"], **body.model_dump()}
    item |= {"created_at": now, "updated_at": now}
    table.put_item(Item=item, ConditionExpression="attribute_not_exists(pk)")
    return Task(**item)


@app.patch("/v2/tasks/{task_id}")
def update_task(task_id: int, body: TaskChange) -> Task:
    """The task with what the body says."""
    changes = body.model_dump(exclude_none=True) | {"updated_at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}
    try:
        answer = table.update_item(
            Key={"pk": "TASKS", "id": task_id},
            UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in changes),
            ExpressionAttributeNames={f"#{name}": name for name in changes},
            ExpressionAttributeValues={f":{name}": value for name, value in changes.items()},
            ConditionExpression="attribute_exists(pk)",
            ReturnValues="ALL_NEW",
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
        raise HTTPException(404, "Not Found") from error
    return Task(**answer["Attributes"])


@app.delete("/v2/tasks/{task_id}")
def delete_task(task_id: int) -> dict[str, Any]:
    """Nothing, once the task is gone."""
    table.delete_item(Key={"pk": "TASKS", "id": task_id})
    return {}


handler = Mangum(app, lifespan="off")
