"""The dispatcher's process; started by the supervisor."""

import asyncio
import os
import signal
import sys

import structlog

from kinora.adapters.faults import arm_from
from kinora.adapters.knock import hear_knocks
from kinora.adapters.locks import try_lock
from kinora.adapters.parentage import die_with_parent
from kinora.bootstrap.away import build_away
from kinora.bootstrap.dispatcher import build_dispatcher
from kinora.bootstrap.ground import DISPATCHER, stand
from kinora.bootstrap.signs import give_part_signs, give_signs
from kinora.bootstrap.webhooks import telling
from kinora.cli.inherited import follow_supervisor, read_settings_line
from kinora.settings import Settings
from kinora.web.logs import configure_logs

log = structlog.get_logger()

LOOK_FOR_LEADER = 0.5


async def run(settings: Settings, knocks: int) -> None:
    """Wait to be the only dispatcher of this data folder, then dispatch until told to stop."""
    arm_from(settings.faults, supervisor=os.getppid())
    signs = asyncio.create_task(give_part_signs(settings, "dispatcher"))
    path = settings.data / "run" / "dispatcher.lock"
    while (lock := try_lock(path)) is None:
        log.warning("dispatcher.waits", reason="another dispatcher is at work")
        await asyncio.sleep(LOOK_FOR_LEADER)
    with lock:
        ground = await stand(settings, process=DISPATCHER)
        dispatcher = build_dispatcher(ground)
        away = build_away(ground)
        hear_knocks(knocks, dispatcher.knock.set, away.knock.set)
        stopping: list[asyncio.Task[None]] = []

        def stop() -> None:
            if not stopping:
                ends = dispatcher.drain(grace=settings.grace), away.close(grace=settings.grace)
                stopping.extend(asyncio.create_task(end) for end in ends)

        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop)
        heart = asyncio.create_task(give_signs(ground.heartbeat))
        try:
            async with telling(ground), away.at_work(grace=settings.grace):
                await dispatcher.run()
        finally:
            heart.cancel()
            signs.cancel()
            await asyncio.gather(*stopping)
            await ground.close()


def main() -> None:
    """Dispatch until SIGTERM, or until the supervisor is gone."""
    die_with_parent()
    settings = read_settings_line()
    configure_logs(form=settings.log_format, level=settings.log_level)
    follow_supervisor()
    asyncio.run(run(settings, int(sys.argv[1])))


if __name__ == "__main__":
    main()
