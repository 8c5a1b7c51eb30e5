"""A server that answers as a table says and keeps what it was asked: a stand-in for GitHub's API and the clouds'."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True, slots=True)
class Asked:
    """One request."""

    method: str
    path: str
    body: str
    headers: Mapping[str, str]

    @property
    def json(self) -> Any:
        return json.loads(self.body) if self.body else None


@dataclass(slots=True)
class StandIn:
    """Where it listens, what it was asked, and what it answers to ``METHOD path`` (a body, or a status and a body)."""

    url: str
    answers: Mapping[str, Any]
    asked: list[Asked] = field(default_factory=list)

    @property
    def calls(self) -> list[str]:
        return [f"{one.method} {one.path}" for one in self.asked]


@contextmanager
def answering(answers: Mapping[str, Any]) -> Iterator[StandIn]:
    """A server on this machine, for as long as the block lasts."""

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length).decode("utf-8", "replace")
            stand_in.asked.append(Asked(self.command, self.path, body, dict(self.headers)))
            found = stand_in.answers.get(f"{self.command} {self.path}", (404, {"message": "Not Found"}))
            status, content = found if isinstance(found, tuple) else (200, found)
            text = content if isinstance(content, str | bytes) else json.dumps(content)
            self.send_response(status)
            self.send_header("Content-Type", "text/plain" if isinstance(content, str | bytes) else "application/json")
            self.end_headers()
            self.wfile.write(text if isinstance(text, bytes) else text.replace("{url}", stand_in.url).encode())

        do_GET = do_POST = do_PATCH = do_DELETE = answer

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    stand_in = StandIn(f"http://127.0.0.1:{server.server_port}", answers)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield stand_in
    finally:
        server.shutdown()
        server.server_close()
