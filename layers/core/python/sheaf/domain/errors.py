"""domain: the tree of errors. A class says what happened; `http/error_responses.py` maps it to a status."""


class SheafError(Exception):
    """The root of everything that Sheaf refuses on purpose. `str(error)` is a sentence for the caller."""


class NotFoundError(SheafError):
    """Nothing with that id is there for this account. Says the same whether it never was or belongs to another."""


class NotAuthenticatedError(SheafError):
    """The request carries no token, or one that is unknown, expired or revoked."""


class WrongAccountError(SheafError):
    """The token is good, but not for the account that the request names (or it names none)."""


class NotPermittedError(SheafError):
    """The user is known, but their role does not allow this operation."""


class MalformedError(SheafError):
    """The request cannot be read: broken JSON, an unparsable filter. Nothing was looked at beyond that."""


class InvalidError(SheafError):
    """The request reads well and breaks a rule; the message is a list of sentences joined by commas."""


class NameTakenError(InvalidError):
    """Another record of the kind, active or archived, has this name already; upper and lower case do not differ."""

    def __init__(self) -> None:
        super().__init__("Name has already been taken")


class NotRemovableError(InvalidError):
    """Something cannot be deleted because other data still needs it, such as a task with logged time."""


class ChangedSinceError(SheafError):
    """The record is not what the caller says that it is (`If-Match`). Nothing was changed."""

    def __init__(self) -> None:
        super().__init__("The record is not the one that If-Match names by its ETag, in quotes; read it again")


class BusyError(SheafError):
    """The same items were being changed by too many others for too long. Nothing was written; trying again is safe."""
