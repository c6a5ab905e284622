#!/usr/bin/env python3
"""Spoils the first, second, ... last disk call or allocation of a command, and looks at what is left.

For each n and each mode the store is copied afresh, RUN is run under the shim with its n-th call
spoilt, and then CHECK must accept the store, of which at least the acknowledged events must be left.
RUN says what it has acknowledged by lines that --ack matches; its first group is a size, and the last
one counts. In CHECK, {acked} is that number, or 0. With --again, this command must then succeed on the
same store, and CHECK must accept it once more. Where RUN was not killed by the shim, it must neither
crash nor hang.

In each command {store} is the store's directory. PREPARE makes the store that is copied; without it
RUN begins in an empty directory.
"""

import argparse
import concurrent.futures
import errno
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile

# mode: what is counted, and the settings of the shim
MODES = {
    "kill_before": ("io", {"FAULT_DO": "kill_before"}),
    "kill_after": ("io", {"FAULT_DO": "kill_after"}),
    "short": ("io", {"FAULT_DO": "short"}),
    "eio": ("io", {"FAULT_ERRNO": str(errno.EIO)}),
    "eio_sticky": ("io", {"FAULT_ERRNO": str(errno.EIO), "FAULT_STICKY": "1"}),
    "enospc_sticky": ("io", {"FAULT_ERRNO": str(errno.ENOSPC), "FAULT_STICKY": "1"}),
    "eintr": ("io", {"FAULT_ERRNO": str(errno.EINTR)}),
    "heap": ("heap", {}),
    "heap_sticky": ("heap", {"FAULT_STICKY": "1"}),
}
# OpenSSL takes for granted, while it starts, that there is memory.
HEAP_SETTINGS = {"FAULT_SKIP": "libcrypto"}
DEFAULT_MODES = "kill_before,kill_after,short,eio,eio_sticky,enospc_sticky"


class Wrong(Exception):
    """What the sweep was looking for."""


def read_options():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--shim", required=True, help="the preloaded library")
    parser.add_argument("--run", required=True, help="the command that is spoilt")
    parser.add_argument("--check", required=True, help="the command that looks at the store")
    parser.add_argument("--prepare", help="the command that makes the store")
    parser.add_argument("--again", help="the command that must succeed afterwards")
    parser.add_argument("--modes", default=DEFAULT_MODES, help=", ".join(MODES))
    parser.add_argument("--ack", default=r"^acknowledged (\d+)", help="a regular expression")
    parser.add_argument("--points", type=int, default=0, help="at most so many n for a mode")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--timeout", type=float, default=60, help="seconds for one command")
    parser.add_argument("--demand-wrong", action="store_true", help="succeed if something is wrong")
    parser.add_argument("--place", help="where the stores are put; a directory that exists")
    return parser.parse_args()


def words(command, store, acked=0):
    return [
        word.replace("{store}", store).replace("{acked}", str(acked))
        for word in shlex.split(command)
    ]


def run(options, command, store, settings=None, acked=0):
    environment = dict(os.environ)
    if settings is not None:
        environment.update(settings, LD_PRELOAD=options.shim, FAULT_DIR=store)
    try:
        return subprocess.run(
            words(command, store, acked),
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            timeout=options.timeout,
            check=False,
        )
    except subprocess.TimeoutExpired as expired:
        raise Wrong(f"hangs: {command}") from expired


def settings_for(kind):
    return dict(HEAP_SETTINGS if kind == "heap" else {}, FAULT_COUNT=kind)


def must_succeed(options, what, command, store, acked=0):
    done = run(options, command, store, acked=acked)
    if done.returncode != 0:
        said = (done.stdout + done.stderr).decode(errors="replace").strip()[-400:]
        raise Wrong(f"{what} exits {done.returncode} (acknowledged {acked}): {said}")
    return done


def acknowledged(options, output):
    found = re.findall(options.ack, output.decode(errors="replace"), re.MULTILINE)
    return int(found[-1]) if found else 0


def fresh(template, place, name):
    """A copy of the template, by its real path, as the shim sees it."""
    store = os.path.join(os.path.realpath(place), name)
    shutil.copytree(template, store, symlinks=True)
    return store


def count_calls(options, template, place, kind):
    store = fresh(template, place, f"count-{kind}")
    log = os.path.join(place, f"count-{kind}.log")
    done = run(options, options.run, store, dict(settings_for(kind), FAULT_LOG=log))
    if done.returncode != 0:
        raise Wrong(f"fails without any fault: {done.stderr.decode(errors='replace')}")
    must_succeed(options, "check", options.check, store, acknowledged(options, done.stdout))
    with open(log, encoding="utf-8") as lines:
        calls = [line.rstrip("\n") for line in lines]
    shutil.rmtree(store)
    return int(calls[-1].split()[1]), calls[:-1]


def try_point(options, template, place, mode, n):
    kind, settings = MODES[mode]
    store = fresh(template, place, f"{mode}-{n}")
    try:
        settings = dict(settings, **settings_for(kind), FAULT_AT=str(n))
        done = run(options, options.run, store, settings)
        killed = done.returncode == -signal.SIGKILL and mode.startswith("kill")
        if done.returncode < 0 and not killed:
            raise Wrong(f"crashes by {signal.Signals(-done.returncode).name}: "
                        f"{done.stderr.decode(errors='replace').strip()[-400:]}")
        acked = acknowledged(options, done.stdout)
        must_succeed(options, "check", options.check, store, acked)
        if options.again:
            more = must_succeed(options, "again", options.again, store)
            acked = max(acked, acknowledged(options, more.stdout))
            must_succeed(options, "check after again", options.check, store, acked)
        return None
    except Wrong as wrong:
        return str(wrong)
    finally:
        shutil.rmtree(store, ignore_errors=True)


def points(count, most):
    if most == 0 or count <= most:
        return list(range(1, count + 1))
    return sorted({1 + i * (count - 1) // (most - 1) for i in range(most)})


def sweep_mode(options, template, place, mode, counted):
    count, calls = counted
    chosen = points(count, options.points)
    wrong = 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        results = pool.map(lambda n: try_point(options, template, place, mode, n), chosen)
        for n, result in zip(chosen, results):
            if result is not None:
                wrong += 1
                call = calls[n - 1] if n <= len(calls) else f"allocation {n}"
                if wrong <= 10:
                    print(f"{mode} at {call}: {result}", file=sys.stderr)
    print(f"{mode}: {len(chosen)} of {count} calls spoilt, {wrong} wrong", flush=True)
    return wrong


def sweep(options, place):
    template = os.path.join(place, "template")
    os.mkdir(template)
    if options.prepare:
        must_succeed(options, "prepare", options.prepare, os.path.realpath(template))
    modes = options.modes.split(",")
    counted = {
        kind: count_calls(options, template, place, kind)
        for kind in {MODES[mode][0] for mode in modes}
    }
    wrong = 0
    for mode in modes:
        count = counted[MODES[mode][0]]
        if count[0] == 0:
            raise Wrong(f"{mode}: there is no call to spoil")
        wrong += sweep_mode(options, template, place, mode, count)
    return wrong


def main():
    options = read_options()
    options.shim = os.path.realpath(options.shim)
    with tempfile.TemporaryDirectory(prefix="cairn-sweep-", dir=options.place) as place:
        try:
            return 0 if (sweep(options, place) > 0) == options.demand_wrong else 1
        except Wrong as wrong:
            print(f"sweep: {wrong}", file=sys.stderr)
            return 2


if __name__ == "__main__":
    sys.exit(main())
