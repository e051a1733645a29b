"""How the service answers under load on loopback, beside the library itself in the same run.

    python benchmarks/service.py                 8 clients for 60 seconds
    python benchmarks/service.py --seconds 10    for a first look
    python benchmarks/service.py --write         put the table into docs/service.md

The library runs before and after the service, by itself and in one process, on the same articles in the same order; the
mean of the two is its speed. The service runs as `zhextract serve` does, with a process a core; the clients are threads
of one other process, which takes its share of the machine, too. Each client sends its next article when it has the
document of the last.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

from pages import write_page  # noqa: E402

from zhextract import Extractor  # noqa: E402
from zhextract.read import Article, read_articles  # noqa: E402

PAGE: Final = ROOT / "docs" / "service.md"
MARK: Final = ("<!-- figures: python benchmarks/service.py --write -->", "<!-- end of figures -->")
BAR: Final = 0.8
"""The share of the library's speed that the service should reach."""


def library(texts: list[str], seconds: float) -> float:
    """Articles a second of the library alone."""
    extractor = Extractor()
    for text in texts:
        extractor.extract(text)
    count = 0
    began = time.perf_counter()
    while (took := time.perf_counter() - began) < seconds:
        extractor.extract(texts[count % len(texts)]).to_json().encode()
        count += 1
    return count / took


class Load:
    """What the clients saw."""

    def __init__(self, port: int, texts: list[str]) -> None:
        self.port = port
        self.bodies = [json.dumps({"text": text}).encode() for text in texts]
        self.times: list[float] = []
        self.errors: list[str] = []
        self.took = 0.0

    def run(self, clients: int, seconds: float) -> None:
        """All clients at once, for so long."""
        began = time.perf_counter()
        threads = [
            threading.Thread(target=self._client, args=(number, began + seconds)) for number in range(clients)
        ]  # fmt: skip
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.took = time.perf_counter() - began

    def _client(self, number: int, end: float) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        turn = number
        while time.perf_counter() < end:
            began = time.perf_counter()
            try:
                body = self.bodies[turn % len(self.bodies)]
                connection.request("POST", "/v1/extract", body, {"content-type": "application/json"})
                answer = connection.getresponse()
                content = answer.read()
                if answer.status != 200 or not content.endswith(b"}"):
                    self.errors.append(f"{answer.status} {content[:80]!r}")
            except (OSError, http.client.HTTPException) as error:
                self.errors.append(repr(error))
                connection.close()
            self.times.append(time.perf_counter() - began)
            turn += 1
        connection.close()


def with_service(work: Callable[[int], None]) -> None:
    """Do something with the port of a service that runs as a command."""
    line = [sys.executable, "-m", "zhextract", "serve", "--port", "0"]
    env = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    with subprocess.Popen(line, stderr=subprocess.PIPE, encoding="utf-8", env=env) as process:
        try:
            assert process.stderr is not None
            said = process.stderr.readline()
            port = re.search(r":(\d+)/", said)
            if port is None:
                raise SystemExit(f"the service does not start: {said}{process.stderr.read()}")
            work(int(port[1]))
        finally:
            process.send_signal(signal.SIGINT)


def main() -> int:
    """Measure, print, and perhaps write; 1 when there were errors or the bar was missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    texts = [found.text for found in read_articles([str(ROOT / "corpus")]) if isinstance(found, Article)]
    alone = [library(texts, args.seconds / 4)]
    loads: list[Load] = []

    def work(port: int) -> None:
        warm = Load(port, texts)
        warm.run(args.clients, min(3.0, args.seconds / 4))
        loads.append(Load(port, texts))
        loads[0].run(args.clients, args.seconds)

    with_service(work)
    alone.append(library(texts, args.seconds / 4))
    (load,) = loads
    times = sorted(load.times)
    speed, own = len(times) / load.took, statistics.mean(alone)
    rows = [
        ("clients, seconds", f"{args.clients}, {load.took:.0f}", ""),
        ("cores, worker processes", f"{os.cpu_count()}, {min(os.cpu_count() or 1, 4)}", ""),
        ("requests answered", f"{len(times)}", ""),
        ("errors", f"{len(load.errors)}", "0"),
        ("articles a second, service", f"{speed:.1f}", ""),
        ("articles a second, library (before, after)", f"{own:.1f} ({alone[0]:.1f}, {alone[1]:.1f})", ""),
        ("service / library", f"{speed / own:.2f}", f">= {BAR}"),
        ("latency, median", f"{statistics.median(times) * 1000:.0f} ms", ""),
        ("latency, p99", f"{times[int(len(times) * 0.99)] * 1000:.0f} ms", ""),
        ("latency, longest", f"{times[-1] * 1000:.0f} ms", ""),
    ]
    table = "\n".join(["| what | value | bar |", "|---|---:|---|", *(f"| {' | '.join(row)} |" for row in rows)])
    print(table)
    for error in load.errors[:5]:
        print(error, file=sys.stderr)
    if args.write:
        write_page(PAGE, MARK, table)
    return 1 if load.errors or speed / own < BAR else 0


if __name__ == "__main__":
    sys.exit(main())
