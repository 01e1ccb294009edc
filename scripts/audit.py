"""Checks what is installed: by the pins, of a licence that we may use, without known weaknesses.

Known weaknesses are looked up by `pip-audit` when it is installed and its service can be reached;
otherwise that is said, and the rest still counts.
"""

import re
import shutil
import subprocess
import sys
from importlib.metadata import Distribution, distributions
from pathlib import Path

PINS = Path(__file__).parents[1] / "requirements" / "all.txt"
OURS = {"kinora", "kinora-client"}
TOOLS = {"pip", "setuptools", "wheel"}
GOOD = re.compile(
    r"apache|mit\b|bsd|isc\b|python|psf|mpl|mozilla|0bsd|unlicense|zlib|hpnd|public domain|cc0|"
    r"historical permission",
    re.IGNORECASE,
)
KNOWN = {
    "espeakng-loader": "GPL-3, an extra, in a process of its own: docs/decisions/0006",
    "av": "BSD; its wheel holds x264, GPL-2: README",
    "c2pa-python": "MIT or Apache-2.0, said in its files only",
    "hypothesis": "MPL-2.0, tests only",
}
UNREACHABLE = ("ConnectionError", "Max retries", "Failed to resolve", "timed out", "ServiceError")


def name_of(text: str) -> str:
    return re.sub(r"[-_.]+", "-", text).lower()


def pinned() -> dict[str, set[str]]:
    """Return the versions of each name: Pythons of different age may have different ones."""
    pins: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([\w.-]+)==([^ ;\\]+)", PINS.read_text(), re.MULTILINE):
        pins.setdefault(name_of(name), set()).add(version)
    return pins


def licence_of(found: Distribution) -> str:
    told = found.metadata
    classifiers = [each for each in told.get_all("Classifier") or [] if each.startswith("License")]
    return " ".join([told.get("License-Expression") or "", told.get("License") or "", *classifiers])


def findings() -> list[str]:
    pins, wrong = pinned(), []
    for found in distributions():
        name = name_of(found.metadata["Name"])
        if name in OURS | TOOLS:
            continue
        if name not in pins:
            wrong.append(f"{name} {found.version} is installed and not pinned")
        elif found.version not in pins[name]:
            wrong.append(f"{name} is {found.version}, pinned is {' or '.join(sorted(pins[name]))}")
        if name not in KNOWN and not GOOD.search(licence_of(found)):
            wrong.append(f"{name}: is its licence fine? {licence_of(found)[:80]!r}")
    if "--hash=sha256:" not in PINS.read_text() or "://" in PINS.read_text():
        wrong.append("the pins must have hashes and no addresses")
    return wrong


def advisories() -> list[str]:
    tool = shutil.which("pip-audit")
    if tool is None:
        print("advisories: not looked up, pip-audit is not installed")
        return []
    command = [tool, "--requirement", str(PINS), "--disable-pip", "--require-hashes"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    if ran.returncode == 0:
        print("advisories: none known")
        return []
    if any(word in ran.stderr for word in UNREACHABLE):
        print("advisories: not looked up, the service cannot be reached")
        return []
    return [ran.stdout.strip() or ran.stderr.strip()]


def main() -> int:
    check = subprocess.run(
        [sys.executable, "-m", "pip", "check"], capture_output=True, text=True, check=False
    )
    wrong = [*findings(), *advisories()]
    wrong += [] if check.returncode == 0 else [check.stdout.strip()]
    for each in wrong:
        print(f"audit: {each}")
    print(f"audit: {len(pinned())} pins, {len(wrong)} findings")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
