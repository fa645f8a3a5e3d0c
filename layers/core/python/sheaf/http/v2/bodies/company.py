"""http: the body of a company."""

from sheaf.http.v2.bodies.model import Body, Flag, WholeNumber


class CompanyBody(Body):
    """PATCH /v2/company."""

    wants_timestamp_timers: Flag = None
    weekly_capacity: WholeNumber = None
