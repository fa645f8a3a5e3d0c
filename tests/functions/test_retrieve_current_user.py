"""GET /v2/users/me."""

from tests.functions.examples import RECENT, Whole, expected


def user(user_id: int, first_name: str, last_name: str, access_roles: list[str]) -> Whole:
    return expected(
        200,
        {
            "id": user_id,
            "first_name": first_name,
            "last_name": last_name,
            "email": f"{first_name.lower()}@example.com",
            "telephone": "",
            "timezone": "UTC",
            "has_access_to_all_future_projects": False,
            "is_contractor": False,
            "is_active": True,
            "weekly_capacity": 126000,
            "default_hourly_rate": None,
            "cost_rate": None,
            "roles": [],
            "access_roles": access_roles,
            "avatar_url": "",
            "created_at": RECENT,
            "updated_at": RECENT,
        },
    )


OF_MIA = user(3, "Mia", "Member", ["member"])

EXPECTED = {
    "by_an_administrator": user(1, "Ada", "Admin", ["administrator"]),
    "by_a_manager": user(2, "Max", "Manager", ["manager", "client_and_task_manager", "project_creator"]),
    "by_a_member": OF_MIA,
    "token_in_the_query": OF_MIA,
}
