"""GET /v2/projects/{project_id}/user_assignments."""

from tests.functions.examples import NOT_AUTHORIZED, NOT_FOUND, not_an_id
from tests.functions.pages import only_page
from tests.functions.test_list_user_assignments import OF_STORE

PATH = "/v2/projects/1/user_assignments"
EXPECTED = {
    "updated_since": only_page(PATH, [], "updated_since=2999-12-31"),
    "project_not_an_id": not_an_id("project_id"),
    "all": only_page(PATH, OF_STORE),
    "active": only_page(PATH, OF_STORE, "is_active=true"),
    "archived": only_page(PATH, [], "is_active=false"),
    "by_its_manager": only_page(PATH, OF_STORE),
    "by_a_member": NOT_AUTHORIZED,
    "unknown_project": NOT_FOUND,
}
