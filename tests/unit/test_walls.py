"""Walls, from inside: a process in them tries what a broken decoder would try."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from kinora.adapters.walls import Walls

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="walls of files are Linux's")
ATTEMPTS = """
import json, os, socket, subprocess, sys
from kinora.adapters.walls import Walls, enter
walls, given, other, inside = sys.argv[1:5]
standing = enter(Walls.of(walls))
tried = {}
def attempt(name, what):
    try:
        tried[name] = "done " + str(what())
    except BaseException as error:
        tried[name] = type(error).__name__
attempt("connects", lambda: socket.create_connection(("127.0.0.1", 9)))
attempt("listens", lambda: socket.socket(socket.AF_INET).bind(("127.0.0.1", 0)))
attempt("local socket", lambda: socket.socket(socket.AF_UNIX))
attempt("a pair of pipes", lambda: len(socket.socketpair()))
attempt("reads what is given", lambda: open(given).read())
attempt("reads another's", lambda: open(other).read())
attempt("reads the parent's environment", lambda: open(f"/proc/{os.getppid()}/environ").read())
attempt("writes what is given", lambda: open(given, "a"))
attempt("writes inside", lambda: open(inside + "/note", "w").write("x"))
attempt("writes outside", lambda: open(os.path.dirname(other) + "/new", "w"))
attempt("links a secret in", lambda: os.link(other, inside + "/linked"))
attempt("writes too much", lambda: open(inside + "/big", "wb").write(bytes(3 << 20)))
attempt("takes too much memory", lambda: len(bytearray(3 << 30)))
attempt("signals the parent", lambda: os.kill(os.getppid(), 0))
attempt("mounts", lambda: os.unshare(0x20000) if hasattr(os, "unshare") else open("/none"))
run = "import socket\\ntry:\\n socket.socket()\\nexcept OSError: print('walled')"
attempt("starts a child", lambda: subprocess.check_output([sys.executable, "-c", run], text=True))
print(json.dumps({"standing": [standing.files, standing.calls, standing.limits], "tried": tried}))
"""


@LINUX
def test_what_a_broken_decoder_would_try(tmp_path: Path) -> None:
    given, other, inside = tmp_path / "given", tmp_path / "secret", tmp_path / "inside"
    given.write_text("mine")
    other.write_text("secret")
    inside.mkdir()
    walls = Walls(read=(str(given),), write=(str(inside),), memory=2 << 30, file=1 << 20)
    command = [sys.executable, "-c", ATTEMPTS, walls.text(), *map(str, (given, other, inside))]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    told = json.loads(ran.stdout)
    assert told["standing"] == [True, True, True]
    refused = {name for name, how in told["tried"].items() if not how.startswith("done")}
    assert {name: told["tried"][name] for name in told["tried"].keys() - refused} == {
        "a pair of pipes": "done 2",
        "reads what is given": "done mine",
        "writes inside": "done 1",
        "starts a child": "done walled\n",
    }
    assert told["tried"]["takes too much memory"] == "MemoryError"
    assert not (tmp_path / "new").exists()


def test_walls_keep_their_form_as_text() -> None:
    walls = Walls(read=("/a", "/b c"), write=("/w",), memory=5, file=6, open_files=7)
    assert Walls.of(walls.text()) == walls
