"""http: entities as v1 shows them, in the order of the original page; what later pages added comes after that."""

from sheaf.domain.identity import Account, Role, User, may_create_projects, may_see_rates
from sheaf.domain.project import Project
from sheaf.domain.task import Task
from sheaf.domain.task_assignment import TaskAssignment
from sheaf.http.v1.resources import Resource


def task(record: Task) -> Resource:
    """A task (Harvest v1, "Tasks")."""
    return Resource(
        "task",
        [
            ("id", "integer", record.id),
            ("name", "string", record.name),
            ("billable_by_default", "boolean", record.billable_by_default),
            ("created_at", "datetime", record.created_at),
            ("updated_at", "datetime", record.updated_at),
            ("is_default", "boolean", record.is_default),
            ("default_hourly_rate", "decimal", record.default_hourly_rate),
            ("deactivated", "boolean", not record.is_active),
        ],
    )


def task_assignment(record: TaskAssignment) -> Resource:
    """A task assignment (Harvest v1, "Task Assignment"); `estimate` and `budget` are one value under two names."""
    return Resource(
        "task_assignment",
        [
            ("id", "integer", record.id),
            ("project_id", "integer", record.project_id),
            ("task_id", "integer", record.task_id),
            ("billable", "boolean", record.billable),
            ("deactivated", "boolean", not record.is_active),
            ("estimate", "decimal", record.budget),
            ("hourly_rate", "decimal", record.hourly_rate),
            ("budget", "decimal", record.budget),
            ("created_at", "datetime", record.created_at),
            ("updated_at", "datetime", record.updated_at),
        ],
    )


def project(record: Project) -> Resource:
    """A project (Harvest v1, "Projects")."""
    return Resource(
        "project",
        [
            ("id", "integer", record.id),
            ("client_id", "integer", record.client_id),
            ("name", "string", record.name),
            ("code", "string", record.code),
            ("active", "boolean", record.is_active),
            ("billable", "boolean", record.is_billable),
            ("bill_by", "string", record.bill_by),
            ("hourly_rate", "decimal", record.hourly_rate),
            ("budget", "decimal", record.budget),
            ("budget_by", "string", record.budget_by),
            ("notify_when_over_budget", "boolean", record.notify_when_over_budget),
            ("over_budget_notification_percentage", "decimal", record.over_budget_notification_percentage),
            ("over_budget_notified_at", "datetime", None),
            ("show_budget_to_all", "boolean", record.show_budget_to_all),
            ("created_at", "datetime", record.created_at),
            ("updated_at", "datetime", record.updated_at),
            ("starts_on", "date", record.starts_on),
            ("ends_on", "date", record.ends_on),
            ("estimate", "decimal", record.budget),
            ("estimate_by", "string", record.budget_by),
            ("notes", "string", record.notes),
            ("cost_budget", "decimal", record.cost_budget),
            ("cost_budget_include_expenses", "boolean", record.cost_budget_include_expenses),
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
            ("timestamp_timers", "boolean", account.wants_timestamp_timers),
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
