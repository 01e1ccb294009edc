"""A receiver of callbacks that is not always well."""

import json
import random
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self


class Receiver:
    """Takes posts at `url`; now and then it answers 500, or hangs up, before it takes one."""

    def __init__(self, seed: int) -> None:
        self.taken: list[dict[str, Any]] = []
        self.refused = 0
        chance, lock, outer = random.Random(seed), threading.Lock(), self

        class Answer(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with lock:
                    mood = chance.random()
                    if mood < 0.2:
                        outer.refused += 1
                    else:
                        outer.taken.append(json.loads(body))
                if mood < 0.1:
                    self.close_connection = True
                    return
                self.send_response(500 if mood < 0.2 else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *words: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self.url = f"http://127.0.0.1:{self._server.server_port}/told"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
