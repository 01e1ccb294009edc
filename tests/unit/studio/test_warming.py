"""Kernels are compiled at the first start, by two processes, and never again until code changes."""

import sys
from pathlib import Path

import numba
import pytest

from kinora.domain.order import Words
from kinora.engines.studio import warming
from kinora.engines.studio.scenes import stage

Done = list[str]


@pytest.fixture
def done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Done:
    done: Done = []
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(warming, "warm_pictures", lambda: done.append("pictures"))
    monkeypatch.setattr(warming, "FIRST", (lambda: done.append("first"),))
    monkeypatch.setattr(warming, "SECOND", (lambda: done.append("second"),))
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    helped = f"open({str(tmp_path / 'helped')!r}, 'a').write('x')"
    monkeypatch.setattr(warming, "HELPER", (sys.executable, "-c", helped))
    return done


def test_two_processes_share_the_work_and_it_is_done_once(done: Done, tmp_path: Path) -> None:
    warming.warm_up()
    warming.warm_up()
    assert done == ["pictures", "first", "pictures"]
    assert (tmp_path / "helped").read_text() == "x"


def test_changed_code_is_compiled_anew(
    done: Done, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    warming.warm_up()
    monkeypatch.setattr(warming, "compiler", lambda: "the next one")
    warming.warm_up()
    assert done.count("first") == 2


def test_when_the_other_process_fails_all_is_done_here(
    done: Done, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warming, "HELPER", (sys.executable, "-c", "raise SystemExit(1)"))
    warming.warm_up()
    monkeypatch.setattr(numba.config, "CACHE_DIR", "")
    warming.warm_up()
    assert done == ["pictures", "first", "second"] * 2


def test_every_scene_is_warmed() -> None:
    scenes = [
        scene
        for part in (*warming.FIRST, *warming.SECOND)
        for scene in getattr(part, "args", [()])[0]
    ]
    assert sorted(scenes) == sorted({*stage.PLACES, "terrain", "ink", "planet", "city"})
    for scene in scenes:
        words = Words(prompt=stage.NAMED.get(scene, scene))
        assert stage.read_plan(words, seed=1).scene == scene
