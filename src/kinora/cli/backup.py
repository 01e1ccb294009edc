"""`kinora backup` and `kinora restore`."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from kinora.bootstrap.ground import Operator
from kinora.cli.desk import as_json, at_desk, plain_errors, settings_of, show_one, user
from kinora.domain.deed import By

FOLDER = click.Path(file_okay=False, path_type=Path)
MIB = 1 << 20


@click.command()
@click.argument("to", type=FOLDER)
@click.option(
    "--with-media/--no-media", "media", default=True, show_default=True, help="Also the media."
)
@click.option("--copy", is_flag=True, help="Copy media also where the disk could share it.")
@as_json
@click.pass_obj
def backup(obj: dict[str, Any], *, to: Path, media: bool, copy: bool, as_json: bool) -> None:
    """Write a backup to the folder TO, while the server runs or not.

    A backup that is there already is renewed: only new media is copied. The exit status is 1 when
    media was missing.
    """
    from kinora.bootstrap.backup import back_up  # noqa: PLC0415 - keeps `--help` fast

    settings = settings_of(obj)
    kept = "with media" if media else "without media"
    at_desk(obj, lambda operator: noted(operator, f"to {to.absolute()}, {kept}"))
    with plain_errors():
        made = back_up(settings, to, media=media, link=not copy)
    if as_json:
        click.echo(json.dumps(asdict(made), indent=2))
    else:
        kept = f"{made.number} files of media, {made.size / MIB:.1f} MiB" if media else "no media"
        click.echo(f"{to}: schema {made.schema}, {kept}")
    if made.missing:
        click.echo(
            f"{len(made.missing)} files of media were missing; see `kinora doctor`", err=True
        )
        raise SystemExit(1)


@click.command()
@click.argument("source", metavar="FROM", type=FOLDER)
@click.option("--data", type=FOLDER, help="The new data folder; it must be empty or not there.")
@click.option("--quick", is_flag=True, help="Check media by its size only.")
@as_json
@click.pass_obj
def restore(
    obj: dict[str, Any], *, source: Path, data: Path | None, quick: bool, as_json: bool
) -> None:
    """Make a new data folder of the backup FROM, which stays as it is."""
    from kinora.bootstrap.backup import restore as bring_back  # noqa: PLC0415 - see above

    settings = settings_of({**obj, "data": data or obj["data"]})
    with plain_errors():
        done = bring_back(source, settings.data, quick=quick, by=By(who=f"cli:{user()}"))
    made = done.manifest
    if as_json:
        told = {"data": str(settings.data), "as_of": made.at, "schema": done.schema}
        show_one({**told, "media": made.media, "settings": made.settings}, json_form=True)
        return
    click.echo(
        f"{settings.data}: as of {made.at:%Y-%m-%d %H:%M:%S} UTC, schema {done.schema}. "
        f"What was accepted later is unknown here; `kinora serve` takes up what ran then."
    )
    if not made.media:
        click.echo("The backup has no media: `kinora doctor --mend` marks it as deleted.")
    for name, value in made.settings.items():
        click.echo(f"  the backed up server had {name} = {value}")


async def noted(operator: Operator, detail: str) -> None:
    """Write in the audit log that a backup is being written, before anything leaves the folder."""
    ground = operator.ground
    deed = operator.by.deed("backup.write", "server", at=ground.clock.now(), detail=detail)
    async with ground.store.transaction() as tx:
        await tx.audit.add(deed)
