"""`kinora serve`: the server, from its first start to its last breath."""

import asyncio
import sys
from pathlib import Path
from socket import socket as Socket  # noqa: N812 - the name of a value here
from typing import Any

import click

from kinora.cli.supervisor import Supervisor, listen
from kinora.domain.keys import token_of
from kinora.settings import BadSettings, Settings, read_settings


@click.command()
@click.option("--host", help="Address to listen on (default 127.0.0.1, or KINORA_HOST).")
@click.option("--port", type=int, help="Port, 0 for a free one (default 8080, or KINORA_PORT).")
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder that holds everything (default ./kinora-data, or KINORA_DATA).",
)
@click.pass_obj
def serve(obj: dict[str, Any], host: str | None, port: int | None, data: Path | None) -> None:
    """Start the server: API, dispatcher and engines, until it is told to stop."""
    try:
        settings = read_settings({"host": host, "port": port, "data": data or obj["data"]})
    except BadSettings as error:
        raise click.ClickException(str(error)) from None
    sys.exit(run(settings))


def run(settings: Settings) -> int:
    """Serve until stopped; return the exit status."""
    from kinora.adapters.locks import try_lock  # noqa: PLC0415 - keeps `--help` fast

    try:
        settings.data.mkdir(parents=True, exist_ok=True)
        lock = try_lock(settings.data / "run" / "serve.lock")
    except OSError as error:
        text = f"cannot write to {settings.data}: {error.strerror}"
        raise click.ClickException(text) from None
    if lock is None:
        raise click.ClickException(f"another kinora already serves {settings.data}")
    with lock:
        try:
            socket = listen(settings.host, settings.port)
        except (OSError, UnicodeError) as error:
            reason = getattr(error, "strerror", None) or "no such address"
            text = f"cannot listen on {settings.host}:{settings.port}: {reason}"
            raise click.ClickException(text) from None
        with socket:
            return serve_on(settings, socket)


def serve_on(settings: Settings, socket: Socket) -> int:
    """Serve on a socket that listens; return the exit status."""
    from kinora.adapters.db.migrate import NewerSchema  # noqa: PLC0415 - keeps `--help` fast
    from kinora.adapters.db.snapshot import Damaged  # noqa: PLC0415 - see above
    from kinora.adapters.db.trouble import Trouble, told  # noqa: PLC0415 - see above

    try:
        welcome(settings, settings.address(socket.getsockname()[1]))
    except (BadSettings, NewerSchema, Damaged) as error:
        raise click.ClickException(str(error)) from None
    except Trouble as error:
        raise click.ClickException(told(error)) from None
    return asyncio.run(Supervisor(settings, socket=socket).run())


def welcome(settings: Settings, address: str) -> None:
    """Prepare the data folder; on its first start print the key and the addresses."""
    from kinora.adapters.secrets import write_private_json  # noqa: PLC0415 - see above
    from kinora.bootstrap.ground import prepare  # noqa: PLC0415 - see above

    made = asyncio.run(prepare(settings, tell=click.echo))
    click.echo(f"Kinora serves {address}  (data in {settings.data})")
    if not made.secret:
        return
    kept, token = settings.data / "first-key.json", token_of(made.account.id, made.secret)
    first = {"account": made.account.id, "key": made.secret, "token": token, "address": address}
    write_private_json(kept, first)
    key = made.secret
    if settings.bootstrap_key:
        # Who set it knows it, and what is printed may end in a log.
        key, token = "the bootstrap_key", f"user:{made.account.id}-<the bootstrap_key>"
    balance = f"{made.account.balance.total:,} credits, {made.account.max_jobs} jobs at once"
    click.echo(
        f"""
  A default account was made: {balance}.

    PixVerse API      {address}/openapi/v2
      API-KEY         {key}
      reference       {address}/docs/pixverse

    useapi.net API    {address}/v2/pixverse
      Bearer token    {token}
      reference       {address}/docs/useapi

  The key is shown this once and kept in {kept} (readable by you alone).
"""
    )
