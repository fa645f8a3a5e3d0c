"""store: projects as items."""

from collections.abc import Sequence

from sheaf.domain.errors import InvalidError
from sheaf.domain.identity import AccountId
from sheaf.domain.project import BillBy, BudgetBy, Project
from sheaf.domain.values import Day, Id, Timestamp, fold_name
from sheaf.store import keys
from sheaf.store.items import flag, number, read_decimal, read_id, read_text, text
from sheaf.store.records import Counter, RecordMapper
from sheaf.store.writes import Item


def _to_item(project: Project) -> Item:
    return {
        "id": number(project.id),
        "client_id": number(project.client_id),
        "name": text(project.name),
        "code": text(project.code),
        "is_active": flag(project.is_active),
        "is_billable": flag(project.is_billable),
        "is_fixed_fee": flag(project.is_fixed_fee),
        "bill_by": text(project.bill_by),
        "hourly_rate": number(project.hourly_rate),
        "budget": number(project.budget),
        "budget_by": text(project.budget_by),
        "budget_is_monthly": flag(project.budget_is_monthly),
        "notify_when_over_budget": flag(project.notify_when_over_budget),
        "over_budget_notification_percentage": number(project.over_budget_notification_percentage),
        "show_budget_to_all": flag(project.show_budget_to_all),
        "cost_budget": number(project.cost_budget),
        "cost_budget_include_expenses": flag(project.cost_budget_include_expenses),
        "fee": number(project.fee),
        "notes": text(project.notes),
        "starts_on": text(project.starts_on),
        "ends_on": text(project.ends_on),
        "created_at": text(project.created_at),
        "updated_at": text(project.updated_at),
        "version": number(project.version),
    }


def _from_item(item: Item) -> Project:
    starts_on, ends_on = read_text(item["starts_on"]), read_text(item["ends_on"])
    return Project(
        id=read_id(item["id"]),
        client_id=read_id(item["client_id"]),
        name=item["name"]["S"],
        code=read_text(item["code"]),
        is_active=item["is_active"]["BOOL"],
        is_billable=item["is_billable"]["BOOL"],
        is_fixed_fee=item["is_fixed_fee"]["BOOL"],
        bill_by=BillBy(item["bill_by"]["S"]),
        hourly_rate=read_decimal(item["hourly_rate"]),
        budget=read_decimal(item["budget"]),
        budget_by=BudgetBy(item["budget_by"]["S"]),
        budget_is_monthly=item["budget_is_monthly"]["BOOL"],
        notify_when_over_budget=item["notify_when_over_budget"]["BOOL"],
        over_budget_notification_percentage=read_decimal(item["over_budget_notification_percentage"]),
        show_budget_to_all=item["show_budget_to_all"]["BOOL"],
        cost_budget=read_decimal(item["cost_budget"]),
        cost_budget_include_expenses=item["cost_budget_include_expenses"]["BOOL"],
        fee=read_decimal(item["fee"]),
        notes=read_text(item["notes"]),
        starts_on=None if starts_on is None else Day(starts_on),
        ends_on=None if ends_on is None else Day(ends_on),
        created_at=Timestamp(item["created_at"]["S"]),
        updated_at=Timestamp(item["updated_at"]["S"]),
        version=int(item["version"]["N"]),
    )


def _lists(account_id: AccountId, project: Project) -> Sequence[str]:
    return [keys.children(account_id, "CLIENT", project.client_id, "PROJECT")]


def _counters(account_id: AccountId, project: Project) -> Sequence[Counter]:
    return [Counter(keys.guard(account_id, "CLIENT", project.client_id), InvalidError("Client can't be blank"))]


def claim_of(client_id: Id, folded_name: str) -> str:
    """Two clients may each have a project of the same name; one client may not."""
    return f"{client_id}#{folded_name}"


PROJECT = RecordMapper(
    "PROJECT",
    _to_item,
    _from_item,
    lists=_lists,
    counters=_counters,
    claim=lambda project: claim_of(project.client_id, fold_name(project.name)),
)
