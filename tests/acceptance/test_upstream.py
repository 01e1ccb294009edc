"""Two servers: the one has its jobs made on the other, and dies at every bad moment."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import httpx
import pytest

from kinora.adapters.faults import lay
from kinora.ports.faults import Point
from kinora_client import Kinora
from tests.acceptance.conftest import KEY, Server, serving, until
from tests.acceptance.test_main_job import cli
from tests.acceptance.test_two_doors import fetched, finished, useapi

LANE = "studio-b@example.com"
CLIP = {"prompt": "snow", "duration": 1, "quality": "360p", "seed": 7, "email": LANE}
QUICK = {"KINORA_ENGINE": "testcard", "KINORA_ENGINES": "1", "KINORA_PROVENANCE": "off"}


@dataclass
class Pair:
    """A server whose lane leads to a second one, and a folder to lay out its faults in."""

    here: Server
    there: Server
    faults: Path

    def open_lane(self, **more: Any) -> dict[str, Any]:
        terms = {"password": "-", "maxJobs": 8, "upstream": self.there.address}
        address = f"{self.here.address}/v2/pixverse/accounts/{LANE}"
        headers = {"Authorization": f"Bearer user:1-{KEY}"}
        keyed = terms | {"upstreamKey": KEY} | more
        answer = httpx.post(address, json=keyed, headers=headers, timeout=60)
        assert answer.status_code == 201, answer.text
        told: dict[str, Any] = answer.json()
        return told

    def dies_at(self, point: Point) -> None:
        lay(self.faults, point, "kill")

    def has_died_at(self, point: Point) -> bool:
        return not (self.faults / point.value).exists()

    def submit(self, **more: Any) -> str:
        name: str = useapi(self.here, "POST", "/videos/create", json=CLIP | more)["video_id"]
        return name

    def made_there(self) -> list[dict[str, Any]]:
        listed: list[dict[str, Any]] = useapi(self.there, "GET", "/videos?limit=100")["data"]
        return listed


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    folder = tmp_path_factory.mktemp("upstream")
    faults = folder / "faults"
    faults.mkdir()
    allowed = {"KINORA_ALLOWED_NETWORKS": "127.0.0.0/8", "KINORA_FAULTS": str(faults)}
    with (
        serving(folder / "b", **QUICK) as there,
        serving(folder / "a", **QUICK, **allowed) as here,
    ):
        yield Pair(here, there, faults)


def spent(server: Server) -> int:
    with Kinora(server.address, KEY) as client:
        return 1_000_000 - client.balance().total


@pytest.mark.parametrize(
    ("point", "replays"),
    [
        (Point.ERRAND_CALL_KEPT, True),
        (Point.ERRAND_SENT, True),
        (Point.ERRAND_KEPT, False),
        (Point.FINISH_STORED, False),
        (Point.FINISH_KEPT, False),
    ],
)
def test_one_outcome_and_one_charge_whatever_dies(pair: Pair, point: Point, replays: bool) -> None:
    told = pair.open_lane(replays=replays)
    assert KEY not in json.dumps(told)
    before, costs = len(pair.made_there()), (spent(pair.here), spent(pair.there))
    pair.dies_at(point)
    name = pair.submit(prompt=f"dies at {point.value}")
    row = finished(pair.here, name)
    assert pair.has_died_at(point)
    made, *_ = pair.made_there()
    assert len(pair.made_there()) == before + 1
    assert (made["prompt"], made["credits"]) == (row["prompt"], row["credits"])
    assert fetched(row["url"]) == fetched(made["url"])
    charged = spent(pair.here) - costs[0], spent(pair.there) - costs[1]
    assert charged == (row["credits"], row["credits"])


def test_a_job_of_which_nothing_is_known_waits_for_its_operator(pair: Pair) -> None:
    pair.open_lane(replays=False)
    before = len(pair.made_there())
    pair.dies_at(Point.ERRAND_SENT)
    name = pair.submit(prompt="nobody knows")
    number = name.rpartition(":")[2]

    def unknown() -> list[dict[str, Any]]:
        listed: list[dict[str, Any]] = json.loads(
            cli(pair.here, "jobs", "unknown", "--json").stdout
        )
        return listed

    until(lambda: bool(unknown()), what="the job is shown to the operator")
    (row,) = unknown()
    assert (str(row["job"]), row["lane"], row["held"]) == (number, LANE, 5)
    assert cli(pair.here, "doctor").returncode == 1
    made, *_ = pair.made_there()
    assert (made["prompt"], len(pair.made_there())) == ("nobody knows", before + 1)
    there = made["video_id"].rpartition(":")[2]
    assert cli(pair.here, "jobs", "resume", number, there).returncode == 0
    film = finished(pair.here, name)
    assert fetched(film["url"]) == fetched(made_url(pair, made["video_id"]))
    assert len(pair.made_there()) == before + 1
    assert cli(pair.here, "credits", "reconcile").returncode == 0


def made_url(pair: Pair, name: str) -> str:
    url: str = finished(pair.there, name)["url"]
    return url


def test_inputs_go_there_and_results_come_home(pair: Pair, photos: Path) -> None:
    pair.open_lane()
    typed = {"Authorization": f"Bearer user:1-{KEY}", "Content-Type": "image/jpeg"}
    photo = (photos / "cat.jpg").read_bytes()
    given = useapi(pair.here, "POST", f"/files/?email={LANE}", content=photo, headers=typed)
    path = given["result"][0]["path"]
    film = finished(pair.here, pair.submit(first_frame_path=path))
    assert film["customer_paths"] == [path]
    longer = {**CLIP, "video_id": film["video_id"]}
    whole = finished(
        pair.here, useapi(pair.here, "POST", "/videos/extend", json=longer)["video_id"]
    )
    with av.open(whole["url"]) as opened:
        assert sum(1 for _ in opened.decode(video=0)) == 2 * 24
    assert pair.made_there()[0]["customer_paths"][0].startswith("upload/")


def test_secrets_stay_inside(pair: Pair) -> None:
    """Runs last: nothing that was written down before holds the other server's key."""
    key = "sk-of-another-house-0123456789"
    pair.open_lane(upstreamKey=key)
    name = pair.submit(prompt="with a wrong key")
    row = useapi(pair.here, "GET", f"/accounts/{LANE}")
    until(
        lambda: useapi(pair.here, "GET", f"/accounts/{LANE}")["health"]["quarantine"] != "",
        what="the lane is closed",
    )
    row = useapi(pair.here, "GET", f"/accounts/{LANE}")
    assert (row["health"]["quarantine"], row["jwt"]["token"]) == ("credentials", "sk-…secured…789")
    listed = cli(pair.here, "lanes", "list").stdout
    assert "credentials" in listed
    pair.open_lane()
    finished(pair.here, name)
    for path in [*pair.here.data.glob("kinora.sqlite3*"), pair.here.data.parent / "log"]:
        assert key.encode() not in path.read_bytes(), path
    assert key not in listed
