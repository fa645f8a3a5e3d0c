"""GET /v2/users/me."""

from tests.functions.examples import ADMIN_ADA, MANAGER_MAX, MEMBER_MIA, expected

EXPECTED = {
    "by_an_administrator": expected(200, ADMIN_ADA),
    "by_a_manager": expected(200, MANAGER_MAX),
    "by_a_member": expected(200, MEMBER_MIA),
    "token_in_the_query": expected(200, MEMBER_MIA),
}
