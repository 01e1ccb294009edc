"""An API process; started by the supervisor, on a socket that it inherits."""

import asyncio
import os
import socket as sockets
import sys

import uvicorn
import uvloop

from kinora.adapters.faults import arm_from
from kinora.adapters.knock import Knocker
from kinora.bootstrap.api import Draining, build_api
from kinora.bootstrap.ground import stand
from kinora.bootstrap.signs import give_part_signs
from kinora.cli.inherited import follow_supervisor, read_settings_line
from kinora.settings import Settings
from kinora.web.logs import configure_logs

GOODBYE = 5
"""Seconds that open requests get when the process is told to stop."""


async def run(settings: Settings, *, process: int, socket: sockets.socket, knocks: int) -> None:
    """Answer HTTP until SIGTERM."""
    arm_from(settings.faults, supervisor=os.getppid())
    ground = await stand(settings, process=process)
    draining = Draining()
    follow_supervisor(drain=draining.begin)
    app = build_api(ground, wake=Knocker(knocks), draining=draining)
    config = uvicorn.Config(
        app,
        loop="none",
        http="httptools",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GOODBYE,
    )
    signs = asyncio.create_task(give_part_signs(settings, f"api-{process}"))
    try:
        await uvicorn.Server(config).serve(sockets=[socket])
    finally:
        signs.cancel()
        await ground.close()


def main() -> None:
    """Answer HTTP until SIGTERM, or until the supervisor is gone."""
    process, descriptor, knocks = (int(argument) for argument in sys.argv[1:4])
    settings = read_settings_line()
    configure_logs(form=settings.log_format, level=settings.log_level)
    socket = sockets.socket(fileno=descriptor)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run(settings, process=process, socket=socket, knocks=knocks))


if __name__ == "__main__":
    main()
