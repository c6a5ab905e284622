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
# OpenSSL takes for granted, while it starts, that there is memory. Of an allocation that libc forgets,
# a sanitizer must see more than the one function that asked for it, to know what is forgiven.
HEAP_SETTINGS = {
    "FAULT_SKIP": "libcrypto",
    "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":fast_unwind_on_malloc=0",
    "LSAN_OPTIONS": "print_suppressions=0:suppressions="
                    + os.path.join(os.path.dirname(os.path.realpath(__file__)), "leaks.supp"),
}
ROOM_BYTES = 256 << 20
# What a sanitizer exits with that has found something, as the test presets tell it.
SANITIZER_EXIT = 99
# The sanitizer itself needs memory when a thread starts, and cannot go on without.
SANITIZER_STARVED = rb"AddressSanitizer: CHECK failed: .*pthread_getattr_np"
STARVED = object()
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
    parser.add_argument("--never", type=int, nargs="*", default=[], help="exit codes of a crash")
    parser.add_argument("--must-notice", help="a regular expression of calls whose failure RUN tells")
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
    subprocess.run(["cp", "-a", "--sparse=always", template, store], check=True)
    return store


def default_place():
    """In memory, if there is room: what is killed here is a process, not the machine."""
    memory = "/dev/shm"
    room = os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ROOM_BYTES
    return memory if room else None


def count_calls(options, template, place, kind):
    store = fresh(template, place, f"count-{kind}")
    log = os.path.join(place, f"count-{kind}.log")
    done = run(options, options.run, store, dict(settings_for(kind), FAULT_LOG=log))
    if done.returncode != 0:
        raise Wrong(f"fails without any fault: {done.stderr.decode(errors='replace')}")
    must_succeed(options, "check", options.check, store, acknowledged(options, done.stdout))
    with open(log, encoding="utf-8") as lines:
        last = lines.readlines()[-1]
    shutil.rmtree(store)
    return int(last.split()[1])


def spoilt_call(mode, n, log):
    """The call that was spoilt; None if there were fewer calls this time, as threads may have it."""
    if MODES[mode][0] == "heap":
        return f"allocation {n}"
    with open(log, encoding="utf-8") as lines:
        found = [line.rstrip("\n") for line in lines if line.startswith(f"{n} ")]
    return found[0] if found else None


def starved(mode, done):
    return MODES[mode][0] == "heap" and re.search(SANITIZER_STARVED, done.stderr) is not None


def demand_end(options, mode, done):
    """RUN may fail, in a way that it may; only where the shim kills may it die."""
    said = done.stderr.decode(errors="replace").strip()[-400:]
    killed = done.returncode == -signal.SIGKILL and mode.startswith("kill")
    if done.returncode in [SANITIZER_EXIT, *options.never] and not starved(mode, done):
        raise Wrong(f"exits {done.returncode}: {said}")
    if done.returncode < 0 and not killed:
        raise Wrong(f"crashes by {signal.Signals(-done.returncode).name}: {said}")


def demand_notice(options, mode, call, exit_code):
    """RUN may not end well when a call failed that it depends on."""
    fails = "FAULT_ERRNO" in MODES[mode][1] and mode != "eintr"
    depends = options.must_notice and call and re.search(options.must_notice, call)
    if fails and depends and exit_code == 0:
        raise Wrong("ends well, as if nothing had happened")


def try_point(options, template, place, mode, n):
    kind, settings = MODES[mode]
    store = fresh(template, place, f"{mode}-{n}")
    log = os.path.join(place, f"{mode}-{n}.log")
    try:
        settings = dict(settings, **settings_for(kind), FAULT_AT=str(n), FAULT_LOG=log)
        done = run(options, options.run, store, settings)
        demand_end(options, mode, done)
        demand_notice(options, mode, spoilt_call(mode, n, log), done.returncode)
        acked = acknowledged(options, done.stdout)
        must_succeed(options, "check", options.check, store, acked)
        if options.again:
            more = must_succeed(options, "again", options.again, store)
            acked = max(acked, acknowledged(options, more.stdout))
            must_succeed(options, "check after again", options.check, store, acked)
        return STARVED if starved(mode, done) else None
    except Wrong as wrong:
        return f"{mode} at {spoilt_call(mode, n, log)}: {wrong}"
    finally:
        shutil.rmtree(store, ignore_errors=True)
        os.unlink(log)


def points(count, most):
    if most == 0 or count <= most:
        return list(range(1, count + 1))
    if most == 1:
        return [(count + 1) // 2]
    return sorted({1 + i * (count - 1) // (most - 1) for i in range(most)})


def sweep_mode(options, template, place, mode, count):
    chosen = points(count, options.points)
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        results = list(pool.map(lambda n: try_point(options, template, place, mode, n), chosen))
    wrong = [result for result in results if result not in (None, STARVED)]
    print("\n".join(wrong[:10]), end="\n" if wrong else "", file=sys.stderr)
    unjudged = results.count(STARVED)
    also = f", {unjudged} ended by the sanitizer, which lacked memory itself" if unjudged else ""
    print(f"{mode}: {len(chosen)} of {count} calls spoilt, {len(wrong)} wrong{also}", flush=True)
    return len(wrong)


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
        if count == 0:
            raise Wrong(f"{mode}: there is no call to spoil")
        wrong += sweep_mode(options, template, place, mode, count)
    return wrong


def main():
    options = read_options()
    options.shim = os.path.realpath(options.shim)
    with tempfile.TemporaryDirectory(prefix="cairn-sweep-", dir=options.place or default_place()) as place:
        try:
            return 0 if (sweep(options, place) > 0) == options.demand_wrong else 1
        except Wrong as wrong:
            print(f"sweep: {wrong}", file=sys.stderr)
            return 2


if __name__ == "__main__":
    sys.exit(main())
