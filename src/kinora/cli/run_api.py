"""An API process; started by the supervisor, on a socket that it inherits."""

import asyncio
import os
import resource
import socket as sockets
import sys

import uvicorn
import uvloop

from kinora.adapters.faults import arm_from
from kinora.adapters.knock import Knocker
from kinora.adapters.parentage import die_with_parent
from kinora.bootstrap.api import Draining, build_api
from kinora.bootstrap.fence import build_fence
from kinora.bootstrap.ground import stand
from kinora.bootstrap.signs import give_part_signs
from kinora.cli.inherited import follow_supervisor, read_settings_line
from kinora.cli.lines import Exchange, lines_of
from kinora.settings import Settings
from kinora.web.addresses import Addresses
from kinora.web.logs import configure_logs

MOST_FILES = 65_536
OTHER_FILES = 256
"""Files that a process opens besides its connections."""

GOODBYE = 5
"""Seconds that open requests get when the process is told to stop."""


async def run(settings: Settings, *, process: int, socket: sockets.socket, knocks: int) -> None:
    """Answer HTTP until SIGTERM."""
    arm_from(settings.faults, supervisor=os.getppid())
    ground = await stand(settings, process=process)
    draining = Draining()
    follow_supervisor(drain=draining.begin)
    fence = build_fence(ground)
    app = build_api(ground, wake=Knocker(knocks), draining=draining, fence=fence)
    config = uvicorn.Config(
        app,
        loop="none",
        http=lines_of(exchange_of(settings)),
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GOODBYE,
    )
    beside = [
        asyncio.create_task(give_part_signs(settings, f"api-{process}")),
        asyncio.create_task(fence.watch()),
    ]
    try:
        await uvicorn.Server(config).serve(sockets=[socket])
    finally:
        for each in beside:
            each.cancel()
        await fence.notes.write()
        await ground.close()


def exchange_of(settings: Settings) -> Exchange:
    """Return the limits of a process's connections; no more than the system lets it have."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = min(hard, MOST_FILES) if hard != resource.RLIM_INFINITY else MOST_FILES
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return Exchange(
        most=max(1, min(settings.connections, max(soft, wanted) - OTHER_FILES)),
        most_of_address=settings.connections_per_address,
        head_seconds=settings.head_seconds,
        body_seconds=settings.body_seconds,
        body_rate=settings.body_rate,
        is_proxy=Addresses(settings.proxies).is_proxy,
    )


def main() -> None:
    """Answer HTTP until SIGTERM, or until the supervisor is gone."""
    die_with_parent()
    process, descriptor, knocks = (int(argument) for argument in sys.argv[1:4])
    settings = read_settings_line()
    configure_logs(form=settings.log_format, level=settings.log_level)
    socket = sockets.socket(fileno=descriptor)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run(settings, process=process, socket=socket, knocks=knocks))


if __name__ == "__main__":
    main()
