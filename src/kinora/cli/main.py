"""The `kinora` command: what it can do, and the settings that all of it shares."""

from importlib import import_module
from pathlib import Path
from typing import Any

import click

from kinora import __version__

COMMANDS = {
    "serve": ("kinora.cli.serve", "serve"),
    "demo": ("kinora.cli.demo", "demo"),
    "keys": ("kinora.cli.keys", "keys"),
    "accounts": ("kinora.cli.accounts", "accounts"),
    "credits": ("kinora.cli.credits", "credits_"),
    "jobs": ("kinora.cli.jobs", "jobs"),
    "lanes": ("kinora.cli.lanes", "lanes"),
    "queue": ("kinora.cli.queue", "queue"),
    "reviews": ("kinora.cli.reviews", "reviews"),
    "retention": ("kinora.cli.retention", "retention"),
    "hold": ("kinora.cli.holds", "hold"),
    "backup": ("kinora.cli.backup", "backup"),
    "restore": ("kinora.cli.backup", "restore"),
    "webhooks": ("kinora.cli.webhooks", "webhooks"),
    "audit": ("kinora.cli.audit", "audit"),
    "doctor": ("kinora.cli.doctor", "doctor"),
}


class LateGroup(click.Group):
    """A group that imports a command only when it is asked for, so that each starts fast."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the order in which a person meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return a command."""
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(module), name)
        return command


@click.group(cls=LateGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="kinora")
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder that holds everything (default ./kinora-data, or KINORA_DATA).",
)
@click.pass_context
def cli(ctx: click.Context, data: Path | None) -> None:
    """Make films and pictures on your own machine, behind the APIs you already use."""
    given: dict[str, Any] = {"data": data}
    ctx.obj = given
