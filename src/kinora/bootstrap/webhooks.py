"""Webhooks, built: what keeps endpoints, and what tells them and useapi's callers of jobs."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Protocol

import structlog

from kinora.adapters.post import SafePost, check_target
from kinora.adapters.sealing import Sealer
from kinora.apis.native import told as native
from kinora.apis.native.webhooks import WebhookVerbs
from kinora.apis.pixverse import webhooks as pixverse
from kinora.bootstrap.ground import Ground
from kinora.bootstrap.useapi import build_callbacks, build_links
from kinora.domain.seals import derived
from kinora.domain.webhook import Form
from kinora.ports.post import Post
from kinora.usecases.crew import Crew
from kinora.usecases.deliver_facts import DeliverFacts
from kinora.usecases.keep_endpoints import (
    AddEndpoint,
    FindEndpoint,
    RemoveEndpoint,
    RotateSecret,
    SwitchEndpoint,
)
from kinora.usecases.replay_deliveries import ReplayDeliveries, TestEndpoint
from kinora.usecases.sign_deliveries import SignDelivery

log = structlog.get_logger()

PAUSE = 0.5
"""Seconds until it is looked again for what is to be told."""

TRIM_EVERY = 600.0


class Tells(Protocol):
    """Begins what is due now; what is under way is in the crew."""

    @property
    def crew(self) -> Crew:
        """What is under way."""

    async def begin(self) -> int:
        """Begin what is due now; return how much that was."""


def build_webhooks(ground: Ground) -> WebhookVerbs:
    """Build what keeps endpoints."""
    store, clock, sealing = ground.store, ground.clock, build_sealing(ground)
    allowed = ground.settings.networks
    return WebhookVerbs(
        add=AddEndpoint(
            store=store,
            clock=clock,
            mint=ground.mint,
            sealing=sealing,
            check=partial(check_target, allowed=allowed),
        ),
        find=FindEndpoint(store=store),
        remove=RemoveEndpoint(store=store, clock=clock),
        switch=SwitchEndpoint(store=store, clock=clock),
        rotate=RotateSecret(store=store, clock=clock, sealing=sealing),
        replay=ReplayDeliveries(store=store, clock=clock),
        test=TestEndpoint(
            store=store,
            clock=clock,
            mint=ground.mint,
            post=SafePost(allowed=allowed),
            sign=SignDelivery(sealing=sealing),
        ),
    )


def build_deliveries(ground: Ground, post: Post) -> DeliverFacts:
    """Build what tells endpoints."""
    links, public_url = build_links(ground), ground.settings.public_url
    return DeliverFacts(
        store=ground.store,
        clock=ground.clock,
        mint=ground.mint,
        post=post,
        sign=SignDelivery(sealing=build_sealing(ground)),
        write={
            Form.PIXVERSE: pixverse.WriteTold(links=links, public_url=public_url),
            Form.STANDARD: native.WriteTold(links=links, public_url=public_url),
        },
    )


def build_sealing(ground: Ground) -> Sealer:
    """Build what seals the secrets of endpoints."""
    return Sealer(derived(ground.secret, "webhooks"))


@asynccontextmanager
async def telling(ground: Ground) -> AsyncIterator[None]:
    """Tell the world of jobs for as long as the block runs; nothing is under way after it."""
    post = SafePost(allowed=ground.settings.networks)
    deliveries = build_deliveries(ground, post)
    works = [
        asyncio.create_task(_keep_telling(deliveries)),
        asyncio.create_task(_keep_telling(build_callbacks(ground, post))),
        asyncio.create_task(_keep_trimming(deliveries.trim)),
    ]
    try:
        yield
    finally:
        for work in works:
            work.cancel()
        await asyncio.gather(*works, return_exceptions=True)
        await post.close()


async def _keep_telling(tells: Tells) -> None:
    try:
        while True:
            begun = await _logged(tells.begin)
            # Where something ended there may be more for the same place.
            await tells.crew.wait(0 if begun else PAUSE)
    finally:
        await tells.crew.stop()


async def _keep_trimming(trim: Callable[[], Awaitable[int]]) -> None:
    while True:
        await _logged(trim)
        await asyncio.sleep(TRIM_EVERY)


async def _logged(work: Callable[[], Awaitable[int]]) -> int:
    """Do some work; when it breaks, say so in the log and go on later."""
    try:
        return await work()
    except Exception:
        log.exception("telling.failed")
        return 0
