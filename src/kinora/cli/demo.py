"""`kinora demo`: the main job, from nothing: a server, real jobs over HTTP, playable files."""

import asyncio
import json
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import click
import httpx
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)

from kinora.settings import environment
from kinora_client import AsyncKinora, Result, Submitted, calls
from kinora_client.calls import Call

console = Console()
STILL = "Pencil sketch"
PATIENCE = 180.0


@dataclass(frozen=True, slots=True)
class Errand:
    """One job of the demo: what it is called, what is sent, where its file goes."""

    title: str
    call: Call
    file: str


@click.command()
@click.option("--prompt", default="a lighthouse at dusk", show_default=True, help="For the film.")
@click.option(
    "--image",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A picture of your own to animate; otherwise a free photo is used.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("kinora-demo"),
    show_default=True,
    help="Where the files are saved.",
)
def demo(prompt: str, image: Path | None, out: Path) -> None:
    """Start a server, make a film, animate a photo and draw a picture, over HTTP."""
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise click.ClickException(f"cannot write to {out}: {error.strerror}") from None
    began = time.monotonic()
    with server() as (address, key), picture(image) as path:
        console.print(f"Kinora serves [bold]{address}[/] for as long as the demo runs.")
        console.print(
            "[dim]The first start on a machine compiles the engine's kernels, which takes half a "
            "minute or more; later ones find them ready.[/]"
        )
        asyncio.run(play(address, key, prompt=prompt, image=path, out=out))
    console.print(f"\nDone in {time.monotonic() - began:.0f} s. Nothing is left running.")


async def play(address: str, key: str, *, prompt: str, image: Path, out: Path) -> None:
    """Submit the demo's jobs together, watch them, save what they make."""
    async with AsyncKinora(address, key) as kinora:
        before = (await kinora.balance()).total
        errands = await plan(kinora, prompt=prompt, image=image)
        with Progress(
            SpinnerColumn(),
            TextColumn("{task.description:<34}"),
            BarColumn(),
            TextColumn("{task.percentage:>4.0f} %"),
            TimeElapsedColumn(),
            console=console,
        ) as bars:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(run(kinora, errand, bars, out)) for errand in errands]
        for task in tasks:
            console.print(task.result())
        after = (await kinora.balance()).total
        console.print(f"\nSpent {before - after} credits; the balance is {after:,}.")


async def plan(kinora: AsyncKinora, *, prompt: str, image: Path) -> list[Errand]:
    """Upload the picture and return what is to be made."""
    uploaded = await kinora.upload_image(image)
    template = next(t for t in await kinora.templates(2) if t.name == STILL)
    words = "slowly closer, golden light, dust"
    return [
        Errand(
            f"text to video: {prompt}"[:34],
            calls.text_to_video(prompt, generate_audio_switch=True, seed=7),
            "text-to-video.mp4",
        ),
        Errand(
            f"image to video: {image.name}"[:34],
            calls.image_to_video(uploaded.id, prompt=words, seed=7),
            "image-to-video.mp4",
        ),
        Errand(
            f"image template: {template.name}"[:34],
            calls.image_template(template.id, [uploaded.id]),
            "image-template.jpg",
        ),
    ]


async def run(kinora: AsyncKinora, errand: Errand, bars: Progress, out: Path) -> str:
    """Bring one job from its submit to its file; return a line about it."""
    bar: TaskID = bars.add_task(errand.title, total=1.0)
    began = time.monotonic()
    job: Submitted = await kinora.submit(errand.call)

    def show(result: Result) -> None:
        bars.update(bar, completed=result.progress)

    result = await kinora.wait(job, watch=show)
    path = await kinora.download(result, out / errand.file)
    took = time.monotonic() - began
    size = path.stat().st_size / 1000
    return (
        f"  {path}  [dim]{result.width}x{result.height}, {size:,.0f} kB, "
        f"{result.credits} credits, ready after {took:.1f} s[/]"
    )


@contextmanager
def picture(given: Path | None) -> Iterator[Path]:
    """Yield the picture to animate."""
    if given is not None:
        yield given
        return
    with as_file(files("kinora.cli") / "pictures" / "coffee.jpg") as path:
        yield path


@contextmanager
def server() -> Iterator[tuple[str, str]]:
    """Yield the address and key of a server with a data folder of its own; end it afterwards."""
    with tempfile.TemporaryDirectory(prefix="kinora-demo-") as folder:
        log = Path(folder) / "log"
        with log.open("wb") as stream:
            process = subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, "-m", "kinora", "serve", "--port", "0", "--data", folder],
                stdout=stream,
                stderr=stream,
                env=environment(),
            )
            try:
                known = wait_for_key(process, Path(folder) / "first-key.json", log)
                yield known["address"], known["key"]
            finally:
                process.send_signal(signal.SIGTERM)
                process.wait(PATIENCE)


def wait_for_key(process: subprocess.Popen[bytes], path: Path, log: Path) -> dict[str, Any]:
    """Return what the server wrote on its first start, once it answers."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        if path.exists():
            known: dict[str, Any] = json.loads(path.read_text())
            httpx.get(known["address"] + "/healthz", timeout=PATIENCE).raise_for_status()
            return known
        time.sleep(0.05)
    raise click.ClickException(f"the server did not start:\n{log.read_text()}")
