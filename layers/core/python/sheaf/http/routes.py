"""http: the routes of template.yaml, written by `make routes`. Not edited by hand; a test compares the two."""

ROUTES = (
    ("DELETE", "/v2/tasks/{task_id}"),
    ("GET", "/v2/tasks"),
    ("GET", "/v2/tasks/{task_id}"),
    ("PATCH", "/v2/tasks/{task_id}"),
    ("POST", "/v2/tasks"),
    ("PUT", "/v2/tasks/{task_id}"),
)
