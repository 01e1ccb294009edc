"""Make the thumbnails and preview films of the templates, which travel with the catalog."""

from pathlib import Path

import av
import cv2
import numpy as np

from kinora.catalog.restyles import load_restyles
from kinora.catalog.templates import Template, load_templates
from kinora.engines.studio.effects.room import frames
from kinora.engines.studio.picture.load import cover, load
from kinora.engines.studio.reel import Picture
from kinora.engines.studio.stills.room import picture
from kinora.engines.studio.styles.room import styled
from kinora.ports.engine import Shape

ROOT = Path(__file__).parents[1]
PHOTOS = ROOT / "src" / "kinora" / "cli" / "pictures"
OUT = ROOT / "src" / "kinora" / "catalog" / "previews"
MADE = Shape(width=512, height=288, frames=45, fps=15)
SHOWN = (256, 144)


def small(frame: Picture) -> Picture:
    return np.asarray(cv2.resize(frame, SHOWN, interpolation=cv2.INTER_AREA), np.uint8)


def film(template: Template, paths: list[Path]) -> list[Picture]:
    made = [small(each) for each in frames(template.name, paths, shape=MADE, seed=3)]
    with av.open(str(OUT / f"{template.name}.mp4"), "w", options={"movflags": "+faststart"}) as out:
        options = {"crf": "33", "preset": "veryslow", "x264-params": "asm=avx2"}
        stream = out.add_stream("libx264", rate=MADE.fps, options=options)
        stream.width, stream.height = SHOWN
        stream.pix_fmt = "yuv420p"
        for each in made:
            out.mux(stream.encode(av.VideoFrame.from_ndarray(each, format="rgb24")))
        out.mux(stream.encode(None))
    return made


def save(template: Template, frame: Picture) -> None:
    bgr = cv2.cvtColor(frame, cv2.COLOR_RGB2BGR)
    quality = [cv2.IMWRITE_JPEG_QUALITY, 80]
    cv2.imwrite(str(OUT / f"{template.name}.jpg"), bgr, quality)


def covers() -> None:
    """Draw the picture of each restyle on the list."""
    shape = Shape(width=512, height=288, frames=1, fps=0)
    picture = cover(load(PHOTOS / "astronaut.jpg"), 512, 288, focus=(0.5, 0.25))
    for each in load_restyles():
        drawn = next(styled(iter([picture]), each.name, shape=shape, seed=1))
        bgr = cv2.cvtColor(small(drawn), cv2.COLOR_RGB2BGR)
        path = OUT / f"restyle-{each.name}.jpg"
        cv2.imwrite(str(path), bgr, [cv2.IMWRITE_JPEG_QUALITY, 80])


def main() -> None:
    OUT.mkdir(exist_ok=True)
    covers()
    for template in load_templates():
        paths = [PHOTOS / "astronaut.jpg", PHOTOS / "coffee.jpg"][: template.images]
        if template.kind == "video":
            made = film(template, paths)
            first = made[0].astype(int)
            changed = [float(np.abs(each - first).mean()) for each in made]
            # The frame that shows most of the effect while the subject is still to be seen.
            save(template, made[int(np.argmin(np.abs(np.array(changed) - max(changed) * 0.7)))])
        else:
            shape = Shape(width=512, height=288, frames=1, fps=0)
            save(template, small(picture(template.name, paths, shape=shape)))
        print(template.name)


if __name__ == "__main__":
    main()
