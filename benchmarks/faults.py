"""Kills workers and parents at random moments, resumes, and compares with an undisturbed run: identical or not.

    python benchmarks/faults.py                     50 runs on the local pool, 50 on a Dask scheduler and two workers
    python benchmarks/faults.py --runs 5 --on pool  fewer, on one of them
    python benchmarks/faults.py --on disk           a full disk (needs the right to mount a tmpfs)

Each run begins in an empty folder. At one to three random moments a worker or the parent gets SIGKILL; when the parent
is dead, `--resume` goes on. The end is compared byte by byte, all files, and what differs is told. A run that comes to
no good end of its own stops all, since nothing can be compared with it; one that ends before its kill is made again.
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

import generator
from outputs import compare

ROOT: Final = Path(__file__).resolve().parent.parent
ENV: Final = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
NOTHING: Final = "nothing"
BATCH: Final = (sys.executable, "-m", "zhextract", "batch")


def archive(folder: Path, count: int) -> Path:
    """Articles in several forms, some twice."""
    generator.write(folder / "lines", count)
    generator.write(folder / "files", count // 10, "files", seed=1)
    lines = b"".join(generator.line(number, seed=2) + b"\n" for number in range(count // 10))
    (folder / "packed.jsonl.gz").write_bytes(gzip.compress(lines + lines, mtime=0))
    return folder


def command(source: Path, out: Path, *more: str) -> list[str]:
    """A run with small shards, so that there are many moments."""
    return [*BATCH, str(source), "-o", str(out), "--shard-size", "40k", "--dedupe", "--workers", "2", *more]


def children(pid: int) -> list[int]:
    """The processes that a process has started."""
    with contextlib.suppress(OSError):
        return [int(found) for found in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def complete(call: list[str], code: int, told: bytes) -> None:
    """See that a run has come to its good end; a traceback ends with 1, as failed articles do."""
    out = Path(call[call.index("-o") + 1])
    if code not in (0, 1) or not (out / "manifest.json").is_file() or (out / "_work").exists():
        raise SystemExit(f"no good end: exit code {code}: {told.decode(errors='replace')}")


def undisturbed(call: list[str]) -> None:
    """A run that nothing happens to."""
    run = subprocess.run(call, env=ENV, capture_output=True, check=False)
    complete(call, run.returncode, run.stderr)


def disturbed(call: list[str], draw: random.Random, length: float, victims: list[int] | None) -> str:
    """One run with kills; what was killed. `victims`: workers that are not children of the run."""
    # To a file: workers of a dead parent may hold it open yet, and who resumes at once does not wait for them.
    with tempfile.TemporaryFile() as told:
        return _disturbed(call, draw, length, victims, told)


def _disturbed(call: list[str], draw: random.Random, length: float, victims: list[int] | None, told: IO[bytes]) -> str:
    killed = []
    left = draw.randrange(1, 4)
    more: list[str] = []
    for _ in range(20):
        run = subprocess.Popen([*call, *more], env=ENV, stdout=subprocess.DEVNULL, stderr=told)
        while left and run.poll() is None:
            try:
                run.wait(draw.uniform(0.02, 1.0) * length)
                break
            except subprocess.TimeoutExpired:
                pass
            left -= 1
            workers = children(run.pid) if victims is None else [pid for v in victims for pid in children(v)]
            if workers and draw.random() < 0.5:
                kill(draw.choice(workers))
                killed.append("worker")
            else:
                kill(run.pid)
                killed.append("parent")
                break
        if run.wait() in (3, -signal.SIGKILL):
            killed += ["(it stopped)"] if run.returncode == 3 else []
        else:
            told.seek(0)
            complete(call, run.returncode, told.read())
            return "+".join(killed) or NOTHING
        more = ["--resume"] if (Path(call[call.index("-o") + 1]) / "_work" / "job.json").is_file() else []
    raise SystemExit("it never came to its end")


@contextlib.contextmanager
def cluster(folder: Path) -> Iterator[tuple[str, list[int]]]:
    """A scheduler and two workers with their nannies, real processes; its address and the nannies' process ids."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    scheduler = ["scheduler", "--host", "127.0.0.1", "--port", str(port)]
    worker = ["worker", address, "--nthreads", "1", "--death-timeout", "600"]
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "distributed.cli.dask_" + kind, *args, "--no-dashboard"],
            env=ENV, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        for kind, *args in (scheduler, worker, worker)
    ]  # fmt: skip
    try:
        yield address, [one.pid for one in started[1:]]
    finally:
        for one in started:
            one.terminate()
        for one in started:
            try:
                one.wait(20)
            except subprocess.TimeoutExpired:
                one.kill()


def trial(
    name: str, args: argparse.Namespace, source: Path, folder: Path, address: str = "", nannies: list[int] | None = None
) -> int:
    """Runs that are disturbed, each compared; how many differ."""
    runs, keep = args.runs, args.keep
    more = ["--cluster", address] if address else []
    whole = folder / "whole"
    began = time.monotonic()
    undisturbed(command(source, whole, *more))
    length = time.monotonic() - began
    print(f"{name}: undisturbed {length:.1f} s, load average {os.getloadavg()[0]:.1f}", flush=True)
    different = 0
    for number in range(runs):
        draw = random.Random(f"{args.seed}/{name}/{number}")
        out = folder / "out"
        while (killed := disturbed(command(source, out, *more), draw, length * 0.8, nannies)) == NOTHING:
            shutil.rmtree(out)
        wrong = compare(whole, out)
        different += bool(wrong)
        if wrong and keep:
            shutil.copytree(out, keep / f"{name}-{number + 1}")
            shutil.copytree(whole, keep / name, dirs_exist_ok=True)
        print("\n  ".join([f"{name} {number + 1}: killed {killed}: {verdict(wrong)}", *wrong]), flush=True)
        shutil.rmtree(out)
    print(f"{name}: {runs - different} of {runs} identical", flush=True)
    shutil.rmtree(whole)
    return different


def verdict(wrong: list[str]) -> str:
    return "DIFFERENT" if wrong else "identical"


def full_disk(source: Path, folder: Path) -> int:
    """A run on a disk that is too small, then with room."""
    whole, disk = folder / "whole", folder / "disk"
    undisturbed(command(source, whole))
    disk.mkdir()
    size = sum(path.stat().st_size for path in whole.rglob("*") if path.is_file())
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size // 2}", "tmpfs", str(disk)], check=True)
    try:
        run = subprocess.run(command(source, disk / "out"), env=ENV, capture_output=True, check=False)
        print(f"full disk: exit code {run.returncode}: {run.stderr.decode().splitlines()[-1]}")
        subprocess.run(["mount", "-o", f"remount,size={size * 4}", str(disk)], check=True)
        undisturbed(command(source, disk / "out", "--resume"))
        wrong = compare(whole, disk / "out")
    finally:
        subprocess.run(["umount", str(disk)], check=True)
    print("\n  ".join([f"full disk: {verdict(wrong)}", *wrong]), flush=True)
    return int(bool(wrong))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=50)
    parser.add_argument("--articles", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, metavar="DIR", help="outputs that differ, to look into")
    parser.add_argument("--on", choices=("pool", "dask", "disk", "all"), default="all")
    args = parser.parse_args()
    different = 0
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        source = archive(folder / "archive", args.articles)
        if args.on in ("pool", "all"):
            different += trial("pool", args, source, folder)
        if args.on in ("dask", "all"):
            with cluster(folder) as (address, nannies):
                different += trial("dask", args, source, folder, address, nannies)
        if args.on in ("disk", "all"):
            different += full_disk(source, folder)
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
