"""`python -m tests.faults.chaos`: many random sequences, with a seed that repeats them."""

import argparse
import json
import math
import sys
import tempfile
import time
from pathlib import Path

from tests.faults.chaos.receiver import Receiver
from tests.faults.chaos.world import World


def main() -> int:
    """Run the sequences and print what was found; the status is 0 when nothing was."""
    given = asked()
    print(f"seed {given.seed}, {given.sequences} sequences", flush=True)  # noqa: T201 - a program
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, Receiver(given.seed) as receiver:
        world = World(Path(folder), given.seed, receiver, stall=given.stall)
        try:
            play(world, given, until=began + 60 * given.minutes if given.minutes else math.inf)
        except BaseException:
            print(f"sequence {world.tally.sequences + given.first}: {world.tally}")  # noqa: T201
            print(world.server.log[-6000:])  # noqa: T201
            raise
        finally:
            if world.server.process is not None:
                world.server.process.kill()
    seconds = round(time.monotonic() - began, 1)
    report = {"seed": given.seed, "seconds": seconds, **vars(world.tally)}
    text = json.dumps(report, indent=2)
    print(text)  # noqa: T201
    if given.report:
        given.report.write_text(text + "\n")
    return 1 if world.tally.findings else 0


def asked() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sequences", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--minutes", type=float, default=0.0, help="stop early after so many")
    parser.add_argument("--stall", type=float, default=3.0, help="seconds until a part is hung")
    parser.add_argument("--report", type=Path)
    return parser.parse_args()


def play(world: World, given: argparse.Namespace, *, until: float) -> None:
    """Play the sequences, and then audit."""
    for number in range(given.first, given.first + given.sequences):
        world.sequence(number)
        if number % 25 == 24:
            print(f"{number + 1}: {world.tally}", flush=True)  # noqa: T201
        if time.monotonic() > until:
            break
    world.finish()


if __name__ == "__main__":
    sys.exit(main())
