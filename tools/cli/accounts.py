"""`sheaf account`: the accounts of a deployment.

They cannot be listed: accounts share no partition, so that would read the whole table.
"""

import secrets
from argparse import Namespace

from sheaf.domain.values import Timestamp
from sheaf.store import accounts
from tools.cli import arguments, deployment, output
from tools.cli.arguments import Parser

PAGING_KEY_BYTES = 32


def add_commands(account: Parser) -> None:
    """Describe the commands to the parser of `sheaf account`."""
    commands = account.add_subparsers(required=True, metavar="COMMAND")
    create = commands.add_parser(
        "create",
        help="create an account without users",
        description="Create an account without users, and print its number.",
        examples='  sheaf account create "Example Ltd"\n  sheaf account create "Example Ltd" --id 1234567 --json',
    )
    create.set_defaults(run=_create)
    create.add_argument("name", metavar="NAME", type=arguments.name, help="the company's name")
    create.add_argument("--id", type=arguments.account_id, help="the number to have (default: the next free one)")
    output.add_option(create)
    deployment.add_options(create)


def _create(given: Namespace, now: Timestamp) -> None:
    deployment.connect(given)
    account = accounts.create(given.name, secrets.token_bytes(PAGING_KEY_BYTES), now, given.id)
    output.tell(f"created account {account.id}: {account.name}")
    shown: output.Record = {"id": account.id, "name": account.name, "created_at": account.created_at}
    output.show_one(shown, "id", as_json=given.json)
