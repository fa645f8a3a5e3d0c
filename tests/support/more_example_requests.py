"""Example requests in one line each: what operations refuse, and what they take in unusual forms."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Sent:
    """A request as `example_event` makes it, with what differs from its usual headers."""

    method: str
    address: str
    body: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    is_base64: bool = False


BY_A_MANAGER = {"authorization": "Bearer local-manager-token"}
BY_A_MEMBER = {"authorization": "Bearer local-member-token"}


def _bulk(address: str, operations: str, is_atomic: bool, sender: Mapping[str, str] | None) -> Sent:
    atomic = ',"atomic":true' if is_atomic else ""
    return Sent("POST", address, f'{{"operations":{operations}{atomic}}}', sender or {})


def _tasks(operations: str, is_atomic: bool = False, *, sender: Mapping[str, str] | None = None) -> Sent:
    return _bulk("/v2/tasks/bulk", operations, is_atomic, sender)


def _assignments(operations: str, is_atomic: bool = False, *, sender: Mapping[str, str] | None = None) -> Sent:
    return _bulk("/v2/task_assignments/bulk", operations, is_atomic, sender)


MORE: Mapping[str, Mapping[str, Sent]] = {
    "assign_task": {
        "a_project_twice": Sent("POST", "/v2/tasks/5/assign", '{"project_ids":[1,"1"]}'),
        "all_active_of_a_manager": Sent("POST", "/v2/tasks/5/assign", '{"project_ids":"all_active"}', BY_A_MANAGER),
        "broken_json": Sent("POST", "/v2/tasks/5/assign", "{"),
        "by_a_member": Sent("POST", "/v2/tasks/5/assign", '{"project_ids":[1]}', BY_A_MEMBER),
        "form": Sent(
            "POST",
            "/v2/tasks/5/assign",
            "project_ids=all_active",
            {"content-type": "application/x-www-form-urlencoded"},
            is_base64=True,
        ),
        "negative_rate": Sent("POST", "/v2/tasks/5/assign", '{"project_ids":[1],"hourly_rate":-1}'),
        "no_ids": Sent("POST", "/v2/tasks/5/assign", '{"project_ids":["x"]}'),
        "no_projects": Sent("POST", "/v2/tasks/5/assign", '{"project_ids":[]}'),
        "not_an_id": Sent("POST", "/v2/tasks/x/assign", '{"project_ids":[1]}'),
        "with_a_key": Sent("POST", "/v2/tasks/5/assign", '{"project_ids":[1]}', {"idempotency-key": "1"}),
        "without_projects": Sent("POST", "/v2/tasks/5/assign", "{}"),
    },
    "cancel_import": {
        "json_suffix": Sent("DELETE", "/v2/imports/1.json"),
        "not_an_id": Sent("DELETE", "/v2/imports/x"),
    },
    "change_task_assignments": {
        "a_refused_one": _assignments(
            '[{"action":"delete","id":1},{"action":"create","project_id":1,"task_id":2}]', True
        ),
        "broken_json": Sent("POST", "/v2/task_assignments/bulk", "{"),
        "by_a_member": _assignments('[{"action":"delete","id":1}]', sender=BY_A_MEMBER),
        "contradicting": _assignments('[{"action":"delete","id":1},{"action":"update","id":"1","billable":false}]'),
        "dependent": _assignments('[{"action":"delete","id":1},{"action":"create","project_id":1,"task_id":1}]', True),
        "no_operations": _assignments("[]"),
        "too_many": _assignments(f"[{','.join(['{}'] * 1001)}]"),
        "too_many_all_or_none": _assignments(f"[{','.join(['{}'] * 21)}]", True),
        "too_much_all_or_none": _assignments(
            '[{"action":"delete","id":1},{"action":"delete","id":3},{"action":"delete","id":5},{"action":"delete","id":6},'
            '{"action":"delete","id":7}]',
            True,
        ),
        "unreadable_ones": _assignments(
            '[{"action":"move"},{},{"action":"delete"},{"action":"update","id":"x"},{"action":"create","task_id":5},'
            '{"action":"create","project_id":1},{"action":"update","id":1,"hourly_rate":-1}]'
        ),
        "with_a_key": _assignments('[{"action":"delete","id":1}]', sender={"idempotency-key": "1"}),
    },
    "change_tasks": {
        "a_refused_one": _tasks('[{"action":"archive","id":1},{"action":"create","name":"research"}]', True),
        "assigned_all_or_none": _tasks('[{"action":"delete","id":1}]', True),
        "broken_json": Sent("POST", "/v2/tasks/bulk", "{"),
        "by_a_manager": _tasks('[{"action":"delete","id":5}]', sender=BY_A_MANAGER),
        "by_a_member": _tasks('[{"action":"delete","id":5}]', sender=BY_A_MEMBER),
        "contradicting": _tasks('[{"action":"create","name":"Tea"},{"action":"create","name":"tea "}]'),
        "too_many": _tasks(f"[{','.join(['{}'] * 1001)}]"),
        "unreadable_ones": _tasks(
            '[{"action":"move"},{},{"action":"delete"},{"action":"create"},{"action":"update","id":1,"name":""}]'
        ),
        "with_a_key": _tasks('[{"action":"delete","id":5}]', sender={"idempotency-key": "1"}),
        "with_time": _tasks('[{"action":"delete","id":2},{"action":"delete","id":1}]'),
    },
    "create_client": {
        "blank_name": Sent("POST", "/v2/clients", '{"name":"  "}'),
        "born_archived": Sent("POST", "/v2/clients", '{"name":"Bygone","is_active":"false"}'),
        "broken_json": Sent("POST", "/v2/clients", '{"name":"Your New Client"'),
        "by_a_member": Sent("POST", "/v2/clients", '{"name":"Your New Client"}', BY_A_MEMBER),
        "empty_body": Sent("POST", "/v2/clients", ""),
        "form": Sent(
            "POST",
            "/v2/clients",
            "name=Site+Visitors&currency=GBP&address=",
            {"content-type": "application/x-www-form-urlencoded"},
            is_base64=True,
        ),
        "several_mistakes": Sent("POST", "/v2/clients", '{"name":7,"is_active":"perhaps","address":["Main Street 1"]}'),
        "unknown_currency": Sent("POST", "/v2/clients", '{"name":"Your New Client","currency":"Euro"}'),
        "wrong_content_type": Sent("POST", "/v2/clients", "<record/>", {"content-type": "application/xml"}),
    },
    "create_import": {
        "broken_json": Sent("POST", "/v2/imports", '{"kind":"tasks"'),
        "by_a_manager": Sent("POST", "/v2/imports", '{"kind":"time_entries","file_name":"time.csv"}', BY_A_MANAGER),
        "path_for_a_name": Sent("POST", "/v2/imports", '{"file_name":"../time.csv"}'),
        "several_mistakes": Sent("POST", "/v2/imports", '{"kind":7,"dry_run":"perhaps","file_name":["time.csv"]}'),
        "time_from_harvest": Sent("POST", "/v2/imports", '{"kind":"time_entries","file_name":"time.csv"}'),
        "unknown_kind": Sent("POST", "/v2/imports", '{"kind":"invoices"}'),
        "wrong_content_type": Sent("POST", "/v2/imports", "<import/>", {"content-type": "application/xml"}),
    },
    "create_project": {
        "blank_name": Sent("POST", "/v2/projects", '{"client_id":1,"name":"  "}'),
        "broken_json": Sent("POST", "/v2/projects", '{"name":"Your New Project"'),
        "by_a_member": Sent("POST", "/v2/projects", '{"client_id":1,"name":"Your New Project"}', BY_A_MEMBER),
        "client_and_name": Sent("POST", "/v2/projects", '{"client_id":1,"name":"Your New Project"}'),
        "empty_body": Sent("POST", "/v2/projects", ""),
        "form": Sent(
            "POST",
            "/v2/projects",
            "client_id=1&name=Site+visit&budget=80&budget_by=project&code=&notes=",
            {"content-type": "application/x-www-form-urlencoded"},
            is_base64=True,
        ),
        "negative_budget": Sent("POST", "/v2/projects", '{"client_id":1,"name":"Your New Project","budget":-1}'),
        "no_such_day": Sent(
            "POST",
            "/v2/projects",
            '{"client_id":1,"name":"Your New Project","starts_on":"2026-02-30","ends_on":"soon"}',
        ),
        "not_an_id": Sent("POST", "/v2/projects", '{"client_id":"x","name":"Your New Project"}'),
        "several_mistakes": Sent(
            "POST", "/v2/projects", '{"client_id":1,"name":7,"is_billable":"perhaps","fee":"much"}'
        ),
        "unknown_bill_by": Sent(
            "POST", "/v2/projects", '{"client_id":1,"name":"Your New Project","bill_by":"tasks","budget_by":"fees"}'
        ),
        "unknown_client": Sent("POST", "/v2/projects", '{"client_id":99,"name":"Your New Project"}'),
        "values_as_strings": Sent(
            "POST",
            "/v2/projects",
            '{"client_id":"1","name":"Strings","is_billable":"false","hourly_rate":"75.5","bill_by":"Tasks","starts_on":"2026-01-01T00:00:00Z"}',
        ),
        "wrong_content_type": Sent("POST", "/v2/projects", "<record/>", {"content-type": "application/xml"}),
    },
    "create_role": {
        "blank_name": Sent("POST", "/v2/roles", '{"name":" "}'),
        "broken_json": Sent("POST", "/v2/roles", "{"),
        "by_a_manager": Sent("POST", "/v2/roles", '{"name":"Writer"}', BY_A_MANAGER),
        "empty_body": Sent("POST", "/v2/roles", ""),
        "form": Sent(
            "POST", "/v2/roles", "name=Writer", {"content-type": "application/x-www-form-urlencoded"}, is_base64=True
        ),
        "no_id": Sent("POST", "/v2/roles", '{"name":"Writer","user_ids":["x"]}'),
        "several_mistakes": Sent("POST", "/v2/roles", '{"name":7,"user_ids":"3"}'),
        "wrong_content_type": Sent("POST", "/v2/roles", "<role/>", {"content-type": "application/xml"}),
    },
    "create_task": {
        "blank_name": Sent("POST", "/v2/tasks", '{"name":"  "}'),
        "born_archived": Sent("POST", "/v2/tasks", '{"name":"Typesetting","is_active":false}'),
        "broken_json": Sent("POST", "/v2/tasks", '{"name":"New Task Name"'),
        "by_a_manager": Sent("POST", "/v2/tasks", '{"name":"New Task Name"}', BY_A_MANAGER),
        "by_a_member": Sent("POST", "/v2/tasks", '{"name":"New Task Name"}', BY_A_MEMBER),
        "empty_body": Sent("POST", "/v2/tasks", ""),
        "form": Sent(
            "POST",
            "/v2/tasks",
            "name=Site+visit&billable_by_default=false&default_hourly_rate=80",
            {"content-type": "application/x-www-form-urlencoded"},
            is_base64=True,
        ),
        "negative_rate": Sent("POST", "/v2/tasks", '{"name":"New Task Name","default_hourly_rate":-1}'),
        "not_an_object": Sent("POST", "/v2/tasks", '["New Task Name"]'),
        "several_mistakes": Sent(
            "POST", "/v2/tasks", '{"name":7,"billable_by_default":"perhaps","default_hourly_rate":"much"}'
        ),
        "values_as_strings": Sent(
            "POST",
            "/v2/tasks",
            '{"name":"Translation","billable_by_default":"false","default_hourly_rate":"75.5","is_default":"1"}',
        ),
        "without_a_rate": Sent("POST", "/v2/tasks", '{"name":"Favours","default_hourly_rate":null}'),
        "wrong_content_type": Sent(
            "POST", "/v2/tasks", "<task><name>New Task Name</name></task>", {"content-type": "application/xml"}
        ),
    },
    "create_task_assignment": {
        "broken_json": Sent("POST", "/v2/projects/1/task_assignments", '{"task_id":5'),
        "by_the_manager_of_another_project": Sent(
            "POST", "/v2/projects/2/task_assignments", '{"task_id":5}', BY_A_MANAGER
        ),
        "empty_body": Sent("POST", "/v2/projects/1/task_assignments", ""),
        "negative_rate": Sent("POST", "/v2/projects/1/task_assignments", '{"task_id":5,"hourly_rate":-1,"budget":-1}'),
        "never_born_archived": Sent("POST", "/v2/projects/1/task_assignments", '{"task_id":5,"is_active":false}'),
        "not_an_id": Sent("POST", "/v2/projects/1/task_assignments", '{"task_id":0}'),
        "project_not_an_id": Sent("POST", "/v2/projects/x/task_assignments", '{"task_id":5}'),
        "several_mistakes": Sent(
            "POST", "/v2/projects/1/task_assignments", '{"task_id":[5],"billable":"perhaps","hourly_rate":true}'
        ),
        "task_only": Sent("POST", "/v2/projects/1/task_assignments", '{"task_id":5}'),
        "task_taken": Sent("POST", "/v2/projects/1/task_assignments", '{"task_id":2}'),
        "unknown_project": Sent("POST", "/v2/projects/99/task_assignments", '{"task_id":5}'),
        "unknown_task": Sent("POST", "/v2/projects/1/task_assignments", '{"task_id":99}'),
        "values_as_strings": Sent(
            "POST", "/v2/projects/1/task_assignments", '{"task_id":"5","billable":"true","hourly_rate":"80"}'
        ),
        "without_a_rate": Sent("POST", "/v2/projects/1/task_assignments", '{"task_id":5,"hourly_rate":null}'),
        "without_a_task": Sent("POST", "/v2/projects/1/task_assignments", '{"billable":true}'),
        "wrong_content_type": Sent(
            "POST", "/v2/projects/1/task_assignments", "<record/>", {"content-type": "application/xml"}
        ),
    },
    "create_time_entry": {
        "broken_json": Sent("POST", "/v2/time_entries", '{"project_id":1'),
        "empty_body": Sent("POST", "/v2/time_entries", ""),
        "for_another_user_by_a_member": Sent(
            "POST",
            "/v2/time_entries",
            '{"project_id":1,"task_id":1,"spent_date":"2026-11-21","hours":1.25,"user_id":1}',
            BY_A_MEMBER,
        ),
        "for_another_user_by_the_manager_of_another_project": Sent(
            "POST",
            "/v2/time_entries",
            '{"project_id":2,"task_id":1,"spent_date":"2026-11-21","hours":1.25,"user_id":3}',
            BY_A_MANAGER,
        ),
        "for_another_user_by_the_manager_of_the_project": Sent(
            "POST",
            "/v2/time_entries",
            '{"project_id":1,"task_id":1,"spent_date":"2026-11-21","hours":1.25,"user_id":3}',
            BY_A_MANAGER,
        ),
        "form": Sent(
            "POST",
            "/v2/time_entries",
            "project_id=1&task_id=1&spent_date=2026-11-21&hours=2&external_reference%5Bid%5D=7&external_reference%5Bgroup_id%5D=&external_reference%5Bpermalink%5D=https%3A%2F%2Fexample.com%2F7",
            {"content-type": "application/x-www-form-urlencoded"},
            is_base64=True,
        ),
        "negative_hours": Sent(
            "POST", "/v2/time_entries", '{"project_id":1,"task_id":1,"spent_date":"2026-11-21","hours":-0.01}'
        ),
        "no_such_day": Sent(
            "POST", "/v2/time_entries", '{"project_id":1,"task_id":1,"spent_date":"2026-02-30","hours":1.25}'
        ),
        "no_such_time_of_day": Sent(
            "POST",
            "/v2/time_entries",
            '{"project_id":1,"task_id":1,"spent_date":"2026-11-21","started_time":"25:00","ended_time":"8:00 pm"}',
        ),
        "ones_own": Sent(
            "POST", "/v2/time_entries", '{"project_id":1,"task_id":1,"spent_date":"2026-11-21","hours":1.25}'
        ),
        "several_mistakes": Sent(
            "POST", "/v2/time_entries", '{"project_id":"x","task_id":1,"hours":"much","external_reference":"7"}'
        ),
        "task_not_assigned": Sent(
            "POST", "/v2/time_entries", '{"project_id":1,"task_id":5,"spent_date":"2026-11-21","hours":1.25}'
        ),
        "unknown_project": Sent(
            "POST", "/v2/time_entries", '{"project_id":99,"task_id":1,"spent_date":"2026-11-21","hours":1.25}'
        ),
        "unknown_project_and_task": Sent(
            "POST", "/v2/time_entries", '{"project_id":99,"task_id":99,"spent_date":"2026-11-21","hours":1.25}'
        ),
        "unknown_user": Sent(
            "POST",
            "/v2/time_entries",
            '{"project_id":1,"task_id":1,"spent_date":"2026-11-21","hours":1.25,"user_id":99}',
        ),
        "values_as_strings": Sent(
            "POST",
            "/v2/time_entries",
            '{"project_id":"1","task_id":"1","spent_date":"2026-11-21T14:59:22Z","hours":"0.335","is_running":"true"}',
        ),
        "user_not_assigned": Sent(
            "POST",
            "/v2/time_entries",
            '{"user_id":4,"project_id":1,"task_id":1,"spent_date":"2026-11-21","hours":1.25}',
        ),
        "without_a_task": Sent("POST", "/v2/time_entries", '{"project_id":1,"spent_date":"2026-11-21"}'),
        "without_hours": Sent("POST", "/v2/time_entries", '{"project_id":1,"task_id":1,"spent_date":"2026-11-21"}'),
        "wrong_content_type": Sent("POST", "/v2/time_entries", "<record/>", {"content-type": "application/xml"}),
    },
    "create_user": {
        "blank_names": Sent("POST", "/v2/users", '{"first_name":" ","last_name":"","email":"ida@example.com"}'),
        "broken_json": Sent("POST", "/v2/users", '{"first_name":"Ida","last_name":"Example","email":"ida@example.com"'),
        "by_a_manager": Sent(
            "POST", "/v2/users", '{"first_name":"Ida","last_name":"Example","email":"ida@example.com"}', BY_A_MANAGER
        ),
        "empty_body": Sent("POST", "/v2/users", ""),
        "form": Sent(
            "POST",
            "/v2/users",
            "first_name=Ida&last_name=Example&email=ida%40example.com&weekly_capacity=3600&timezone=Berlin",
            {"content-type": "application/x-www-form-urlencoded"},
            is_base64=True,
        ),
        "no_access_role": Sent(
            "POST",
            "/v2/users",
            '{"first_name":"Ida","last_name":"Example","email":"ida@example.com","access_roles":[]}',
        ),
        "right_of_nobody": Sent(
            "POST",
            "/v2/users",
            '{"first_name":"Ida","last_name":"Example","email":"ida@example.com","access_roles":["manager","king"]}',
        ),
        "rights_of_a_member": Sent(
            "POST",
            "/v2/users",
            '{"first_name":"Ida","last_name":"Example","email":"ida@example.com","access_roles":["member","project_creator"]}',
        ),
        "several_mistakes": Sent(
            "POST",
            "/v2/users",
            '{"first_name":7,"last_name":"Example","email":"ida@example.com","weekly_capacity":1.5,"access_roles":"member","is_active":"perhaps"}',
        ),
        "several_values_out_of_range": Sent(
            "POST",
            "/v2/users",
            '{"first_name":"Ida","last_name":"Example","email":"ida at example.com","timezone":"Atlantis","weekly_capacity":-1,"cost_rate":-1}',
        ),
        "two_roles": Sent(
            "POST",
            "/v2/users",
            '{"first_name":"Ida","last_name":"Example","email":"ida@example.com","access_roles":["member","administrator"]}',
        ),
        "wrong_content_type": Sent("POST", "/v2/users", "<user/>", {"content-type": "application/xml"}),
    },
    "create_user_assignment": {
        "broken_json": Sent("POST", "/v2/projects/1/user_assignments", "{"),
        "by_a_member": Sent("POST", "/v2/projects/1/user_assignments", '{"user_id":3}', BY_A_MEMBER),
        "by_the_manager_of_another_project": Sent(
            "POST", "/v2/projects/2/user_assignments", '{"user_id":3}', BY_A_MANAGER
        ),
        "empty_body": Sent("POST", "/v2/projects/1/user_assignments", ""),
        "form": Sent(
            "POST",
            "/v2/projects/1/user_assignments",
            "user_id=4&use_default_rates=0&hourly_rate=80",
            {"content-type": "application/x-www-form-urlencoded"},
            is_base64=True,
        ),
        "negative_rate": Sent("POST", "/v2/projects/1/user_assignments", '{"user_id":3,"hourly_rate":-1,"budget":-1}'),
        "not_an_id": Sent("POST", "/v2/projects/1/user_assignments", '{"user_id":0}'),
        "project_not_an_id": Sent("POST", "/v2/projects/x/user_assignments", '{"user_id":3}'),
        "several_mistakes": Sent(
            "POST", "/v2/projects/1/user_assignments", '{"user_id":[3],"is_active":"perhaps","budget":true}'
        ),
        "unknown_project": Sent("POST", "/v2/projects/99/user_assignments", '{"user_id":3}'),
        "unknown_user": Sent("POST", "/v2/projects/1/user_assignments", '{"user_id":99}'),
        "user_taken": Sent("POST", "/v2/projects/1/user_assignments", '{"user_id":2}'),
        "wrong_content_type": Sent(
            "POST", "/v2/projects/1/user_assignments", "<record/>", {"content-type": "application/xml"}
        ),
    },
    "create_webhook": {
        "blank_url": Sent("POST", "/v2/webhooks", '{"url":" "}'),
        "broken_json": Sent("POST", "/v2/webhooks", "{"),
        "decimal_address": Sent("POST", "/v2/webhooks", '{"url":"https://2130706433/"}'),
        "description_too_long": Sent(
            "POST", "/v2/webhooks", '{"url":"http://127.0.0.1:8999/","description":"%s"}' % ("x" * 256)
        ),
        "empty_body": Sent("POST", "/v2/webhooks", ""),
        "form": Sent(
            "POST",
            "/v2/webhooks",
            "url=http%3A%2F%2F127.0.0.1%3A8999%2Ftasks&description=For+the+planning+tool",
            {"content-type": "application/x-www-form-urlencoded"},
            is_base64=True,
        ),
        "kinds_no_list": Sent("POST", "/v2/webhooks", '{"url":"http://127.0.0.1:8999/","kinds":"task"}'),
        "low_port": Sent("POST", "/v2/webhooks", '{"url":"https://hooks.example.com:25/"}'),
        "not_ascii": Sent("POST", "/v2/webhooks", '{"url":"https://h\u00f6oks.example.com/"}'),
        "not_found": Sent("POST", "/v2/webhooks", '{"url":"https://hooks.invalid/"}'),
        "unknown_kind": Sent("POST", "/v2/webhooks", '{"url":"http://127.0.0.1:8999/","kinds":["tasks"]}'),
        "url_too_long": Sent("POST", "/v2/webhooks", '{"url":"https://hooks.example.com/%s"}' % ("x" * 2000)),
        "wrong_content_type": Sent("POST", "/v2/webhooks", "<webhook/>", {"content-type": "application/xml"}),
    },
    "delete_client": {
        "json_suffix": Sent("DELETE", "/v2/clients/1.json"),
        "not_an_id": Sent("DELETE", "/v2/clients/x"),
    },
    "delete_external_reference": {
        "json_suffix": Sent("DELETE", "/v2/time_entries/1/external_reference.json"),
        "not_an_id": Sent("DELETE", "/v2/time_entries/x/external_reference"),
    },
    "delete_project": {
        "by_a_member": Sent("DELETE", "/v2/projects/1", headers=BY_A_MEMBER),
        "by_the_manager_of_another_project": Sent("DELETE", "/v2/projects/2", headers=BY_A_MANAGER),
        "json_suffix": Sent("DELETE", "/v2/projects/1.json"),
        "not_an_id": Sent("DELETE", "/v2/projects/x"),
    },
    "delete_role": {
        "by_a_manager": Sent("DELETE", "/v2/roles/1", None, BY_A_MANAGER),
        "json_suffix": Sent("DELETE", "/v2/roles/1.json"),
        "not_an_id": Sent("DELETE", "/v2/roles/x"),
    },
    "delete_task": {
        "by_a_member": Sent("DELETE", "/v2/tasks/5", headers=BY_A_MEMBER),
        "json_suffix": Sent("DELETE", "/v2/tasks/5.json"),
        "not_an_id": Sent("DELETE", "/v2/tasks/-1"),
        "with_time": Sent("DELETE", "/v2/tasks/2"),
    },
    "delete_task_assignment": {
        "by_the_manager_of_another_project": Sent("DELETE", "/v2/projects/2/task_assignments/5", headers=BY_A_MANAGER),
        "has_time": Sent("DELETE", "/v2/projects/1/task_assignments/2"),
        "json_suffix": Sent("DELETE", "/v2/projects/1/task_assignments/1.json"),
        "not_an_id": Sent("DELETE", "/v2/projects/1/task_assignments/x"),
        "of_another_project": Sent("DELETE", "/v2/projects/1/task_assignments/5"),
        "project_not_an_id": Sent("DELETE", "/v2/projects/x/task_assignments/1"),
        "unknown_project": Sent("DELETE", "/v2/projects/99/task_assignments/1"),
    },
    "delete_time_entry": {
        "json_suffix": Sent("DELETE", "/v2/time_entries/1.json"),
        "not_an_id": Sent("DELETE", "/v2/time_entries/x"),
    },
    "delete_user": {
        "by_a_manager": Sent("DELETE", "/v2/users/3", None, BY_A_MANAGER),
        "json_suffix": Sent("DELETE", "/v2/users/3.json"),
        "last_administrator": Sent("DELETE", "/v2/users/1"),
        "not_an_id": Sent("DELETE", "/v2/users/x"),
        "unknown_id": Sent("DELETE", "/v2/users/99"),
        "without_projects": Sent("DELETE", "/v2/users/4"),
    },
    "delete_user_assignment": {
        "by_a_member": Sent("DELETE", "/v2/projects/1/user_assignments/2", None, BY_A_MEMBER),
        "by_its_manager": Sent("DELETE", "/v2/projects/1/user_assignments/2", None, BY_A_MANAGER),
        "json_suffix": Sent("DELETE", "/v2/projects/1/user_assignments/2.json"),
        "not_an_id": Sent("DELETE", "/v2/projects/1/user_assignments/x"),
        "project_not_an_id": Sent("DELETE", "/v2/projects/x/user_assignments/2"),
    },
    "delete_webhook": {
        "by_a_manager": Sent("DELETE", "/v2/webhooks/1", None, BY_A_MANAGER),
        "json_suffix": Sent("DELETE", "/v2/webhooks/1.json"),
        "not_an_id": Sent("DELETE", "/v2/webhooks/x"),
    },
    "list_changes": {
        "all_of_some_kinds": Sent("GET", "/v2/changes?kind=client,role,import"),
        "broken_cursor": Sent("GET", "/v2/changes?after=x"),
        "of_a_manager_by_themselves": Sent("GET", "/v2/changes?record=user:2", headers=BY_A_MANAGER),
        "of_a_user": Sent("GET", "/v2/changes?record=user:3&kind=user"),
        "of_no_record": Sent("GET", "/v2/changes?record=task:999"),
        "of_user_assignments": Sent("GET", "/v2/changes?record=user_assignment:2"),
        "too_many": Sent("GET", "/v2/changes?limit=1001"),
        "unreadable_record": Sent("GET", "/v2/changes?record=task"),
    },
    "list_clients": {
        "archived": Sent("GET", "/v2/clients?is_active=false"),
        "of_a_name": Sent("GET", "/v2/clients?name=123+INDUSTRIES"),
        "page_beyond_the_end": Sent("GET", "/v2/clients?page=2&per_page=1"),
        "updated_since": Sent("GET", "/v2/clients?updated_since=2017-06-26T21%3A20%3A07Z"),
        "updated_since_a_day_to_come": Sent("GET", "/v2/clients?updated_since=2999-12-31"),
    },
    "list_my_project_assignments": {
        "last_page": Sent("GET", "/v2/users/me/project_assignments?page=2&per_page=1"),
        "start_of_a_cursor_walk": Sent("GET", "/v2/users/me/project_assignments?per_page=1"),
        "updated_since": Sent("GET", "/v2/users/me/project_assignments?updated_since=2017-06-26T21%3A20%3A07Z"),
        "updated_since_a_day_to_come": Sent("GET", "/v2/users/me/project_assignments?updated_since=2999-12-31"),
    },
    "list_project_task_assignments": {
        "by_its_manager": Sent("GET", "/v2/projects/1/task_assignments", headers=BY_A_MANAGER),
        "by_the_manager_of_another_project": Sent("GET", "/v2/projects/2/task_assignments", headers=BY_A_MANAGER),
        "last_page": Sent("GET", "/v2/projects/1/task_assignments?page=2&per_page=3"),
        "project_not_an_id": Sent("GET", "/v2/projects/x/task_assignments"),
        "start_of_a_cursor_walk": Sent("GET", "/v2/projects/1/task_assignments?per_page=3"),
        "unknown_project": Sent("GET", "/v2/projects/99/task_assignments"),
        "updated_since": Sent("GET", "/v2/projects/1/task_assignments?updated_since=2017-06-26T21%3A20%3A07Z"),
        "updated_since_a_day_to_come": Sent("GET", "/v2/projects/1/task_assignments?updated_since=2999-12-31"),
    },
    "list_project_user_assignments": {
        "active": Sent("GET", "/v2/projects/1/user_assignments?is_active=true"),
        "archived": Sent("GET", "/v2/projects/1/user_assignments?is_active=false"),
        "by_its_manager": Sent("GET", "/v2/projects/1/user_assignments", None, BY_A_MANAGER),
        "project_not_an_id": Sent("GET", "/v2/projects/x/user_assignments"),
        "unknown_project": Sent("GET", "/v2/projects/99/user_assignments"),
        "updated_since": Sent("GET", "/v2/projects/1/user_assignments?updated_since=2999-12-31"),
    },
    "list_projects": {
        "archived": Sent("GET", "/v2/projects?is_active=false"),
        "by_a_manager_of_a_name": Sent("GET", "/v2/projects?client_id=1&name=Marketing+Website", headers=BY_A_MANAGER),
        "by_a_manager_archived": Sent("GET", "/v2/projects?is_active=false", headers=BY_A_MANAGER),
        "last_page": Sent("GET", "/v2/projects?page=2&per_page=1"),
        "of_a_client": Sent("GET", "/v2/projects?client_id=1"),
        "of_a_name": Sent("GET", "/v2/projects?client_id=1&name=marketing+WEBSITE"),
        "of_a_name_alone": Sent("GET", "/v2/projects?name=Marketing+Website"),
        "of_a_client_active": Sent("GET", "/v2/projects?client_id=1&is_active=1"),
        "of_an_unknown_client": Sent("GET", "/v2/projects?client_id=99"),
        "start_of_a_cursor_walk": Sent("GET", "/v2/projects?per_page=1"),
        "unreadable_client_id": Sent("GET", "/v2/projects?client_id=x"),
        "updated_since": Sent("GET", "/v2/projects?updated_since=2017-06-26T21%3A20%3A07Z"),
        "updated_since_a_day_to_come": Sent("GET", "/v2/projects?updated_since=2999-12-31"),
    },
    "list_roles": {
        "page_beyond_the_end": Sent("GET", "/v2/roles?page=2&per_page=3"),
    },
    "list_task_assignments": {
        "archived": Sent("GET", "/v2/task_assignments?is_active=false"),
        "by_a_manager_updated_since": Sent(
            "GET", "/v2/task_assignments?updated_since=2017-06-26&per_page=1", headers=BY_A_MANAGER
        ),
        "last_page": Sent("GET", "/v2/task_assignments?page=3&per_page=3"),
        "start_of_a_cursor_walk": Sent("GET", "/v2/task_assignments?per_page=3"),
        "updated_since": Sent("GET", "/v2/task_assignments?updated_since=2017-06-26T21%3A20%3A07Z"),
        "updated_since_a_day_to_come": Sent("GET", "/v2/task_assignments?updated_since=2999-12-31"),
    },
    "list_tasks": {
        "all": Sent("GET", "/v2/tasks"),
        "archived": Sent("GET", "/v2/tasks?is_active=false"),
        "deleted_and_archived": Sent("GET", "/v2/tasks?is_deleted=true&is_active=false"),
        "deleted_of_a_name": Sent("GET", "/v2/tasks?is_deleted=true&name=PHOTOGRAPHY"),
        "not_deleted": Sent("GET", "/v2/tasks?is_deleted=false"),
        "of_a_free_name": Sent("GET", "/v2/tasks?name=Graphic"),
        "of_a_name": Sent("GET", "/v2/tasks?name=graphic+DESIGN"),
        "of_a_name_archived": Sent("GET", "/v2/tasks?is_active=false&name=Graphic+Design"),
        "last_page": Sent("GET", "/v2/tasks?page=3&per_page=2"),
        "page_beyond_the_end": Sent("GET", "/v2/tasks?page=9&per_page=2"),
        "parameters_of_the_callers_own": Sent("GET", "/v2/tasks?sort=name&is_active=&per_page=5"),
        "second_page": Sent("GET", "/v2/tasks?page=2&per_page=2"),
        "start_of_a_cursor_walk": Sent("GET", "/v2/tasks?per_page=2"),
        "token_in_the_query": Sent(
            "GET",
            "/v2/tasks?access_token=local-admin-token&account_id=1",
            headers={"authorization": "", "harvest-account-id": ""},
        ),
        "unreadable_is_deleted": Sent("GET", "/v2/tasks?is_deleted=perhaps"),
        "updated_since": Sent("GET", "/v2/tasks?updated_since=2017-06-26T21%3A20%3A07Z"),
        "updated_since_a_day_to_come": Sent("GET", "/v2/tasks?updated_since=2999-12-31"),
        "updated_since_and_active": Sent("GET", "/v2/tasks?is_active=1&updated_since=2017-06-26+21%3A20&per_page=3"),
        "with_a_wrong_token": Sent("GET", "/v2/tasks", headers={"authorization": "Bearer no-such-token"}),
        "without_an_account": Sent("GET", "/v2/tasks", headers={"harvest-account-id": ""}),
    },
    "list_time_entries": {
        "approved": Sent("GET", "/v2/time_entries?approval_status=approved"),
        "billed": Sent("GET", "/v2/time_entries?is_billed=true"),
        "by_a_member_of_another_user": Sent("GET", "/v2/time_entries?user_id=1", headers=BY_A_MEMBER),
        "everything_at_once": Sent(
            "GET",
            "/v2/time_entries?client_id=1&from=2026-11-20&is_billed=false&project_id=1&task_id=2&to=2026-11-20&user_id=3",
        ),
        "from_a_day": Sent("GET", "/v2/time_entries?from=2026-11-20"),
        "from_and_to": Sent("GET", "/v2/time_entries?from=2026-11-01&to=2026-11-30"),
        "not_billed": Sent("GET", "/v2/time_entries?is_billed=false"),
        "not_running": Sent("GET", "/v2/time_entries?is_running=0"),
        "of_a_client": Sent("GET", "/v2/time_entries?client_id=1"),
        "of_a_project": Sent("GET", "/v2/time_entries?project_id=1"),
        "of_a_project_without_time": Sent("GET", "/v2/time_entries?project_id=2"),
        "of_a_task": Sent("GET", "/v2/time_entries?task_id=2"),
        "of_a_task_without_time": Sent("GET", "/v2/time_entries?task_id=1"),
        "of_a_user": Sent("GET", "/v2/time_entries?user_id=3"),
        "of_a_user_without_time": Sent("GET", "/v2/time_entries?user_id=1"),
        "of_an_external_reference": Sent("GET", "/v2/time_entries?external_reference_id=7"),
        "of_an_unknown_client": Sent("GET", "/v2/time_entries?client_id=99"),
        "page_beyond_the_end": Sent("GET", "/v2/time_entries?page=2&per_page=1"),
        "running": Sent("GET", "/v2/time_entries?is_running=true"),
        "to_a_day": Sent("GET", "/v2/time_entries?to=20261119"),
        "unreadable_from": Sent("GET", "/v2/time_entries?from=tomorrow"),
        "unreadable_is_running": Sent("GET", "/v2/time_entries?is_running=maybe"),
        "unreadable_user_id": Sent("GET", "/v2/time_entries?user_id=x"),
        "unsubmitted": Sent("GET", "/v2/time_entries?approval_status=unsubmitted"),
        "updated_since": Sent("GET", "/v2/time_entries?updated_since=2017-06-26T21%3A20%3A07Z"),
        "updated_since_a_day_to_come": Sent("GET", "/v2/time_entries?updated_since=2999-12-31"),
    },
    "list_user_assignments": {
        "active": Sent("GET", "/v2/user_assignments?is_active=true"),
        "archived": Sent("GET", "/v2/user_assignments?is_active=false"),
        "of_a_user_without_projects": Sent("GET", "/v2/user_assignments?user_id=4"),
        "page_beyond_the_end": Sent("GET", "/v2/user_assignments?page=2&per_page=6"),
        "unreadable_user_id": Sent("GET", "/v2/user_assignments?user_id=x"),
        "updated_since": Sent("GET", "/v2/user_assignments?updated_since=2017-06-26T21%3A20%3A07Z"),
    },
    "list_user_project_assignments": {
        "json_suffix": Sent("GET", "/v2/users/2/project_assignments.json"),
        "not_an_id": Sent("GET", "/v2/users/x/project_assignments"),
        "updated_since": Sent("GET", "/v2/users/2/project_assignments?updated_since=2999-12-31"),
    },
    "list_users": {
        "archived": Sent("GET", "/v2/users?is_active=false"),
        "page_beyond_the_end": Sent("GET", "/v2/users?page=2&per_page=4"),
        "updated_since": Sent("GET", "/v2/users?updated_since=2017-06-26T21%3A20%3A07Z"),
        "updated_since_a_day_to_come": Sent("GET", "/v2/users?updated_since=2999-12-31"),
    },
    "list_webhook_deliveries": {
        "before_unreadable": Sent("GET", "/v2/webhooks/1/deliveries?before=x"),
        "by_a_manager": Sent("GET", "/v2/webhooks/1/deliveries", headers=BY_A_MANAGER),
        "limit_and_before": Sent("GET", "/v2/webhooks/1/deliveries?before=20&limit=5"),
        "limit_too_high": Sent("GET", "/v2/webhooks/1/deliveries?limit=1001"),
        "not_an_id": Sent("GET", "/v2/webhooks/x/deliveries"),
    },
    "list_webhooks": {
        "by_a_manager": Sent("GET", "/v2/webhooks", headers=BY_A_MANAGER),
    },
    "merge_task": {
        "blank": Sent("POST", "/v2/tasks/5/merge", "{}"),
        "broken_json": Sent("POST", "/v2/tasks/5/merge", "{"),
        "by_a_member": Sent("POST", "/v2/tasks/5/merge", '{"into_task_id":1}', BY_A_MEMBER),
        "form": Sent(
            "POST",
            "/v2/tasks/5/merge",
            "into_task_id=1",
            {"content-type": "application/x-www-form-urlencoded"},
            is_base64=True,
        ),
        "into_a_deleted_one": Sent("POST", "/v2/tasks/5/merge", '{"into_task_id":6}'),
        "into_no_id": Sent("POST", "/v2/tasks/5/merge", '{"into_task_id":"x"}'),
        "not_an_id": Sent("POST", "/v2/tasks/x/merge", '{"into_task_id":1}'),
        "unknown_task": Sent("POST", "/v2/tasks/99/merge", '{"into_task_id":1}'),
        "with_a_key": Sent("POST", "/v2/tasks/5/merge", '{"into_task_id":"1"}', {"idempotency-key": "1"}),
    },
    "ping_webhook": {
        "with_a_key": Sent("POST", "/v2/webhooks/1/ping", None, {"idempotency-key": "1"}),
        "by_a_manager": Sent("POST", "/v2/webhooks/1/ping", None, BY_A_MANAGER),
        "not_an_id": Sent("POST", "/v2/webhooks/x/ping"),
    },
    "replay_webhook": {
        "with_a_key": Sent("POST", "/v2/webhooks/1/replay", '{"after":0}', {"idempotency-key": "1"}),
        "after_unreadable": Sent("POST", "/v2/webhooks/1/replay", '{"after":"x"}'),
        "broken_json": Sent("POST", "/v2/webhooks/1/replay", "{"),
        "by_a_manager": Sent("POST", "/v2/webhooks/1/replay", '{"after":0}', BY_A_MANAGER),
        "negative": Sent("POST", "/v2/webhooks/1/replay", '{"after":-1}'),
        "not_an_id": Sent("POST", "/v2/webhooks/x/replay", '{"after":0}'),
        "nothing_left": Sent("POST", "/v2/webhooks/1/replay", '{"after":35}'),
        "unknown": Sent("POST", "/v2/webhooks/99/replay", '{"after":0}'),
    },
    "report_clients_time": {
        "by_a_manager": Sent("GET", "/v2/reports/time/clients?from=2026-01-01&to=2026-12-31", None, BY_A_MANAGER),
        "days_in_the_wrong_order": Sent("GET", "/v2/reports/time/clients?from=20261121&to=20261120"),
        "days_without_time": Sent("GET", "/v2/reports/time/clients?from=20261121&to=20261121"),
        "leap_year": Sent("GET", "/v2/reports/time/clients?from=20280101&to=20281231"),
        "more_than_a_year": Sent("GET", "/v2/reports/time/clients?from=20260101&to=20270102"),
        "no_days": Sent("GET", "/v2/reports/time/clients"),
        "page_beyond_the_end": Sent("GET", "/v2/reports/time/clients?from=20261120&page=2&per_page=1&to=20261120"),
        "unreadable_day": Sent("GET", "/v2/reports/time/clients?from=yesterday&to=20261120"),
    },
    "report_project_budget": {
        "active": Sent("GET", "/v2/reports/project_budget?is_active=true"),
        "by_a_manager": Sent("GET", "/v2/reports/project_budget", None, BY_A_MANAGER),
        "second_page": Sent("GET", "/v2/reports/project_budget?page=2&per_page=1"),
    },
    "report_tasks_time": {
        "by_a_manager": Sent("GET", "/v2/reports/time/tasks?from=2026-01-01&to=2026-12-31", None, BY_A_MANAGER),
    },
    "restart_time_entry": {
        "by_a_stranger": Sent("PATCH", "/v2/time_entries/2/restart", None, BY_A_MEMBER),
        "json_suffix": Sent("PATCH", "/v2/time_entries/1/restart.json"),
        "not_an_id": Sent("PATCH", "/v2/time_entries/x/restart"),
    },
    "restore_task": {
        "by_a_member": Sent("POST", "/v2/tasks/6/restore", None, BY_A_MEMBER),
        "never_deleted": Sent("POST", "/v2/tasks/5/restore"),
        "not_an_id": Sent("POST", "/v2/tasks/x/restore"),
        "with_a_key": Sent("POST", "/v2/tasks/6/restore", None, {"idempotency-key": "1"}),
    },
    "retrieve_accounts": {
        "with_an_account": Sent("GET", "/api/v2/accounts"),
        "token_in_the_query": Sent(
            "GET", "/api/v2/accounts?access_token=local-member-token", None, {"authorization": ""}
        ),
        "unknown_token": Sent("GET", "/api/v2/accounts", None, {"authorization": "Bearer no-such-token"}),
    },
    "retrieve_client": {
        "json_suffix": Sent("GET", "/v2/clients/1.json"),
        "not_an_id": Sent("GET", "/v2/clients/x"),
    },
    "retrieve_current_user": {
        "token_in_the_query": Sent(
            "GET",
            "/v2/users/me?access_token=local-member-token&account_id=1",
            headers={"authorization": "", "harvest-account-id": ""},
        ),
    },
    "retrieve_import": {
        "json_suffix": Sent("GET", "/v2/imports/1.json"),
        "not_an_id": Sent("GET", "/v2/imports/x"),
    },
    "retrieve_operation": {
        "json_suffix": Sent("GET", "/v2/operations/1.json"),
        "not_an_id": Sent("GET", "/v2/operations/x"),
        "unknown_id": Sent("GET", "/v2/operations/99"),
    },
    "retrieve_project": {
        "by_the_manager_of_another_project": Sent("GET", "/v2/projects/2", headers=BY_A_MANAGER),
        "json_suffix": Sent("GET", "/v2/projects/1.json"),
        "not_an_id": Sent("GET", "/v2/projects/x"),
        "unknown_id_by_a_manager": Sent("GET", "/v2/projects/99", headers=BY_A_MANAGER),
    },
    "retrieve_role": {
        "by_a_manager": Sent("GET", "/v2/roles/1", None, BY_A_MANAGER),
        "json_suffix": Sent("GET", "/v2/roles/1.json"),
        "not_an_id": Sent("GET", "/v2/roles/x"),
    },
    "retrieve_task": {
        "by_a_member": Sent("GET", "/v2/tasks/5", headers=BY_A_MEMBER),
        "json_suffix": Sent("GET", "/v2/tasks/5.json"),
        "not_an_id": Sent("GET", "/v2/tasks/research"),
    },
    "retrieve_task_assignment": {
        "by_the_manager_of_another_project": Sent("GET", "/v2/projects/2/task_assignments/5", headers=BY_A_MANAGER),
        "json_suffix": Sent("GET", "/v2/projects/1/task_assignments/1.json"),
        "not_an_id": Sent("GET", "/v2/projects/1/task_assignments/x"),
        "of_another_project": Sent("GET", "/v2/projects/1/task_assignments/5"),
        "project_not_an_id": Sent("GET", "/v2/projects/x/task_assignments/1"),
        "unknown_project": Sent("GET", "/v2/projects/99/task_assignments/1"),
    },
    "retrieve_time_entry": {
        "json_suffix": Sent("GET", "/v2/time_entries/1.json"),
        "not_an_id": Sent("GET", "/v2/time_entries/x"),
    },
    "retrieve_user": {
        "by_a_manager": Sent("GET", "/v2/users/2", None, BY_A_MANAGER),
        "json_suffix": Sent("GET", "/v2/users/2.json"),
        "not_an_id": Sent("GET", "/v2/users/x"),
    },
    "retrieve_user_assignment": {
        "by_a_member": Sent("GET", "/v2/projects/1/user_assignments/2", None, BY_A_MEMBER),
        "by_its_manager": Sent("GET", "/v2/projects/1/user_assignments/2", None, BY_A_MANAGER),
        "json_suffix": Sent("GET", "/v2/projects/1/user_assignments/2.json"),
        "not_an_id": Sent("GET", "/v2/projects/1/user_assignments/x"),
        "of_another_project": Sent("GET", "/v2/projects/2/user_assignments/2"),
        "project_not_an_id": Sent("GET", "/v2/projects/x/user_assignments/2"),
    },
    "retrieve_webhook": {
        "json_suffix": Sent("GET", "/v2/webhooks/1.json"),
        "by_a_manager": Sent("GET", "/v2/webhooks/1", headers=BY_A_MANAGER),
        "not_an_id": Sent("GET", "/v2/webhooks/x"),
    },
    "stop_time_entry": {
        "json_suffix": Sent("PATCH", "/v2/time_entries/1/stop.json"),
        "not_an_id": Sent("PATCH", "/v2/time_entries/x/stop"),
    },
    "unmatched_route": {
        "api_prefix_and_json_suffix": Sent("PATCH", "/api/v2/tasks/5.json", '{"is_default":true}'),
        "by_a_member": Sent("GET", "/v2/tasks/", headers=BY_A_MEMBER),
        "characters_that_a_header_cannot_hold": Sent("GET", "/api/v2/tasks/Büro\r\nSet-Cookie: a=b"),
        "head": Sent("HEAD", "/v2/tasks"),
        "json_suffix": Sent("GET", "/v2/tasks.json"),
        "root": Sent("GET", "/"),
        "trailing_slash": Sent("GET", "/v2/tasks/"),
        "unknown_path_with_api_prefix": Sent("GET", "/api/v2/invoices"),
        "v1_wrong_method": Sent(
            "PATCH",
            "/tasks/5",
            "<task>\n  <billable-by-default>false</billable-by-default>\n  <default-hourly-rate>100</default-hourly-rate>\n  <is-default>false</is-default>\n  <name>Server Administration</name>\n</task>",
            {"accept": "application/xml"},
        ),
        "wrong_method_for_one_task": Sent("POST", "/v2/tasks/5", '{"name":"New Task Name"}'),
    },
    "undo_import": {
        "json_suffix": Sent("POST", "/v2/imports/1/undo.json"),
        "not_a_flag": Sent("POST", "/v2/imports/1/undo", '{"dry_run":"perhaps"}'),
        "not_an_id": Sent("POST", "/v2/imports/x/undo"),
    },
    "update_client": {
        "archive": Sent("PATCH", "/v2/clients/1", '{"is_active":false}'),
        "blank_name": Sent("PATCH", "/v2/clients/1", '{"name":null}'),
        "broken_json": Sent("PATCH", "/v2/clients/1", "{"),
        "by_a_member": Sent("PATCH", "/v2/clients/1", '{"address":"Main Street 1"}', BY_A_MEMBER),
        "fields_that_cannot_change": Sent(
            "PATCH",
            "/v2/clients/1",
            '{"id":9,"created_at":"2017-06-26T22:08:25Z","statement_key":"x","name":"123 Industries"}',
        ),
        "form": Sent(
            "PATCH",
            "/v2/clients/1",
            "name=456+Industries&address=&is_active=1",
            {"content-type": "application/x-www-form-urlencoded"},
            is_base64=True,
        ),
        "json_suffix": Sent("PATCH", "/v2/clients/1.json", '{"address":"Main Street 1"}'),
        "not_an_id": Sent("PATCH", "/v2/clients/x", '{"address":"Main Street 1"}'),
        "one_field": Sent("PATCH", "/v2/clients/1", '{"address":"Main Street 1"}'),
        "other_case_of_the_same_name": Sent("PATCH", "/v2/clients/1", '{"name":"123 INDUSTRIES"}'),
        "put": Sent("PUT", "/v2/clients/1", '{"currency":"CHF"}'),
        "rename": Sent("PATCH", "/v2/clients/1", '{"name":"456 Industries"}'),
        "unknown_currency": Sent("PATCH", "/v2/clients/1", '{"currency":"€"}'),
        "wrong_content_type": Sent("PATCH", "/v2/clients/1", "<record/>", {"content-type": "application/xml"}),
        "wrong_type": Sent("PATCH", "/v2/clients/1", '{"is_active":"perhaps"}'),
    },
    "update_company": {
        "broken_json": Sent("PATCH", "/v2/company", "{"),
        "by_a_member": Sent("PATCH", "/v2/company", '{"weekly_capacity":144000}', BY_A_MEMBER),
        "capacity_out_of_range": Sent("PATCH", "/v2/company", '{"weekly_capacity":604801}'),
        "fields_that_cannot_change": Sent("PATCH", "/v2/company", '{"name":"Other","clock":"12h","plan_type":"free"}'),
        "form": Sent(
            "PATCH",
            "/v2/company",
            "wants_timestamp_timers=1&weekly_capacity=3600",
            {"content-type": "application/x-www-form-urlencoded"},
            is_base64=True,
        ),
        "nothing": Sent("PATCH", "/v2/company", '{"wants_timestamp_timers":null}'),
        "put": Sent("PUT", "/v2/company", '{"weekly_capacity":0}'),
        "several_mistakes": Sent("PATCH", "/v2/company", '{"wants_timestamp_timers":"perhaps","weekly_capacity":1.5}'),
        "wrong_content_type": Sent("PATCH", "/v2/company", "<record/>", {"content-type": "application/xml"}),
    },
    "update_project": {
        "blank_name": Sent("PATCH", "/v2/projects/1", '{"name":""}'),
        "broken_json": Sent("PATCH", "/v2/projects/1", "{"),
        "by_a_member": Sent("PATCH", "/v2/projects/1", '{"notes":"Bring cake"}', BY_A_MEMBER),
        "by_its_manager": Sent("PATCH", "/v2/projects/1", '{"notes":"Bring cake"}', BY_A_MANAGER),
        "by_the_manager_of_another_project": Sent("PATCH", "/v2/projects/2", '{"notes":"Bring cake"}', BY_A_MANAGER),
        "clear_what_may_be_null": Sent(
            "PATCH", "/v2/projects/1", '{"code":null,"over_budget_notification_percentage":null}'
        ),
        "duplicate_name": Sent("PATCH", "/v2/projects/2", '{"name":"online store - phase 1"}'),
        "fields_that_cannot_change": Sent(
            "PATCH", "/v2/projects/1", '{"id":9,"client":{"id":9},"over_budget_notification_date":"2026-01-01"}'
        ),
        "form": Sent(
            "PATCH",
            "/v2/projects/1",
            "code=&is_billable=0&bill_by=none&hourly_rate=80",
            {"content-type": "application/x-www-form-urlencoded"},
            is_base64=True,
        ),
        "json_suffix": Sent("PATCH", "/v2/projects/1.json", '{"notes":"Bring cake"}'),
        "not_an_id": Sent("PATCH", "/v2/projects/x", '{"notes":"Bring cake"}'),
        "one_field": Sent("PATCH", "/v2/projects/1", '{"notes":"Bring cake"}'),
        "put": Sent("PUT", "/v2/projects/1", '{"is_billable":false}'),
        "rename": Sent("PATCH", "/v2/projects/1", '{"name":"Online Store - Phase 2"}'),
        "unknown_budget_by": Sent("PATCH", "/v2/projects/1", '{"budget_by":"hours"}'),
        "unknown_client": Sent("PATCH", "/v2/projects/1", '{"client_id":99}'),
        "wrong_content_type": Sent("PATCH", "/v2/projects/1", "<record/>", {"content-type": "application/xml"}),
        "wrong_type": Sent("PATCH", "/v2/projects/1", '{"is_active":"perhaps"}'),
    },
    "update_role": {
        "broken_json": Sent("PATCH", "/v2/roles/1", "{"),
        "by_a_manager": Sent("PATCH", "/v2/roles/1", '{"name":"Designer"}', BY_A_MANAGER),
        "json_suffix": Sent("PATCH", "/v2/roles/1.json", '{"name":"Designer"}'),
        "not_an_id": Sent("PATCH", "/v2/roles/x", '{"name":"Designer"}'),
        "wrong_content_type": Sent("PATCH", "/v2/roles/1", "<role/>", {"content-type": "application/xml"}),
        "wrong_type": Sent("PATCH", "/v2/roles/1", '{"user_ids":3}'),
    },
    "update_task": {
        "archive": Sent("PATCH", "/v2/tasks/4", '{"is_active":false}'),
        "archive_and_rename": Sent("PATCH", "/v2/tasks/4", '{"name":"Research (old)","is_active":false}'),
        "blank_name": Sent("PATCH", "/v2/tasks/5", '{"name":null}'),
        "broken_json": Sent("PATCH", "/v2/tasks/5", "is_active=false"),
        "by_a_member": Sent("PATCH", "/v2/tasks/5", '{"is_default":true}', BY_A_MEMBER),
        "clear_the_rate": Sent("PATCH", "/v2/tasks/1", '{"default_hourly_rate":null}'),
        "duplicate_name": Sent("PATCH", "/v2/tasks/5", '{"name":"research"}'),
        "fields_that_cannot_change": Sent(
            "PATCH", "/v2/tasks/5", '{"id":9,"created_at":"2017-06-26T22:04:31Z","updated_at":"2017-06-26T22:04:31Z"}'
        ),
        "form": Sent(
            "PATCH",
            "/v2/tasks/5",
            "name=Sales&is_default=true",
            {"content-type": "application/x-www-form-urlencoded"},
            is_base64=True,
        ),
        "json_suffix": Sent("PATCH", "/v2/tasks/5.json", '{"is_default":true}'),
        "not_an_id": Sent("PATCH", "/v2/tasks/0", '{"is_default":true}'),
        "one_field": Sent("PATCH", "/v2/tasks/5", '{"is_default":true}'),
        "other_case_of_the_same_name": Sent("PATCH", "/v2/tasks/4", '{"name":"RESEARCH"}'),
        "put": Sent("PUT", "/v2/tasks/5", '{"default_hourly_rate":"60.5"}'),
        "rename": Sent("PATCH", "/v2/tasks/4", '{"name":"User Research"}'),
        "wrong_content_type": Sent("PATCH", "/v2/tasks/5", "is_active: false", {"content-type": "text/plain"}),
        "wrong_type": Sent("PATCH", "/v2/tasks/5", '{"is_active":"perhaps"}'),
    },
    "update_task_assignment": {
        "broken_json": Sent("PATCH", "/v2/projects/1/task_assignments/1", "{"),
        "by_a_member": Sent("PATCH", "/v2/projects/1/task_assignments/1", '{"budget":120}', BY_A_MEMBER),
        "by_its_manager": Sent("PATCH", "/v2/projects/1/task_assignments/1", '{"budget":120}', BY_A_MANAGER),
        "by_the_manager_of_another_project": Sent(
            "PATCH", "/v2/projects/2/task_assignments/5", '{"budget":120}', BY_A_MANAGER
        ),
        "clear_the_rate": Sent("PATCH", "/v2/projects/1/task_assignments/1", '{"hourly_rate":null}'),
        "fields_that_cannot_change": Sent(
            "PATCH", "/v2/projects/1/task_assignments/1", '{"task_id":5,"project_id":2,"task":{"id":5},"id":9}'
        ),
        "form": Sent(
            "PATCH",
            "/v2/projects/1/task_assignments/1",
            "hourly_rate=&billable=false",
            {"content-type": "application/x-www-form-urlencoded"},
            is_base64=True,
        ),
        "json_suffix": Sent("PATCH", "/v2/projects/1/task_assignments/1.json", '{"budget":120}'),
        "negative_rate": Sent("PATCH", "/v2/projects/1/task_assignments/1", '{"hourly_rate":-1}'),
        "not_an_id": Sent("PATCH", "/v2/projects/1/task_assignments/x", '{"budget":120}'),
        "of_another_project": Sent("PATCH", "/v2/projects/1/task_assignments/5", '{"budget":120}'),
        "one_field": Sent("PATCH", "/v2/projects/1/task_assignments/1", '{"budget":120}'),
        "project_not_an_id": Sent("PATCH", "/v2/projects/x/task_assignments/1", '{"budget":120}'),
        "put": Sent("PUT", "/v2/projects/1/task_assignments/1", '{"billable":false}'),
        "unknown_project": Sent("PATCH", "/v2/projects/99/task_assignments/1", '{"budget":120}'),
        "wrong_content_type": Sent(
            "PATCH", "/v2/projects/1/task_assignments/1", "<record/>", {"content-type": "application/xml"}
        ),
        "wrong_type": Sent("PATCH", "/v2/projects/1/task_assignments/1", '{"is_active":"perhaps"}'),
    },
    "update_time_entry": {
        "another_project": Sent("PATCH", "/v2/time_entries/1", '{"project_id":2}'),
        "another_project_by_its_user": Sent("PATCH", "/v2/time_entries/1", '{"project_id":2}', BY_A_MEMBER),
        "another_project_by_the_manager_of_its_own": Sent(
            "PATCH", "/v2/time_entries/1", '{"project_id":2}', BY_A_MANAGER
        ),
        "another_task": Sent("PATCH", "/v2/time_entries/1", '{"task_id":4}'),
        "broken_json": Sent("PATCH", "/v2/time_entries/1", "{"),
        "by_its_user": Sent("PATCH", "/v2/time_entries/1", '{"notes":"Adding CSS"}', BY_A_MEMBER),
        "by_the_manager_of_its_project": Sent("PATCH", "/v2/time_entries/1", '{"notes":"Adding CSS"}', BY_A_MANAGER),
        "clear_what_may_be_null": Sent("PATCH", "/v2/time_entries/1", '{"notes":null,"external_reference":null}'),
        "fields_that_cannot_change": Sent(
            "PATCH", "/v2/time_entries/1", '{"user_id":1,"id":9,"is_running":true,"billable":false}'
        ),
        "form": Sent(
            "PATCH",
            "/v2/time_entries/1",
            "hours=3&external_reference%5Bid%5D=7",
            {"content-type": "application/x-www-form-urlencoded"},
            is_base64=True,
        ),
        "json_suffix": Sent("PATCH", "/v2/time_entries/1.json", '{"notes":"Adding CSS"}'),
        "no_such_day": Sent("PATCH", "/v2/time_entries/1", '{"spent_date":"yesterday"}'),
        "no_such_time_of_day": Sent("PATCH", "/v2/time_entries/1", '{"ended_time":"8am"}'),
        "not_an_id": Sent("PATCH", "/v2/time_entries/x", '{"notes":"Adding CSS"}'),
        "one_field": Sent("PATCH", "/v2/time_entries/1", '{"notes":"Adding CSS"}'),
        "put": Sent("PUT", "/v2/time_entries/1", '{"hours":"0.755"}'),
        "task_not_assigned": Sent("PATCH", "/v2/time_entries/1", '{"task_id":5}'),
        "unknown_project": Sent("PATCH", "/v2/time_entries/1", '{"project_id":99}'),
        "wrong_content_type": Sent("PATCH", "/v2/time_entries/1", "<record/>", {"content-type": "application/xml"}),
        "wrong_type": Sent("PATCH", "/v2/time_entries/1", '{"hours":"much"}'),
    },
    "update_user": {
        "archived_last_administrator": Sent("PATCH", "/v2/users/1", '{"is_active":false}'),
        "blank_name": Sent("PATCH", "/v2/users/3", '{"last_name":" "}'),
        "broken_json": Sent("PATCH", "/v2/users/3", '{"last_name"'),
        "by_a_manager": Sent("PATCH", "/v2/users/3", '{"is_contractor":true}', BY_A_MANAGER),
        "email_taken": Sent("PATCH", "/v2/users/3", '{"email":"MAX@example.com"}'),
        "fields_that_cannot_change": Sent(
            "PATCH",
            "/v2/users/3",
            '{"id":7,"default_hourly_rate":99,"cost_rate":99,"created_at":"2020-01-01T00:00:00Z","telephone":"1"}',
        ),
        "form": Sent(
            "PATCH",
            "/v2/users/3",
            "is_contractor=true",
            {"content-type": "application/x-www-form-urlencoded"},
            is_base64=True,
        ),
        "json_suffix": Sent("PATCH", "/v2/users/3.json", '{"is_contractor":true}'),
        "not_an_id": Sent("PATCH", "/v2/users/x", '{"is_contractor":true}'),
        "nothing": Sent("PATCH", "/v2/users/3", "{}"),
        "put": Sent("PUT", "/v2/users/3", '{"is_contractor":true}'),
        "unknown_time_zone": Sent("PATCH", "/v2/users/3", '{"timezone":"Berlin/Mitte"}'),
        "wrong_content_type": Sent("PATCH", "/v2/users/3", "<user/>", {"content-type": "application/xml"}),
    },
    "update_user_assignment": {
        "broken_json": Sent("PATCH", "/v2/projects/1/user_assignments/2", "{"),
        "by_a_member": Sent("PATCH", "/v2/projects/1/user_assignments/2", '{"budget":1}', BY_A_MEMBER),
        "by_its_manager": Sent("PATCH", "/v2/projects/1/user_assignments/2", '{"budget":1}', BY_A_MANAGER),
        "fields_that_cannot_change": Sent(
            "PATCH", "/v2/projects/1/user_assignments/2", '{"id":7,"user_id":3,"project":{"id":2}}'
        ),
        "form": Sent(
            "PATCH",
            "/v2/projects/1/user_assignments/2",
            "budget=1",
            {"content-type": "application/x-www-form-urlencoded"},
            is_base64=True,
        ),
        "json_suffix": Sent("PATCH", "/v2/projects/1/user_assignments/2.json", '{"budget":1}'),
        "negative_rate": Sent("PATCH", "/v2/projects/1/user_assignments/2", '{"hourly_rate":-1}'),
        "not_an_id": Sent("PATCH", "/v2/projects/1/user_assignments/x", '{"budget":1}'),
        "project_not_an_id": Sent("PATCH", "/v2/projects/x/user_assignments/2", '{"budget":1}'),
        "put": Sent("PUT", "/v2/projects/1/user_assignments/2", '{"budget":1}'),
        "wrong_content_type": Sent(
            "PATCH", "/v2/projects/1/user_assignments/2", "<record/>", {"content-type": "application/xml"}
        ),
        "wrong_type": Sent("PATCH", "/v2/projects/1/user_assignments/2", '{"is_project_manager":"perhaps"}'),
    },
    "update_webhook": {
        "json_suffix": Sent("PATCH", "/v2/webhooks/1.json", '{"is_active":false}'),
        "put_json_suffix": Sent("PUT", "/v2/webhooks/1.json", '{"is_active":false}'),
        "broken_json": Sent("PATCH", "/v2/webhooks/1", "{"),
        "by_a_manager": Sent("PATCH", "/v2/webhooks/1", '{"is_active":false}', BY_A_MANAGER),
        "not_an_id": Sent("PATCH", "/v2/webhooks/x", '{"is_active":false}'),
        "put": Sent("PUT", "/v2/webhooks/1", '{"url":"http://localhost:8999/"}'),
        "unknown": Sent("PATCH", "/v2/webhooks/99", '{"is_active":false}'),
        "wrong_type": Sent("PATCH", "/v2/webhooks/1", '{"is_active":"perhaps"}'),
    },
    "v1_activate_task": {
        "by_a_member": Sent(
            "POST",
            "/tasks/5/activate",
            headers={
                "accept": "application/xml",
                "authorization": "Basic bWlhQGV4YW1wbGUuY29tOmxvY2FsLW1lbWJlci10b2tlbg==",
                "content-type": "application/xml",
            },
        ),
        "by_post": Sent("POST", "/tasks/5/activate", "", {"accept": "application/xml"}),
        "not_an_id": Sent(
            "GET", "/tasks/x/activate", headers={"accept": "application/json", "content-type": "application/json"}
        ),
        "null_body": Sent(
            "POST", "/tasks/5/activate", "null", {"accept": "application/json", "content-type": "application/json"}
        ),
    },
    "v1_add_with_create_new_task": {
        "blank_name": Sent(
            "POST",
            "/projects/1/task_assignments/add_with_create_new_task",
            "<task><name/></task>",
            {"accept": "application/xml"},
        ),
        "broken_json": Sent(
            "POST",
            "/projects/1/task_assignments/add_with_create_new_task",
            '{"task":',
            {"accept": "application/json", "content-type": "application/json"},
        ),
        "broken_xml": Sent(
            "POST",
            "/projects/1/task_assignments/add_with_create_new_task",
            "<task><name>Print<name></task>",
            {"accept": "application/xml"},
        ),
        "by_a_member": Sent(
            "POST",
            "/projects/1/task_assignments/add_with_create_new_task",
            "<task>\n  <name>Backend Development</name>\n</task>",
            {"accept": "application/xml", "authorization": "Basic bWlhQGV4YW1wbGUuY29tOmxvY2FsLW1lbWJlci10b2tlbg=="},
        ),
        "by_its_manager": Sent(
            "POST",
            "/projects/1/task_assignments/add_with_create_new_task",
            "<task>\n  <name>Backend Development</name>\n</task>",
            {"accept": "application/xml", "authorization": "Basic bWF4QGV4YW1wbGUuY29tOmxvY2FsLW1hbmFnZXItdG9rZW4="},
        ),
        "by_the_manager_of_another_project": Sent(
            "POST",
            "/projects/2/task_assignments/add_with_create_new_task",
            "<task>\n  <name>Backend Development</name>\n</task>",
            {"accept": "application/xml", "authorization": "Basic bWF4QGV4YW1wbGUuY29tOmxvY2FsLW1hbmFnZXItdG9rZW4="},
        ),
        "empty_body": Sent(
            "POST",
            "/projects/1/task_assignments/add_with_create_new_task",
            "",
            {"accept": "application/json", "content-type": "application/json"},
        ),
        "form": Sent(
            "POST",
            "/projects/1/task_assignments/add_with_create_new_task",
            "name=Print",
            {"accept": "application/xml", "content-type": "application/x-www-form-urlencoded"},
        ),
        "of_another_record": Sent(
            "POST",
            "/projects/1/task_assignments/add_with_create_new_task",
            "<client><name>Print</name></client>",
            {"accept": "application/xml"},
        ),
        "project_not_an_id": Sent(
            "POST",
            "/projects/x/task_assignments/add_with_create_new_task",
            "<task>\n  <name>Backend Development</name>\n</task>",
            {"accept": "application/xml"},
        ),
        "unknown_project": Sent(
            "POST",
            "/projects/99/task_assignments/add_with_create_new_task",
            "<task>\n  <name>Backend Development</name>\n</task>",
            {"accept": "application/xml"},
        ),
        "with_an_entity": Sent(
            "POST",
            "/projects/1/task_assignments/add_with_create_new_task",
            '<!DOCTYPE task [<!ENTITY x "y">]><task><name>&x;</name></task>',
            {"accept": "application/xml"},
        ),
    },
    "v1_assign_task": {
        "broken_json": Sent(
            "POST",
            "/projects/1/task_assignments",
            '{"task":',
            {"accept": "application/json", "content-type": "application/json"},
        ),
        "by_the_manager_of_another_project": Sent(
            "POST",
            "/projects/2/task_assignments",
            '<task>\n  <id type="integer">5</id>\n</task>',
            {"accept": "application/xml", "authorization": "Basic bWF4QGV4YW1wbGUuY29tOmxvY2FsLW1hbmFnZXItdG9rZW4="},
        ),
        "empty_body": Sent("POST", "/projects/1/task_assignments", "", {"accept": "application/xml"}),
        "form": Sent(
            "POST",
            "/projects/1/task_assignments",
            "id=5",
            {"accept": "application/xml", "content-type": "application/x-www-form-urlencoded"},
        ),
        "misprinted": Sent(
            "POST", "/projects/1/task_assignments", "<task>\n <id>653425<id>\n<task>", {"accept": "application/xml"}
        ),
        "not_an_id": Sent(
            "POST", "/projects/1/task_assignments", "<task><id>five</id></task>", {"accept": "application/xml"}
        ),
        "of_another_record": Sent(
            "POST", "/projects/1/task_assignments", "<project><id>5</id></project>", {"accept": "application/xml"}
        ),
        "project_not_an_id": Sent(
            "POST",
            "/projects/x/task_assignments",
            '<task>\n  <id type="integer">5</id>\n</task>',
            {"accept": "application/xml"},
        ),
        "task_taken": Sent(
            "POST", "/projects/1/task_assignments", "<task><id>2</id></task>", {"accept": "application/xml"}
        ),
        "unknown_project": Sent(
            "POST",
            "/projects/99/task_assignments",
            '<task>\n  <id type="integer">5</id>\n</task>',
            {"accept": "application/xml"},
        ),
        "unknown_task": Sent(
            "POST", "/projects/1/task_assignments", "<task><id>653425</id></task>", {"accept": "application/xml"}
        ),
        "untyped_id": Sent(
            "POST", "/projects/1/task_assignments", "<task>\n <id>5</id>\n</task>", {"accept": "application/xml"}
        ),
        "without_a_task": Sent(
            "POST",
            "/projects/1/task_assignments",
            '{"task":{}}',
            {"accept": "application/json", "content-type": "application/json"},
        ),
    },
    "v1_create_task": {
        "archived": Sent(
            "POST",
            "/tasks",
            '{"task":{"name":"Print","deactivated":true}}',
            {"accept": "application/json", "content-type": "application/json"},
        ),
        "blank_name": Sent(
            "POST",
            "/tasks",
            '{"task":{"name":" "}}',
            {"accept": "application/json", "content-type": "application/json"},
        ),
        "broken_json": Sent(
            "POST", "/tasks", '{"task":', {"accept": "application/json", "content-type": "application/json"}
        ),
        "broken_xml": Sent("POST", "/tasks", "<task><name>Print<name></task>", {"accept": "application/xml"}),
        "by_a_manager": Sent(
            "POST",
            "/tasks",
            "<task><name>Print</name></task>",
            {"accept": "application/xml", "authorization": "Basic bWF4QGV4YW1wbGUuY29tOmxvY2FsLW1hbmFnZXItdG9rZW4="},
        ),
        "by_a_member": Sent(
            "POST",
            "/tasks",
            "<task><name>Print</name></task>",
            {"accept": "application/xml", "authorization": "Basic bWlhQGV4YW1wbGUuY29tOmxvY2FsLW1lbWJlci10b2tlbg=="},
        ),
        "empty_body": Sent("POST", "/tasks", "", {"accept": "application/xml"}),
        "form": Sent(
            "POST",
            "/tasks",
            "name=Print",
            {"accept": "application/xml", "content-type": "application/x-www-form-urlencoded"},
        ),
        "of_another_record": Sent(
            "POST", "/tasks", "<client><name>Print</name></client>", {"accept": "application/xml"}
        ),
        "several_mistakes": Sent(
            "POST",
            "/tasks",
            "<task><name/><default-hourly-rate>-1</default-hourly-rate></task>",
            {"accept": "application/xml"},
        ),
        "with_an_entity": Sent(
            "POST",
            "/tasks",
            '<!DOCTYPE task [<!ENTITY x "y">]><task><name>&x;</name></task>',
            {"accept": "application/xml"},
        ),
    },
    "v1_delete_task": {
        "by_a_member": Sent(
            "DELETE",
            "/tasks/5",
            headers={
                "accept": "application/xml",
                "authorization": "Basic bWlhQGV4YW1wbGUuY29tOmxvY2FsLW1lbWJlci10b2tlbg==",
                "content-type": "application/xml",
            },
        ),
        "json_suffix": Sent(
            "DELETE", "/tasks/5.json", headers={"accept": "application/json", "content-type": "application/json"}
        ),
        "not_an_id": Sent(
            "DELETE", "/tasks/x", headers={"accept": "application/json", "content-type": "application/json"}
        ),
        "null_body": Sent(
            "DELETE", "/tasks/5", "null", {"accept": "application/json", "content-type": "application/json"}
        ),
        "with_time_in_json": Sent(
            "DELETE", "/tasks/2", headers={"accept": "application/json", "content-type": "application/json"}
        ),
        "without_time": Sent(
            "DELETE", "/tasks/5", headers={"accept": "application/xml", "content-type": "application/xml"}
        ),
    },
    "v1_delete_task_assignment": {
        "by_a_member": Sent(
            "DELETE",
            "/projects/1/task_assignments/1",
            headers={
                "accept": "application/xml",
                "authorization": "Basic bWlhQGV4YW1wbGUuY29tOmxvY2FsLW1lbWJlci10b2tlbg==",
                "content-type": "application/xml",
            },
        ),
        "by_the_manager_of_another_project": Sent(
            "DELETE",
            "/projects/2/task_assignments/1",
            headers={
                "accept": "application/xml",
                "authorization": "Basic bWF4QGV4YW1wbGUuY29tOmxvY2FsLW1hbmFnZXItdG9rZW4=",
                "content-type": "application/xml",
            },
        ),
        "json_suffix": Sent(
            "DELETE",
            "/projects/1/task_assignments/1.json",
            headers={"accept": "application/json", "content-type": "application/json"},
        ),
        "not_an_id": Sent(
            "DELETE",
            "/projects/1/task_assignments/x",
            headers={"accept": "application/xml", "content-type": "application/xml"},
        ),
        "of_another_project": Sent(
            "DELETE",
            "/projects/2/task_assignments/1",
            headers={"accept": "application/xml", "content-type": "application/xml"},
        ),
        "project_not_an_id": Sent(
            "DELETE",
            "/projects/x/task_assignments/1",
            headers={"accept": "application/xml", "content-type": "application/xml"},
        ),
        "unknown_project": Sent(
            "DELETE",
            "/projects/99/task_assignments/1",
            headers={"accept": "application/xml", "content-type": "application/xml"},
        ),
        "with_time_in_json": Sent(
            "DELETE",
            "/projects/1/task_assignments/2",
            headers={"accept": "application/json", "content-type": "application/json"},
        ),
        "without_time": Sent(
            "DELETE",
            "/projects/1/task_assignments/1",
            headers={"accept": "application/xml", "content-type": "application/xml"},
        ),
    },
    "v1_list_projects": {
        "of_a_client": Sent(
            "GET", "/projects?client=1", headers={"accept": "application/json", "content-type": "application/json"}
        ),
        "of_an_unknown_client": Sent(
            "GET", "/projects?client=99", headers={"accept": "application/xml", "content-type": "application/xml"}
        ),
        "unreadable_client": Sent(
            "GET", "/projects?client=x", headers={"accept": "application/xml", "content-type": "application/xml"}
        ),
        "updated_since": Sent(
            "GET",
            "/projects?updated_since=2010-09-25+18%3A30",
            headers={"accept": "application/json", "content-type": "application/json"},
        ),
        "updated_since_a_day_to_come": Sent(
            "GET",
            "/projects?updated_since=2999-12-31+00%3A00",
            headers={"accept": "application/xml", "content-type": "application/xml"},
        ),
    },
    "v1_list_task_assignments": {
        "by_the_manager_of_another_project": Sent(
            "GET",
            "/projects/2/task_assignments",
            headers={
                "accept": "application/xml",
                "authorization": "Basic bWF4QGV4YW1wbGUuY29tOmxvY2FsLW1hbmFnZXItdG9rZW4=",
                "content-type": "application/xml",
            },
        ),
        "project_not_an_id": Sent(
            "GET",
            "/projects/x/task_assignments",
            headers={"accept": "application/xml", "content-type": "application/xml"},
        ),
        "unknown_project": Sent(
            "GET",
            "/projects/99/task_assignments",
            headers={"accept": "application/xml", "content-type": "application/xml"},
        ),
        "updated_since": Sent(
            "GET",
            "/projects/1/task_assignments?updated_since=2010-09-25+18%3A30",
            headers={"accept": "application/json", "content-type": "application/json"},
        ),
        "updated_since_a_day_to_come": Sent(
            "GET",
            "/projects/1/task_assignments?updated_since=2999-12-31+00%3A00",
            headers={"accept": "application/xml", "content-type": "application/xml"},
        ),
    },
    "v1_list_tasks": {
        "null_body": Sent("GET", "/tasks", "null", {"accept": "application/json", "content-type": "application/json"}),
        "token_in_the_query": Sent(
            "GET",
            "/tasks?access_token=local-admin-token",
            headers={"accept": "application/json", "content-type": "application/json", "authorization": ""},
        ),
        "updated_since": Sent(
            "GET",
            "/tasks?updated_since=2010-09-25+18%3A30",
            headers={"accept": "application/json", "content-type": "application/json"},
        ),
        "updated_since_a_day_to_come": Sent(
            "GET",
            "/tasks?updated_since=2999-12-31+00%3A00",
            headers={"accept": "application/xml", "content-type": "application/xml"},
        ),
    },
    "v1_retrieve_project": {
        "by_the_manager_of_another_project": Sent(
            "GET",
            "/projects/2",
            headers={
                "accept": "application/xml",
                "authorization": "Basic bWF4QGV4YW1wbGUuY29tOmxvY2FsLW1hbmFnZXItdG9rZW4=",
                "content-type": "application/xml",
            },
        ),
        "json_suffix": Sent(
            "GET", "/projects/1.json", headers={"accept": "application/json", "content-type": "application/json"}
        ),
        "project_not_an_id": Sent(
            "GET", "/projects/x", headers={"accept": "application/xml", "content-type": "application/xml"}
        ),
        "unknown_project": Sent(
            "GET", "/projects/99", headers={"accept": "application/xml", "content-type": "application/xml"}
        ),
    },
    "v1_retrieve_task": {
        "by_a_member": Sent(
            "GET",
            "/tasks/1",
            headers={
                "accept": "application/xml",
                "authorization": "Basic bWlhQGV4YW1wbGUuY29tOmxvY2FsLW1lbWJlci10b2tlbg==",
                "content-type": "application/xml",
            },
        ),
        "json_suffix": Sent(
            "GET", "/tasks/1.json", headers={"accept": "application/json", "content-type": "application/json"}
        ),
        "not_an_id": Sent(
            "GET", "/tasks/x", headers={"accept": "application/json", "content-type": "application/json"}
        ),
    },
    "v1_retrieve_task_assignment": {
        "by_a_member": Sent(
            "GET",
            "/projects/1/task_assignments/2",
            headers={
                "accept": "application/xml",
                "authorization": "Basic bWlhQGV4YW1wbGUuY29tOmxvY2FsLW1lbWJlci10b2tlbg==",
                "content-type": "application/xml",
            },
        ),
        "by_the_manager_of_another_project": Sent(
            "GET",
            "/projects/2/task_assignments/2",
            headers={
                "accept": "application/xml",
                "authorization": "Basic bWF4QGV4YW1wbGUuY29tOmxvY2FsLW1hbmFnZXItdG9rZW4=",
                "content-type": "application/xml",
            },
        ),
        "json_suffix": Sent(
            "GET",
            "/projects/1/task_assignments/2.json",
            headers={"accept": "application/json", "content-type": "application/json"},
        ),
        "not_an_id": Sent(
            "GET",
            "/projects/1/task_assignments/x",
            headers={"accept": "application/xml", "content-type": "application/xml"},
        ),
        "of_another_project": Sent(
            "GET",
            "/projects/2/task_assignments/2",
            headers={"accept": "application/xml", "content-type": "application/xml"},
        ),
        "project_not_an_id": Sent(
            "GET",
            "/projects/x/task_assignments/2",
            headers={"accept": "application/xml", "content-type": "application/xml"},
        ),
        "unknown_project": Sent(
            "GET",
            "/projects/99/task_assignments/2",
            headers={"accept": "application/xml", "content-type": "application/xml"},
        ),
    },
    "v1_retrieve_who_am_i": {
        "by_a_manager": Sent(
            "GET",
            "/account/who_am_i",
            headers={
                "accept": "application/json",
                "authorization": "Basic bWF4QGV4YW1wbGUuY29tOmxvY2FsLW1hbmFnZXItdG9rZW4=",
                "content-type": "application/json",
            },
        ),
        "by_bearer": Sent(
            "GET",
            "/account/who_am_i",
            headers={
                "accept": "application/json",
                "authorization": "Bearer local-admin-token",
                "content-type": "application/json",
            },
        ),
        "token_in_the_query": Sent(
            "GET",
            "/account/who_am_i?access_token=local-admin-token",
            headers={"accept": "application/json", "content-type": "application/json", "authorization": ""},
        ),
        "with_another_address": Sent(
            "GET",
            "/account/who_am_i",
            headers={
                "accept": "application/json",
                "authorization": "Basic bWlhQGV4YW1wbGUuY29tOmxvY2FsLWFkbWluLXRva2Vu",
                "content-type": "application/json",
            },
        ),
    },
    "v1_update_task": {
        "archive": Sent(
            "PUT", "/tasks/5", "<task><deactivated>true</deactivated></task>", {"accept": "application/xml"}
        ),
        "blank_name": Sent("PUT", "/tasks/5", "<task><name></name></task>", {"accept": "application/xml"}),
        "broken_json": Sent(
            "PUT", "/tasks/5", '{"task":', {"accept": "application/json", "content-type": "application/json"}
        ),
        "broken_xml": Sent("PUT", "/tasks/5", "<task><name>Print<name></task>", {"accept": "application/xml"}),
        "by_a_member": Sent(
            "PUT",
            "/tasks/5",
            "<task><name>Print</name></task>",
            {"accept": "application/xml", "authorization": "Basic bWlhQGV4YW1wbGUuY29tOmxvY2FsLW1lbWJlci10b2tlbg=="},
        ),
        "duplicate_name": Sent("PUT", "/tasks/5", "<task><name>research</name></task>", {"accept": "application/xml"}),
        "form": Sent(
            "PUT",
            "/tasks/5",
            "name=Print",
            {"accept": "application/xml", "content-type": "application/x-www-form-urlencoded"},
        ),
        "not_an_id": Sent(
            "PUT",
            "/tasks/x",
            "<task>\n  <billable-by-default>false</billable-by-default>\n  <default-hourly-rate>100</default-hourly-rate>\n  <is-default>false</is-default>\n  <name>Server Administration</name>\n</task>",
            {"accept": "application/xml"},
        ),
        "nothing_given": Sent(
            "PUT", "/tasks/5", "null", {"accept": "application/json", "content-type": "application/json"}
        ),
        "of_another_record": Sent(
            "PUT", "/tasks/5", "<client><name>Print</name></client>", {"accept": "application/xml"}
        ),
        "unreadable_rate": Sent(
            "PUT",
            "/tasks/5",
            '{"task":{"default_hourly_rate":"much"}}',
            {"accept": "application/json", "content-type": "application/json"},
        ),
        "whole_record_sent_back": Sent(
            "PUT",
            "/tasks/5",
            '{"task":{"id":5,"name":"Business Development","billable_by_default":false,"created_at":"2013-04-30T20:28:12Z","updated_at":"2013-04-30T20:28:12Z","is_default":true,"default_hourly_rate":0,"deactivated":false,"cache_version":7}}',
            {"accept": "application/json", "content-type": "application/json"},
        ),
        "with_an_entity": Sent(
            "PUT",
            "/tasks/5",
            '<!DOCTYPE task [<!ENTITY x "y">]><task><name>&x;</name></task>',
            {"accept": "application/xml"},
        ),
        "without_a_rate": Sent(
            "PUT",
            "/tasks/5",
            '<task><default-hourly-rate type="decimal" nil="true"/></task>',
            {"accept": "application/xml"},
        ),
    },
    "v1_update_task_assignment": {
        "broken_json": Sent(
            "PUT",
            "/projects/1/task_assignments/2",
            '{"task":',
            {"accept": "application/json", "content-type": "application/json"},
        ),
        "broken_xml": Sent(
            "PUT", "/projects/1/task_assignments/2", "<task><name>Print<name></task>", {"accept": "application/xml"}
        ),
        "by_a_member": Sent(
            "PUT",
            "/projects/1/task_assignments/2",
            "<task-assignment>\n  <billable>true</billable>\n  <deactivated>false</deactivated>\n  <estimate>3234</estimate>\n  <hourly-rate></hourly-rate>\n</task-assignment>",
            {"accept": "application/xml", "authorization": "Basic bWlhQGV4YW1wbGUuY29tOmxvY2FsLW1lbWJlci10b2tlbg=="},
        ),
        "by_its_manager": Sent(
            "PUT",
            "/projects/1/task_assignments/2",
            "<task-assignment>\n  <billable>true</billable>\n  <deactivated>false</deactivated>\n  <estimate>3234</estimate>\n  <hourly-rate></hourly-rate>\n</task-assignment>",
            {"accept": "application/xml", "authorization": "Basic bWF4QGV4YW1wbGUuY29tOmxvY2FsLW1hbmFnZXItdG9rZW4="},
        ),
        "by_the_manager_of_another_project": Sent(
            "PUT",
            "/projects/2/task_assignments/2",
            "<task-assignment>\n  <billable>true</billable>\n  <deactivated>false</deactivated>\n  <estimate>3234</estimate>\n  <hourly-rate></hourly-rate>\n</task-assignment>",
            {"accept": "application/xml", "authorization": "Basic bWF4QGV4YW1wbGUuY29tOmxvY2FsLW1hbmFnZXItdG9rZW4="},
        ),
        "dashed_name": Sent(
            "PUT",
            "/projects/1/task_assignments/2",
            '{"task-assignment":{"hourly_rate":55.5}}',
            {"accept": "application/json", "content-type": "application/json"},
        ),
        "form": Sent(
            "PUT",
            "/projects/1/task_assignments/2",
            "name=Print",
            {"accept": "application/xml", "content-type": "application/x-www-form-urlencoded"},
        ),
        "negative_budget": Sent(
            "PUT",
            "/projects/1/task_assignments/2",
            "<task-assignment><budget>-1</budget></task-assignment>",
            {"accept": "application/xml"},
        ),
        "not_an_id": Sent(
            "PUT",
            "/projects/1/task_assignments/x",
            "<task-assignment>\n  <billable>true</billable>\n  <deactivated>false</deactivated>\n  <estimate>3234</estimate>\n  <hourly-rate></hourly-rate>\n</task-assignment>",
            {"accept": "application/xml"},
        ),
        "nothing_given": Sent(
            "PUT",
            "/projects/1/task_assignments/2",
            "null",
            {"accept": "application/json", "content-type": "application/json"},
        ),
        "of_another_project": Sent(
            "PUT",
            "/projects/2/task_assignments/2",
            "<task-assignment>\n  <billable>true</billable>\n  <deactivated>false</deactivated>\n  <estimate>3234</estimate>\n  <hourly-rate></hourly-rate>\n</task-assignment>",
            {"accept": "application/xml"},
        ),
        "of_another_record": Sent(
            "PUT",
            "/projects/1/task_assignments/2",
            "<client><name>Print</name></client>",
            {"accept": "application/xml"},
        ),
        "project_not_an_id": Sent(
            "PUT",
            "/projects/x/task_assignments/2",
            "<task-assignment>\n  <billable>true</billable>\n  <deactivated>false</deactivated>\n  <estimate>3234</estimate>\n  <hourly-rate></hourly-rate>\n</task-assignment>",
            {"accept": "application/xml"},
        ),
        "unknown_project": Sent(
            "PUT",
            "/projects/99/task_assignments/2",
            "<task-assignment>\n  <billable>true</billable>\n  <deactivated>false</deactivated>\n  <estimate>3234</estimate>\n  <hourly-rate></hourly-rate>\n</task-assignment>",
            {"accept": "application/xml"},
        ),
        "unreadable_flag": Sent(
            "PUT",
            "/projects/1/task_assignments/2",
            '{"task_assignment":{"billable":"perhaps"}}',
            {"accept": "application/json", "content-type": "application/json"},
        ),
        "whole_record_sent_back": Sent(
            "PUT",
            "/projects/1/task_assignments/2",
            '{"task_assignment":{"id":2,"project_id":1,"task_id":2,"billable":true,"deactivated":false,"estimate":null,"hourly_rate":100,"budget":80,"created_at":"2013-04-30T20:28:12Z","updated_at":"2013-04-30T20:28:12Z"}}',
            {"accept": "application/json", "content-type": "application/json"},
        ),
        "with_an_entity": Sent(
            "PUT",
            "/projects/1/task_assignments/2",
            '<!DOCTYPE task [<!ENTITY x "y">]><task><name>&x;</name></task>',
            {"accept": "application/xml"},
        ),
    },
}
