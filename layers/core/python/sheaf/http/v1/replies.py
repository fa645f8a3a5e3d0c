"""http: entities as v1 shows them, in the order of the original page; what later pages added comes after that."""

from sheaf.domain.identity import Account, Role, User, may_create_projects, may_see_rates
from sheaf.domain.project import Project
from sheaf.domain.task import Task
from sheaf.domain.task_assignment import TaskAssignment
from sheaf.http.v1.resources import Resource


def task(one: Task) -> Resource:
    """A task (Harvest v1, "Tasks")."""
    return Resource(
        "task",
        [
            ("id", "integer", one.id),
            ("name", "string", one.name),
            ("billable_by_default", "boolean", one.billable_by_default),
            ("created_at", "datetime", one.created_at),
            ("updated_at", "datetime", one.updated_at),
            ("is_default", "boolean", one.is_default),
            ("default_hourly_rate", "decimal", one.default_hourly_rate),
            ("deactivated", "boolean", not one.is_active),
        ],
    )


def task_assignment(one: TaskAssignment) -> Resource:
    """A task assignment (Harvest v1, "Task Assignment"); `estimate` and `budget` are one value under two names."""
    return Resource(
        "task_assignment",
        [
            ("id", "integer", one.id),
            ("project_id", "integer", one.project_id),
            ("task_id", "integer", one.task_id),
            ("billable", "boolean", one.billable),
            ("deactivated", "boolean", not one.is_active),
            ("estimate", "decimal", one.budget),
            ("hourly_rate", "decimal", one.hourly_rate),
            ("budget", "decimal", one.budget),
            ("created_at", "datetime", one.created_at),
            ("updated_at", "datetime", one.updated_at),
        ],
    )


def project(one: Project) -> Resource:
    """A project (Harvest v1, "Projects")."""
    return Resource(
        "project",
        [
            ("id", "integer", one.id),
            ("client_id", "integer", one.client_id),
            ("name", "string", one.name),
            ("code", "string", one.code),
            ("active", "boolean", one.is_active),
            ("billable", "boolean", one.is_billable),
            ("bill_by", "string", one.bill_by),
            ("hourly_rate", "decimal", one.hourly_rate),
            ("budget", "decimal", one.budget),
            ("budget_by", "string", one.budget_by),
            ("notify_when_over_budget", "boolean", one.notify_when_over_budget),
            ("over_budget_notification_percentage", "decimal", one.over_budget_notification_percentage),
            ("over_budget_notified_at", "datetime", None),
            ("show_budget_to_all", "boolean", one.show_budget_to_all),
            ("created_at", "datetime", one.created_at),
            ("updated_at", "datetime", one.updated_at),
            ("starts_on", "date", one.starts_on),
            ("ends_on", "date", one.ends_on),
            ("estimate", "decimal", one.budget),
            ("estimate_by", "string", one.budget_by),
            ("notes", "string", one.notes),
            ("cost_budget", "decimal", one.cost_budget),
            ("cost_budget_include_expenses", "boolean", one.cost_budget_include_expenses),
        ],
    )


def who_am_i(account: Account, user: User, base_url: str) -> Resource:
    """The account and the user of a token (Harvest v1, "Account")."""
    company = Resource(
        "company",
        [
            ("base_uri", "string", base_url),
            ("full_domain", "string", base_url.partition("://")[2]),
            ("name", "string", account.name),
            ("active", "boolean", True),
            ("week_start_day", "string", "Monday"),
            ("time_format", "string", "decimal"),
            ("clock", "string", "24h"),
            ("decimal_symbol", "string", "."),
            ("color_scheme", "string", "orange"),
            ("modules", "string", _modules()),
            ("thousands_separator", "string", ","),
        ],
    )
    person = Resource(
        "user",
        [
            ("timezone", "string", "UTC"),
            ("timezone_utc_offset", "integer", 0),
            ("id", "integer", user.id),
            ("email", "string", user.email),
            ("admin", "boolean", user.role is Role.ADMINISTRATOR),
            ("first_name", "string", user.first_name),
            ("last_name", "string", user.last_name),
            ("avatar_url", "string", ""),
            ("project_manager", "string", _project_manager(user)),
            ("timestamp_timers", "boolean", False),
        ],
    )
    return Resource("hash", [("company", "string", company), ("user", "string", person)])


def _modules() -> Resource:
    names = ("expenses", "invoices", "estimates", "approval")
    return Resource("modules", [(name, "boolean", False) for name in names])


def _project_manager(user: User) -> Resource:
    return Resource(
        "project_manager",
        [
            ("is_project_manager", "boolean", user.role is Role.MANAGER),
            ("can_see_rates", "boolean", may_see_rates(user)),
            ("can_create_projects", "boolean", may_create_projects(user)),
            ("can_create_invoices", "boolean", False),
        ],
    )
