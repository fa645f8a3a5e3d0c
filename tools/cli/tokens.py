"""`sheaf token`: the access tokens of an account's users. A token is shown when it is made and never again."""

import secrets
from argparse import Namespace
from datetime import datetime

from sheaf.domain.errors import InvalidError
from sheaf.domain.identity import Token, User
from sheaf.domain.values import Id, Timestamp, to_timestamp
from sheaf.http.identity import token_digest
from sheaf.store import accounts, tokens, users
from tools.cli import arguments, deployment, output
from tools.cli.arguments import Parser

TOKEN_BYTES = 32
TOKEN_PREFIX = "sheaf_"  # noqa: S105 - so that secret scanners can find a token that was committed somewhere

_COLUMNS = ("id", "email", "label", "state", "created_at", "expires_at", "sha256_prefix")
_LIST_DESCRIPTION = """\
List the tokens of an account, the newest first, expired and revoked ones included.

Whose is a token that turned up somewhere? What `printf %s TOKEN | sha256sum` prints begins with
its last column."""
_SHOWN_OF_DIGEST = 12  # characters: enough to recognise a token that was found, useless for anything else


def add_commands(token: Parser) -> None:
    """Describe the commands to the parser of `sheaf token`."""
    commands = token.add_subparsers(required=True, metavar="COMMAND")
    issue = commands.add_parser(
        "issue",
        help="issue an access token to a user",
        description="Issue an access token to a user. It is printed on stdout, once: only its SHA-256 is kept.",
        examples=(
            "  sheaf token issue --account 1 --email ada@example.com --label laptop --expires-in 90d\n"
            "  TOKEN=$(sheaf token issue --account 1 --email ada@example.com)"
        ),
    )
    issue.set_defaults(run=_issue)
    arguments.add_account(issue)
    arguments.add_email(issue)
    issue.add_argument("--label", metavar="TEXT", type=arguments.name, help="what the token is for")
    issue.add_argument(
        "--expires-in", metavar="TIME", type=arguments.duration, help="such as 12h, 90d or 26w (default: never)"
    )
    output.add_option(issue)
    deployment.add_options(issue)

    everything = commands.add_parser(
        "list",
        help="list the tokens of an account",
        description=_LIST_DESCRIPTION,
        examples="  sheaf token list --account 1\n  sheaf token list --account 1 --json",
    )
    everything.set_defaults(run=_list)
    arguments.add_account(everything)
    output.add_option(everything)
    deployment.add_options(everything)

    revoke = commands.add_parser(
        "revoke",
        help="revoke a token",
        description="Revoke a token. It stops working; where it was used just now, within 60 seconds.",
        examples="  sheaf token revoke --account 1 12",
    )
    revoke.set_defaults(run=_revoke)
    arguments.add_account(revoke)
    revoke.add_argument("id", metavar="ID", type=arguments.token_id, help="the token's id in `sheaf token list`")
    deployment.add_options(revoke)


def _issue(given: Namespace, now: Timestamp) -> None:
    deployment.connect(given)
    user = users.get_by_email(given.account, given.email)
    if not user.is_active:
        raise InvalidError(f"{user.email} of account {given.account} is archived")
    expires_at = to_timestamp(datetime.fromisoformat(now) + given.expires_in) if given.expires_in else None
    secret = TOKEN_PREFIX + secrets.token_urlsafe(TOKEN_BYTES)
    draft = Token(Id(0), token_digest(secret), user.id, given.label or "", now, expires_at, None)
    token = tokens.issue(given.account, draft)
    life = f"expires at {expires_at}" if expires_at else "does not expire"
    output.tell(f"issued token {token.id} to {user.email} of account {given.account}; it {life} and is shown only now")
    shown: output.Record = {
        "id": token.id,
        "token": secret,
        "email": user.email,
        "label": token.label,
        "created_at": token.created_at,
        "expires_at": token.expires_at,
    }
    output.show_one(shown, "token", as_json=given.json)


def _list(given: Namespace, now: Timestamp) -> None:
    deployment.connect(given)
    accounts.get(given.account)
    listed = list(tokens.everything(given.account))  # before the users, so that whose user is missing has none
    people = {user.id: user for user in users.everyone(given.account)}
    shown = [_shown(token, people.get(token.user_id), now) for token in listed]
    output.show_all(shown, _COLUMNS, as_json=given.json)


def _revoke(given: Namespace, now: Timestamp) -> None:
    deployment.connect(given)
    token = tokens.revoke(given.account, given.id, now)
    output.tell(f"token {token.id} of account {given.account} is revoked since {token.revoked_at}")


def _shown(token: Token, user: User | None, now: Timestamp) -> output.Record:
    return {
        "id": token.id,
        "email": None if user is None else user.email,
        "label": token.label,
        "state": _state(token, user, now),
        "created_at": token.created_at,
        "expires_at": token.expires_at,
        "revoked_at": token.revoked_at,
        "sha256_prefix": token.digest[:_SHOWN_OF_DIGEST],
    }


def _state(token: Token, user: User | None, now: Timestamp) -> str:
    if token.revoked_at is not None:
        return "revoked"
    if not token.is_valid(now):
        return "expired"
    if user is None:
        return "user_deleted"
    return "valid" if token.is_of(user) else "user_archived"
