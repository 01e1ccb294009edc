"""The store alone: submit-shaped transactions and result reads a second."""

import asyncio
import json
import tempfile
import time
from pathlib import Path

from kinora.adapters.clock import RandomMint, SystemClock
from kinora.adapters.db.migrate import migrate
from kinora.adapters.db.sqlite import open_store
from kinora.catalog.book import load
from kinora.domain.account import Account, Balance
from kinora.domain.ids import AccountId
from kinora.domain.moderation import FREE
from kinora.domain.order import Order, TextToVideo, Words
from kinora.usecases.submit_job import Repeat, SubmitJob


async def main() -> None:
    clock, mint = SystemClock(), RandomMint(worker=0, floor=0)
    with tempfile.TemporaryDirectory() as folder:
        migrate(Path(folder) / "x.db")
        store = open_store(Path(folder) / "x.db")
        owner = AccountId(1)
        account = Account(
            id=owner,
            name="bench",
            plan="bench",
            max_jobs=10**9,
            active=0,
            balance=Balance(monthly=0, package=0),
            created_at=clock.now(),
        )
        async with store.transaction() as tx:
            await tx.accounts.add(account)
            await tx.ledger.grant(owner, monthly=0, package=10**12, note="", at=clock.now())

        async def free(_order):
            return FREE

        submit = SubmitJob(
            store=store, catalog=load(), clock=clock, mint=mint, wake=lambda: None, judge=free
        )
        order = Order(
            account=owner,
            ask=TextToVideo(words=Words(prompt="a paper boat on a rainy street")),
            model="v6",
            quality="540p",
            aspect_ratio="16:9",
            seconds=5,
        )

        async def many(caller: int, count: int) -> None:
            for number in range(count):
                repeat = Repeat(scope="/x", key=f"{caller}-{number}", digest="d")
                await submit(order, repeat=repeat)

        results = {}
        for callers, count in ((1, 800), (64, 100)):
            began = time.perf_counter()
            await asyncio.gather(
                *[many(caller + callers * 100, count) for caller in range(callers)]
            )
            results[f"submits, {callers} callers"] = callers * count / (time.perf_counter() - began)
        job = await submit(order)
        began = time.perf_counter()
        for _ in range(20_000):
            await store.view.jobs.outcome(job.id)
        results["result reads"] = 20_000 / (time.perf_counter() - began)
        await store.close()
    for name, value in results.items():
        print(f"{name:<22} {value:10,.0f}/s")
    out = Path(__file__).parent / "results" / "store.json"
    out.write_text(
        json.dumps({name: round(value) for name, value in results.items()}, indent=2) + "\n"
    )


if __name__ == "__main__":
    asyncio.run(main())
