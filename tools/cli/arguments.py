"""What may stand on the command line: the parser, and the types of the single values.

argparse rather than click: click is here only because the SAM CLI uses it, in a version that the SAM CLI chooses.
"""

import argparse
import os
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import NoReturn

from sheaf.domain.errors import InvalidError, SheafError
from sheaf.domain.identity import AccountId
from sheaf.domain.imports.transfer import clean_file_name
from sheaf.domain.record import Kind
from sheaf.domain.values import Id, Timestamp, clean_email, clean_name, parse_id, parse_timestamp
from sheaf.http.v2.change_query import read_kinds, read_record
from sheaf.imports.splitting import SIZE_LIMIT

_DURATION = re.compile(r"(?P<number>[1-9]\d{0,4})(?P<unit>[hdw])")
_UNITS = {"h": "hours", "d": "days", "w": "weeks"}


class Parser(argparse.ArgumentParser):
    """An argument parser that says what is wrong in one line, whatever the usage looks like."""

    def __init__(self, prog: str, description: str, examples: str) -> None:
        super().__init__(
            prog,
            description=description,
            epilog=f"examples:\n{examples}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )

    def error(self, message: str) -> NoReturn:
        """End with status 2 and one line."""
        self.exit(2, f"{self.prog}: {message} (see {self.prog} --help)\n")


def add_account(parser: Parser) -> None:
    """The account that a command works on."""
    parser.add_argument("--account", metavar="N", type=account_id, required=True, help="the account's number")


def add_email(parser: Parser) -> None:
    """The user that a command works on."""
    parser.add_argument("--email", type=email, required=True, help="the user's address, in whatever case")


def account_id(text: str) -> AccountId:
    """The number of an account."""
    return AccountId(_id(text, "an account's number"))


def project_id(text: str) -> Id:
    """The id of a project."""
    return _id(text, "a project's id")


def task_id(text: str) -> Id:
    """The id of a task."""
    return _id(text, "a task's id")


def user_id(text: str) -> Id:
    """The id of a user, as `sheaf user list` shows it."""
    return _id(text, "a user's id")


def token_id(text: str) -> Id:
    """The id of a token, as `sheaf token list` shows it."""
    return _id(text, "a token's id")


def import_id(text: str) -> Id:
    """The id of an import."""
    return _id(text, "an import's id")


def check_readable(path: Path) -> None:
    """See to it that a file can be read, has a name that can be kept, and has a size that can be imported.

    Raises:
        InvalidError.
    """
    if not path.is_file() or not os.access(path, os.R_OK):
        raise InvalidError(f"{str(path)!r} is not a file that can be read")
    if not path.stat().st_size:
        raise InvalidError(f"{str(path)!r} is empty")
    if path.stat().st_size > SIZE_LIMIT:
        raise InvalidError(f"{str(path)!r} is larger than {SIZE_LIMIT // 1024**3} GB; cut it into several")
    clean_file_name(path.name)


def check_writable(path: Path) -> None:
    """See to it that a file can be written, be it there or not: nobody wants to learn it an hour later.

    Raises:
        InvalidError: it is a folder, lies in none, or belongs to somebody else.
    """
    if path.is_dir() or not os.access(path if path.exists() else path.parent, os.W_OK):
        raise InvalidError(f"{str(path)!r} is not a file that can be written")


def name(text: str) -> str:
    """The name of an account or of a person, without the white space around it."""
    return _checked(clean_name, text)


def email(text: str) -> str:
    """An email address. Only what no address can lack is checked: whether it is right is known to who reads it."""
    try:
        return clean_email(text, "the address")
    except InvalidError:
        raise argparse.ArgumentTypeError(f"{text[:64]!r} is not an email address") from None


def duration(text: str) -> timedelta:
    """A length of time such as 12h, 90d or 26w."""
    match = _DURATION.fullmatch(text)
    if match is None or not text.isascii():
        raise argparse.ArgumentTypeError(f"{text[:64]!r} is not a length of time such as 12h, 90d or 26w")
    return timedelta(**{_UNITS[match["unit"]]: int(match["number"])})


def moment(text: str) -> Timestamp:
    """A point in time, or the beginning of a day."""
    return _checked(lambda given: parse_timestamp(given, "time"), text)


def kinds(text: str) -> frozenset[Kind]:
    """Some kinds of records: `task,project`."""
    return _checked(read_kinds, text)


def record(text: str) -> tuple[Kind, Id]:
    """One record: `task:5`."""
    return _checked(read_record, text)


def _id(text: str, what: str) -> Id:
    return _checked(lambda given: parse_id(given, what), text)


def _checked[Value](check: Callable[[str], Value], text: str) -> Value:
    try:
        return check(text)
    except SheafError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
