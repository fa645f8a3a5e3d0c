"""http: the body by which a task becomes part of another."""

from sheaf.domain.errors import InvalidError
from sheaf.domain.values import Id
from sheaf.http.v2.bodies.model import Body, Number


class MergeBody(Body):
    """POST /v2/tasks/{task_id}/merge."""

    into_task_id: Number = None

    def target_id(self) -> Id:
        """The surviving task. Raises InvalidError: it is not given."""
        if self.into_task_id is None:
            raise InvalidError("into_task_id can't be blank")
        return self.into_task_id
