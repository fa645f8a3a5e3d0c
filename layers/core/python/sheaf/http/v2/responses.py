"""http: entities as v2 shows them: the fields in Harvest's order, decimals as JSON numbers."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sheaf.domain.business_role import BusinessRole
from sheaf.domain.client import Client
from sheaf.domain.identity import Account, Role, User, may_create_projects, may_see_rates
from sheaf.domain.operation import Operation, UnderWayError
from sheaf.domain.project import Project
from sheaf.domain.task import DeletedTask, Task
from sheaf.domain.task_assignment import AssignedTask, TaskAssignment
from sheaf.domain.time_entry import ExternalReference, LoggedTime
from sheaf.domain.timers import time_of_day
from sheaf.domain.user_assignment import AssignedUser, ProjectAssignment, UserAssignment
from sheaf.domain.values import Id, Timestamp
from sheaf.http.error_responses import error_response
from sheaf.http.request import Request
from sheaf.http.response import Response


def show_task(task: Task) -> dict[str, Any]:
    """A task (Harvest v2, "The task object")."""
    return {
        "id": task.id,
        "name": task.name,
        "billable_by_default": task.billable_by_default,
        "default_hourly_rate": as_number(task.default_hourly_rate),
        "is_default": task.is_default,
        "is_active": task.is_active,
        "created_at": task.created_at,
        "updated_at": task.updated_at,
    }


def show_deleted_task(deleted: DeletedTask) -> dict[str, Any]:
    """A task that can be restored, as it was."""
    return {**show_task(deleted.task), "deleted_at": deleted.deleted_at}


def show_operation(operation: Operation) -> dict[str, Any]:
    """How a large operation stands. Harvest has none, so the fields are ours."""
    _, kind = operation.kind.split("_", maxsplit=1)
    return {
        "id": operation.id,
        "kind": operation.kind,
        "status": "completed" if operation.is_completed else "running",
        "record": {"kind": kind, "id": operation.subject_id},
        "started_at": operation.started_at,
    }


def under_way(operation_id: Id) -> Response:
    """202: what is asked for goes on after the answer, and where it can be asked how it stands."""
    return error_response(UnderWayError(operation_id))


def show_client(client: Client) -> dict[str, Any]:
    """A client (Harvest v2, "The client object"); Sheaf makes no invoices, so there is no key to a statement."""
    return {
        "id": client.id,
        "name": client.name,
        "is_active": client.is_active,
        "address": client.address,
        "statement_key": None,
        "created_at": client.created_at,
        "updated_at": client.updated_at,
        "currency": client.currency,
    }


def show_project(project: Project, client: Client) -> dict[str, Any]:
    """A project (Harvest v2, "The project object")."""
    return {**show_own_project(project), "client": _client(client)}


def show_own_project(project: Project) -> dict[str, Any]:
    """A project without its client."""
    return {
        "id": project.id,
        "name": project.name,
        "code": project.code,
        "is_active": project.is_active,
        "is_billable": project.is_billable,
        "is_fixed_fee": project.is_fixed_fee,
        "bill_by": project.bill_by,
        "budget": as_number(project.budget),
        "budget_by": project.budget_by,
        "budget_is_monthly": project.budget_is_monthly,
        "notify_when_over_budget": project.notify_when_over_budget,
        "over_budget_notification_percentage": as_number(project.over_budget_notification_percentage),
        "show_budget_to_all": project.show_budget_to_all,
        "created_at": project.created_at,
        "updated_at": project.updated_at,
        "starts_on": project.starts_on,
        "ends_on": project.ends_on,
        "over_budget_notification_date": None,
        "notes": project.notes,
        "cost_budget": as_number(project.cost_budget),
        "cost_budget_include_expenses": project.cost_budget_include_expenses,
        "hourly_rate": as_number(project.hourly_rate),
        "fee": as_number(project.fee),
    }


def show_task_assignment(assigned_task: AssignedTask) -> dict[str, Any]:
    """A task assignment (Harvest v2, "The task assignment object")."""
    return {
        **show_own_assignment(assigned_task.assignment),
        "project": _project(assigned_task.project),
        "task": _named(assigned_task.task),
    }


def show_user_assignment(assigned_user: AssignedUser, reader: User) -> dict[str, Any]:
    """A user assignment (Harvest v2, "The user assignment object"); its rate is for those who may see rates."""
    return {
        **_user_assignment(reader, assigned_user.user, assigned_user.project, assigned_user.assignment),
        "project": _project(assigned_user.project),
        "user": {"id": assigned_user.user.id, "name": assigned_user.user.name},
    }


def show_time_entry(logged_time: LoggedTime, reader: User, now: Timestamp) -> dict[str, Any]:
    """A time entry as it is `now` (Harvest v2, "The time entry object"). Sheaf has no invoices and approvals."""
    entry, hours = logged_time.entry, as_number(logged_time.entry.hours_at(now))
    reference = entry.external_reference
    return {
        "id": entry.id,
        "spent_date": entry.spent_date,
        "hours": hours,
        "hours_without_timer": as_number(entry.hours),
        "rounded_hours": hours,
        "notes": entry.notes,
        "is_locked": False,
        "locked_reason": None,
        "approval_status": "unsubmitted",
        "is_closed": False,
        "is_billed": False,
        "timer_started_at": entry.timer_started_at,
        "started_time": (entry.timer_started_at and time_of_day(entry.timer_started_at, logged_time.user))
        or entry.started_time,
        "ended_time": entry.ended_time,
        "is_running": entry.is_running,
        "billable": logged_time.assignment.billable,
        "budgeted": logged_time.budgeted,
        "billable_rate": as_number(logged_time.billable_rate) if may_see_rates(reader) else None,
        "cost_rate": None,
        "created_at": entry.created_at,
        "updated_at": entry.updated_at,
        "user": {"id": logged_time.user.id, "name": logged_time.user.name},
        "client": _client(logged_time.client),
        "project": _project(logged_time.project),
        "task": _named(logged_time.task),
        "user_assignment": _user_assignment(reader, logged_time.user, logged_time.project, logged_time.user_assignment),
        "task_assignment": _assignment_for(reader, logged_time.assignment),
        "invoice": None,
        "external_reference": None if reference is None else show_reference(reference),
    }


def show_project_assignment(found: ProjectAssignment, user: User, reader: User) -> dict[str, Any]:
    """What a user may log time to on one project (Harvest v2, "The project assignment object")."""
    return {
        **_user_assignment(reader, user, found.project, found.assignment),
        "project": {**_project(found.project), "is_billable": found.project.is_billable},
        "client": _client(found.client),
        "task_assignments": [
            {**_assignment_for(reader, task.assignment), "task": _named(task.task)} for task in found.tasks
        ],
    }


def show_user(user: User, reader: User, roles: Sequence[str]) -> dict[str, Any]:
    """A user (Harvest v2, "The user object"), with what clients of 2018 read in place of `access_roles`.

    `roles` are the names of their business roles. Rates are shown to those who may see them; a telephone and a picture
    are not kept.
    """
    return {
        "id": user.id,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "email": user.email,
        "telephone": "",
        "timezone": user.timezone,
        "has_access_to_all_future_projects": user.has_access_to_all_future_projects,
        "is_contractor": user.is_contractor,
        "is_admin": user.role is Role.ADMINISTRATOR,
        "is_project_manager": user.role is Role.MANAGER,
        "can_see_rates": may_see_rates(user),
        "can_create_projects": may_create_projects(user),
        "can_create_invoices": user.role is Role.ADMINISTRATOR,
        "is_active": user.is_active,
        "weekly_capacity": user.weekly_capacity,
        "default_hourly_rate": as_number(user.default_hourly_rate) if may_see_rates(reader) else None,
        "cost_rate": as_number(user.cost_rate) if reader.role is Role.ADMINISTRATOR else None,
        "roles": list(roles),
        "access_roles": user.access_roles,
        "avatar_url": "",
        "created_at": user.created_at,
        "updated_at": user.updated_at,
    }


def show_role(role: BusinessRole) -> dict[str, Any]:
    """A business role (Harvest v2, "The role object")."""
    return {
        "id": role.id,
        "name": role.name,
        "user_ids": sorted(role.user_ids),
        "created_at": role.created_at,
        "updated_at": role.updated_at,
    }


def show_accounts(user: User, account: Account) -> dict[str, Any]:
    """Who somebody is and where (Harvest's identity service, "accounts"); a token is of one account."""
    return {
        "user": {"id": user.id, "first_name": user.first_name, "last_name": user.last_name, "email": user.email},
        "accounts": [{"id": account.id, "name": account.name, "product": "harvest", "google_sign_in_required": False}],
    }


def show_company(account: Account, base_url: str) -> dict[str, Any]:
    """The company (Harvest v2, "The company object"): an account as its clients want to know it first."""
    return {
        "base_uri": base_url,
        "full_domain": base_url.partition("://")[2],
        "name": account.name,
        "is_active": True,
        "week_start_day": "Monday",
        "wants_timestamp_timers": account.wants_timestamp_timers,
        "time_format": "decimal",
        "date_format": "%Y-%m-%d",
        "plan_type": "sheaf",
        "clock": "24h",
        "currency": "USD",
        "currency_code_display": "iso_code_none",
        "currency_symbol_display": "symbol_before",
        "decimal_symbol": ".",
        "thousands_separator": ",",
        "color_scheme": "orange",
        "weekly_capacity": account.weekly_capacity,
        "expense_feature": False,
        "invoice_feature": False,
        "estimate_feature": False,
        "approval_feature": False,
        "team_feature": False,
    }


def show_own_assignment(task_assignment: TaskAssignment) -> dict[str, Any]:
    """A task assignment without its project and its task."""
    return {
        "id": task_assignment.id,
        "billable": task_assignment.billable,
        "is_active": task_assignment.is_active,
        "created_at": task_assignment.created_at,
        "updated_at": task_assignment.updated_at,
        "hourly_rate": as_number(task_assignment.hourly_rate),
        "budget": as_number(task_assignment.budget),
    }


def _assignment_for(reader: User, task_assignment: TaskAssignment) -> dict[str, Any]:
    """An assignment inside something that everybody may read: its rate is shown to those who may see rates."""
    shown = show_own_assignment(task_assignment)
    return shown if may_see_rates(reader) else {**shown, "hourly_rate": None}


def _user_assignment(reader: User, user: User, project: Project, assignment: UserAssignment | None) -> dict[str, Any]:
    """A user on a project inside something else. Its id is the project's for time of before there were assignments."""
    if assignment is None:
        return {
            "id": project.id,
            "is_project_manager": project.id in user.managed_projects,
            "is_active": True,
            "use_default_rates": True,
            "budget": None,
            "created_at": project.created_at,
            "updated_at": project.updated_at,
            "hourly_rate": None,
        }
    return show_own_user_assignment(assignment, reader)


def show_own_user_assignment(assignment: UserAssignment, reader: User) -> dict[str, Any]:
    """A user assignment without its user and its project."""
    return {
        "id": assignment.id,
        "is_project_manager": assignment.is_project_manager,
        "is_active": assignment.is_active,
        "use_default_rates": assignment.use_default_rates,
        "budget": as_number(assignment.budget),
        "created_at": assignment.created_at,
        "updated_at": assignment.updated_at,
        "hourly_rate": as_number(assignment.hourly_rate) if may_see_rates(reader) else None,
    }


def _client(client: Client) -> dict[str, Any]:
    return {"id": client.id, "name": client.name, "currency": client.currency}


def _project(project: Project) -> dict[str, Any]:
    return {"id": project.id, "name": project.name, "code": project.code}


def _named(task: Task) -> dict[str, Any]:
    return {"id": task.id, "name": task.name}


def show_reference(external_reference: ExternalReference) -> dict[str, Any]:
    """What an entry belongs to in another system (Harvest v2, "external_reference")."""
    return {
        "id": external_reference.id,
        "group_id": external_reference.group_id,
        "account_id": external_reference.account_id,
        "permalink": external_reference.permalink,
    }


def created(request: Request, body: dict[str, Any]) -> Response:
    """201, with the new record and the address it now has."""
    return Response(201, body, {"Location": f"{request.base_url}{request.path}/{body['id']}"})


def as_number(amount: Decimal | None) -> float | None:
    """At the edge only: twelve digits with two decimals come out of a float as they went in."""
    return None if amount is None else float(amount)
