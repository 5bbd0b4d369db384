"""The command line. It reads the settings, opens a runtime, and prints what use cases and queries say."""

from __future__ import annotations

import os
import sys
from io import TextIOWrapper
from typing import Any

import click

from config.settings import SettingsFault
from routes.faults import FileFault
from web.commands import actions, clocks, data, forecasting, looking, notices, reminding, routing, serving, slips, users
from workflow.errors import Unavailable, WorkflowError

FAULT, USAGE = 1, 2


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="decision-routes", prog_name="decision-routes")
def cli() -> None:
    """Where decisions of several public bodies are, when they will be done, and proof of what was decided."""


for module in (data, looking, notices, clocks, forecasting, routing, actions, reminding, serving, slips, users):
    for command in module.COMMANDS:
        cli.add_command(command)


def main(arguments: list[str] | None = None) -> None:
    """Run one command. Exit 0: done; 1: a fault, a refusal, an unknown id; 2: wrong usage, no database."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # what a terminal cannot show is no reason to stop
    if not all(_is_text(word) for word in (sys.argv[1:] if arguments is None else arguments)):
        _say("The command holds a word that is not written in UTF-8. Type it again.")
        sys.exit(USAGE)
    try:
        status: Any = cli.main(args=arguments, prog_name="decision-routes", standalone_mode=False)
    except click.exceptions.Exit as leaving:
        sys.exit(leaving.exit_code)
    except (click.Abort, KeyboardInterrupt):
        _say("Stopped.")
        sys.exit(130)
    except click.ClickException as err:
        _say(" ".join(err.format_message().split()))
        sys.exit(USAGE)
    except (Unavailable, SettingsFault) as err:
        _say(str(err))
        sys.exit(USAGE)
    except (WorkflowError, FileFault) as err:
        for line in str(err).splitlines():
            _say(line)
        sys.exit(FAULT)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(FAULT)
    except OSError as err:
        _say(f"{err.filename or 'The file'} cannot be used: {(err.strerror or str(err)).lower()}.")
        sys.exit(USAGE)
    except Exception as err:
        if sys.flags.dev_mode:
            raise
        _say(
            f"That went wrong in a way nobody foresaw ({type(err).__name__}: {err}). "
            "Look whether it was recorded before you repeat it."
        )
        sys.exit(FAULT)
    sys.exit(status if isinstance(status, int) else 0)


def _is_text(word: str) -> bool:
    try:
        word.encode()
    except UnicodeEncodeError:  # bytes that are no UTF-8 arrive as half of a pair of surrogates
        return False
    return True


def _say(sentence: str) -> None:
    click.echo(sentence, err=True)


if __name__ == "__main__":
    main()
