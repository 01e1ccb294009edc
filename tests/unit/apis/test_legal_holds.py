"""What is under a legal hold is not deleted through any door, and the caller is told why."""

from pathlib import Path

from kinora.apis.useapi.routes import PREFIX
from kinora.bootstrap.ground import Ground, build_operator
from kinora.domain.ids import AccountId
from kinora.domain.job import JobState
from kinora.usecases.hold_media import Subject
from tests.keeper import House
from tests.unit.apis.test_native_jobs import client_of
from tests.unit.apis.useapi import LANE, calling

ADA = AccountId(1)


async def test_no_door_deletes_what_is_held(ground: Ground, tmp_path: Path) -> None:
    house, operator = House(ground.store, ground.settings.data), build_operator(ground)
    job = await house.film(ADA)
    hold = await operator.hold(Subject(job=job.id), reason="court order", who="ada")
    sentence = f"job {job.id} is under a legal hold and cannot be deleted"
    async with client_of(ground) as client:
        answer = await client.delete(f"/api/jobs/{job.id}")
        assert (answer.status_code, answer.json()["code"]) == (409, "under_legal_hold")
        assert answer.json()["detail"] == sentence
    async with calling(ground, tmp_path) as caller:
        answer = await caller.client.delete(f"{PREFIX}/videos/{LANE}-video:{job.id}")
        assert (answer.status_code, answer.json()) == (400, {"error": sentence, "code": 400})
    assert (await house.state(job), house.stored()) == (JobState.COMPLETED, [b"film"])
    await operator.lift_hold(hold.id, who="ada")
    async with client_of(ground) as client:
        assert (await client.delete(f"/api/jobs/{job.id}")).status_code == 204
    await house.clear()
    assert (await house.state(job), house.stored()) == (JobState.DELETED, [])
