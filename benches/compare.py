#!/usr/bin/env python3
"""Runs ten small programs under ararat and other interpreters, side by side.

    cargo build --release
    benches/compare.py                        every engine found, 5 rounds
    benches/compare.py --rounds 9 --only fib,loop_sum
    benches/compare.py --bin target/release/ararat --bin /tmp/before/ararat
    benches/compare.py --markdown             tables as they stand in docs/performance.md

Each folder of benches/workloads holds one program in Deluge, Lua, Python and JavaScript, and what
all of them must print. Engines: ararat, lua5.4 (with lua-cjson), luajit, python3, node; one that is
not installed is left out. The rounds are interleaved (every engine once, then again), so that a
machine that slows down slows everyone; a run that fails, prints something else or takes too long
shows as such and is not repeated. Start-up is measured ten times a round.

Columns: median wall time, median user CPU time and peak resident memory; the ratio to Lua 5.4 is of
user + system CPU time, which suffers less from a busy machine than wall time does. The geometric
mean leaves out startup. A difference below about 1.3x between two engines is noise on a machine
that is not idle; the spread, (longest - shortest) / median of the wall times, tells how idle it was.

Give --bin twice to compare two builds. Exit code: 0, or 1 when ararat failed a program.
"""
import argparse
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
BASE = "lua5.4"
NAMES = ["startup", "fib", "loop_sum", "string_build", "list_push_sort", "map_put_get", "json_roundtrip",
         "text_split_join", "records_transform", "date_math"]


class Engine:
    """A command line that runs one file of a workload's folder."""

    def __init__(self, name, command, file, ours=False):
        self.name, self.command, self.file, self.ours = name, command, file, ours

    def run_line(self, workload):
        return self.command + [str(HERE / "workloads" / workload / self.file)]


def peers():
    """The other interpreters of this machine."""
    known = [
        (BASE, "lua5.4", [], "main.lua"),
        ("luajit", "luajit", [], "main.lua"),
        # Without site packages and environment: those are not the interpreter's time.
        ("python3", python(), ["-S", "-E"], "main.py"),
        ("node", "node", [], "main.js"),
    ]
    for name, program, options, file in known:
        path = shutil.which(program)
        if path:
            yield Engine(name, [path, *options], file)
        else:
            print(f"{name} is not installed, left out", file=sys.stderr)


def python():
    """The system's Python rather than a version manager's wrapper script, which adds its own start-up."""
    system = "/usr/bin/python3"
    return system if os.path.exists(system) else "python3"


def engines(binaries):
    for at, binary in enumerate(binaries):
        path = shutil.which(binary) or sys.exit(f"there is no {binary}: run `cargo build --release` or give --bin")
        name = "ararat" if at == 0 else f"ararat ({binary})"
        yield Engine(name, [os.path.abspath(path), "run"], "main.dg", ours=True)
    yield from peers()


def run(command, timeout):
    """One run: a dict of wall, user, cpu (seconds), rss (MiB), or of what went wrong under `failed`."""
    with tempfile.TemporaryFile() as out:
        late = threading.Event()
        start = time.perf_counter()
        to_out = [(os.POSIX_SPAWN_DUP2, out.fileno(), 1)]
        pid = os.posix_spawn(command[0], command, os.environ, file_actions=to_out)

        def stop():
            late.set()
            os.kill(pid, signal.SIGKILL)

        timer = threading.Timer(timeout, stop)
        timer.start()
        _, status, used = os.wait4(pid, 0)
        wall = time.perf_counter() - start
        timer.cancel()
        out.seek(0)
        result = {"wall": wall, "user": used.ru_utime, "cpu": used.ru_utime + used.ru_stime,
                  "rss": used.ru_maxrss / 1024, "out": out.read().decode("utf-8", "replace").strip()}
        if late.is_set():
            result["failed"] = f"over {timeout:.0f} s"
        elif status != 0:
            result["failed"] = "failed"
        return result


def true_rss(command):
    """Peak memory through a small shell: a child of this process counts our own pages until it execs."""
    gnu = shutil.which("time")
    if not gnu:
        return None
    with tempfile.NamedTemporaryFile("r") as report:
        subprocess.run([gnu, "-f", "%M", "-o", report.name, *command], stdout=subprocess.DEVNULL, check=False)
        words = report.read().split()
    return int(words[-1]) / 1024 if words else None


