"""The program `sheaf`: reads the command line, runs one command, and says what went wrong in one line.

Exit status: 0 done; 1 refused, not there, or AWS out of reach; 2 the command line itself is wrong; 3 an import has come
to its end, but some of its rows failed; 130 Ctrl-C.
"""

import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

from botocore.exceptions import BotoCoreError, ClientError

from sheaf.domain.errors import SheafError
from sheaf.domain.values import to_timestamp
from tools.cli import accounts, changes, imports, tasks, tokens, users
from tools.cli.arguments import Parser
from tools.cli.deployment import DeploymentError
from tools.cli.output import tell

_EXAMPLES = """\
  sheaf account create "Example Ltd"
  sheaf user add --account 1 --email ada@example.com --first-name Ada --last-name Admin \\
    --role administrator
  TOKEN=$(sheaf token issue --account 1 --email ada@example.com --expires-in 90d)
  sheaf import time.csv --account 1 --dry-run --wait

Every command takes --stack NAME, --region and --profile for a deployment in AWS, or --local for `make run`."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that `arguments` (by default those of the process) ask for and return the exit status."""
    given = parser().parse_args(arguments)
    try:
        status: int | None = given.run(given, to_timestamp(datetime.now(UTC)))
        sys.stdout.flush()
    except (SheafError, DeploymentError) as error:
        tell(f"sheaf: {error}")
        return 1
    except ClientError as error:
        answer = error.response["Error"]
        tell(f"sheaf: AWS refused {error.operation_name}: {answer['Code']}: {answer['Message']}")
        return 1
    except BotoCoreError as error:
        tell(f"sheaf: {' '.join(str(error).split())}")
        return 1
    except BrokenPipeError:
        # The reader has gone, as `head` does. What Python would still flush at its end goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        return imports.INTERRUPTED
    return status or 0


def parser() -> Parser:
    """The whole command line."""
    sheaf = Parser(
        prog="sheaf",
        description="Accounts, users, access tokens, tasks, imports and changes of a deployment of Sheaf.",
        examples=_EXAMPLES,
    )
    nouns = sheaf.add_subparsers(required=True, metavar="COMMAND")
    for noun, commands, help_line, examples in (
        ("account", accounts, "create accounts", '  sheaf account create "Example Ltd"'),
        ("user", users, "add, list and archive users", "  sheaf user list --account 1"),
        ("changes", changes, "follow, export and repair the feed of changes", "  sheaf changes tail --account 1"),
        ("task", tasks, "assign tasks to many projects", "  sheaf task assign 7 --account 1 --all-active"),
        ("token", tokens, "issue, list and revoke access tokens", "  sheaf token list --account 1"),
    ):
        commands.add_commands(
            nouns.add_parser(noun, help=help_line, description=help_line.capitalize() + ".", examples=examples)
        )
    imports.add_parser(nouns)
    return sheaf


if __name__ == "__main__":
    sys.exit(main())
