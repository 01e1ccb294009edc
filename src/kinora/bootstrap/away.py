"""What makes jobs on other servers, built."""

import structlog

from kinora.adapters.upstream.calls import PlatformCalls
from kinora.adapters.upstream.client import PlatformUpstreams
from kinora.bootstrap.dispatcher import build_finish
from kinora.bootstrap.ground import Ground, build_catalog, build_lane_seal
from kinora.catalog.book import Catalog
from kinora.dispatch.away import AwayDispatcher
from kinora.usecases.end_errand import EndErrand
from kinora.usecases.fail_job import FailJob
from kinora.usecases.fetch_result import FetchResult
from kinora.usecases.run_errand import RunErrand

log = structlog.get_logger()


def build_calls(catalog: Catalog) -> PlatformCalls:
    """Build what writes orders down as calls."""
    return PlatformCalls(lambda name: catalog.template(name).id)


def build_away(ground: Ground) -> AwayDispatcher:
    """Build what keeps the jobs of upstream lanes going."""
    store, clock = ground.store, ground.clock
    upstreams = PlatformUpstreams(allowed=ground.settings.networks)
    workshop = ground.settings.data / "away"
    fetch = FetchResult(
        upstreams=upstreams, gate=ground.gate, finish=build_finish(ground), workshop=workshop
    )
    run_errand = RunErrand(
        store=store,
        clock=clock,
        blobs=ground.blobs,
        upstreams=upstreams,
        calls=build_calls(build_catalog(ground.settings)),
        sealing=build_lane_seal(ground),
        fetch=fetch,
        end=EndErrand(store=store, clock=clock, fail=FailJob(store=store, clock=clock)),
        tell=log.info,
    )
    return AwayDispatcher(store=store, run_errand=run_errand, workshop=workshop)
