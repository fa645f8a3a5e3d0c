"""What the peers read and show, as pydantic models."""

from decimal import Decimal

from pydantic import BaseModel, Field


class NewTask(BaseModel):
    """The body of a POST."""

    name: str = Field(min_length=1, max_length=255)
    billable_by_default: bool = True
    default_hourly_rate: Decimal = Decimal(0)
    is_default: bool = False
    is_active: bool = True


class TaskChange(BaseModel):
    """The body of a PATCH."""

    name: str | None = Field(default=None, min_length=1, max_length=255)
    billable_by_default: bool | None = None
    default_hourly_rate: Decimal | None = None
    is_default: bool | None = None
    is_active: bool | None = None


class Task(BaseModel):
    """A task as it is shown."""

    id: int
    name: str
    billable_by_default: bool
    default_hourly_rate: float
    is_default: bool
    is_active: bool
    created_at: str
    updated_at: str


class TaskPage(BaseModel):
    """A page of tasks."""

    tasks: list[Task]
    per_page: int
