"""A whole idle server: time to the first answer, submit to engine start, memory and CPU at rest."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx
import psutil

from kinora_client import Kinora, calls

KEY = "sk-bench-0123456789"
PORT = 18090
REST = 10.0
JOBS = 20


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        server = subprocess.Popen(
            [sys.executable, "-m", "kinora", "--data", folder, "serve"],
            env={**os.environ, "KINORA_BOOTSTRAP_KEY": KEY, "KINORA_PORT": str(PORT)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            results = {"first_answer_s": first_answer(began)} | measure(server, Path(folder))
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait()
    for name, value in results.items():
        print(f"{name:<24} {value:10.2f}")
    out = Path(__file__).parent / "results" / "server.json"
    out.write_text(json.dumps(results, indent=2) + "\n")


def first_answer(began: float) -> float:
    while True:
        try:
            httpx.get(f"http://127.0.0.1:{PORT}/healthz", timeout=30)
        except httpx.TransportError:
            time.sleep(0.01)
        else:
            return round(time.perf_counter() - began, 3)


def measure(server: subprocess.Popen[bytes], data: Path) -> dict[str, float]:
    with Kinora(f"http://127.0.0.1:{PORT}", KEY) as kinora:
        for _ in range(JOBS):
            kinora.wait(kinora.submit(calls.text_to_video("ink", duration=1, quality="360p")))
    with sqlite3.connect(data / "kinora.sqlite3") as db:
        rows = db.execute("select started_at - created_at from jobs order by id").fetchall()
    waits = sorted(row[0] / 1000 for row in rows[1:])
    parts = [psutil.Process(server.pid), *psutil.Process(server.pid).children(recursive=True)]
    before = sum(sum(part.cpu_times()[:2]) for part in parts)
    time.sleep(REST)
    spent = sum(sum(part.cpu_times()[:2]) for part in parts) - before
    return {
        "submit_to_start_p50_ms": round(waits[len(waits) // 2], 2),
        "submit_to_start_max_ms": round(waits[-1], 2),
        "idle_cpu_percent": round(100 * spent / REST, 2),
        "idle_rss_mb": round(sum(part.memory_info().rss for part in parts) / 2**20),
        "idle_pss_mb": round(sum(part.memory_full_info().pss for part in parts) / 2**20),
    }


if __name__ == "__main__":
    main()