class Results:
    """All measurements, by (engine name, workload)."""

    def __init__(self):
        self.runs, self.failed, self.rss, self.loads = {}, {}, {}, []

    def measure(self, engine, workload, timeout):
        key = (engine.name, workload)
        if key in self.failed:
            return
        expected = (HERE / "workloads" / workload / "expected").read_text().strip()
        command = engine.run_line(workload)
        for _ in range(10 if workload == "startup" else 1):
            got = run(command, timeout)
            if "failed" not in got and got["out"] != expected:
                got["failed"] = "wrong"
            if "failed" in got:
                self.failed[key] = got["failed"]
                print(f"{engine.name} {workload}: {got['failed']}, printed {got['out'][:120]!r}", file=sys.stderr)
                return
            self.runs.setdefault(key, []).append(got)
        if key not in self.rss:
            # Above some 40 MiB the child's own pages outweigh ours.
            self.rss[key] = got["rss"] if got["rss"] > 40 else true_rss(command) or got["rss"]

    def median(self, key, field):
        return statistics.median(got[field] for got in self.runs[key]) if key in self.runs else None

    def spread(self, key):
        walls = [got["wall"] for got in self.runs[key]]
        return (max(walls) - min(walls)) / statistics.median(walls)

    def ratio(self, name, workload):
        ours, base = self.median((name, workload), "cpu"), self.median((BASE, workload), "cpu")
        return max(ours, 1e-4) / max(base, 1e-4) if ours is not None and base is not None else None


def milliseconds(seconds):
    return f"{seconds * 1000:.1f} ms" if seconds < 0.1 else f"{seconds * 1000:.0f} ms"


def ratio_table(results, names, workloads):
    """A row per workload, a column per engine; the geometric mean last."""
    yield ["workload", *names]
    for workload in workloads:
        cells = []
        for name in names:
            ratio = results.ratio(name, workload)
            cells.append(results.failed.get((name, workload), "-") if ratio is None else f"{ratio:.2f}")
        yield [workload, *cells]
    counted = [workload for workload in workloads if workload != "startup"]
    if len(counted) < 2:
        return
    means = []
    for name in names:
        ratios = [ratio for ratio in (results.ratio(name, workload) for workload in counted) if ratio is not None]
        partial = "" if len(ratios) == len(counted) else f" (of {len(ratios)})"
        means.append(f"{statistics.geometric_mean(ratios):.2f}{partial}" if ratios else "-")
    yield ["geometric mean", *means]


def absolute_table(results, names, workloads):
    yield ["workload", "engine", "wall", "user CPU", "peak memory", "spread"]
    for workload in workloads:
        for name in names:
            key = (name, workload)
            if key in results.runs:
                yield [workload, name, milliseconds(results.median(key, "wall")),
                       milliseconds(results.median(key, "user")), f"{results.rss[key]:.0f} MiB",
                       f"{results.spread(key) * 100:.0f} %"]


def show(rows, markdown, text_columns):
    rows = list(rows)
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    for number, row in enumerate(rows):
        cells = [cell.ljust(width) if at < text_columns else cell.rjust(width)
                 for at, (cell, width) in enumerate(zip(row, widths))]
        print("| " + " | ".join(cells) + " |" if markdown else "  ".join(cells).rstrip())
        if markdown and number == 0:
            print("|" + "|".join("---" if at < text_columns else "---:" for at in range(len(row))) + "|")
    print()


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, metavar="N")
    parser.add_argument("--bin", action="append", metavar="PATH", help="an ararat binary; may be given again")
    parser.add_argument("--only", metavar="A,B", help=f"some of: {', '.join(NAMES)}")
    parser.add_argument("--timeout", type=float, default=60, metavar="S", help="seconds a program may take")
    parser.add_argument("--markdown", action="store_true")
    options = parser.parse_args()
    options.only = options.only.split(",") if options.only else NAMES
    unknown = set(options.only) - set(NAMES)
    if unknown:
        parser.error(f"expected workloads among {', '.join(NAMES)}, found {', '.join(sorted(unknown))}")
    if options.rounds < 1:
        parser.error(f"expected at least 1 round, found {options.rounds}")
    return options


def main():
    options = parse_arguments()
    field = list(engines(options.bin or [str(ROOT / "target" / "release" / "ararat")]))
    results = Results()
    for number in range(options.rounds):
        for workload in options.only:
            results.loads.append(os.getloadavg()[0])
            turn = number % len(field)
            for engine in field[turn:] + field[:turn]:
                results.measure(engine, workload, options.timeout)
        print(f"round {number + 1} of {options.rounds} done", file=sys.stderr, flush=True)
    names = [engine.name for engine in field]
    spreads = [results.spread(key) for key in results.runs if key[1] != "startup"]
    print(f"{options.rounds} interleaved rounds, {os.cpu_count()} cores, load average "
          f"{min(results.loads):.1f} to {max(results.loads):.1f}"
          + (f", median spread {statistics.median(spreads) * 100:.0f} %" if spreads else "") + ".\n")
    print("CPU time (user + system) as a ratio to Lua 5.4; below 1 is faster:\n")
    show(ratio_table(results, names, options.only), options.markdown, 1)
    print("Medians:\n")
    show(absolute_table(results, names, options.only), options.markdown, 2)
    sys.exit(any((engine.name, workload) in results.failed
                 for engine in field if engine.ours for workload in options.only))


if __name__ == "__main__":
    main()
