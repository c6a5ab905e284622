"""A store and the daemon that serves it, in a directory of its own, for tests of whole processes."""
import json
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

PATIENCE = 60  # seconds for whatever has to come


class Wrong(Exception):
    """Something is not as it must be."""


def demand(true, what):
    if not true:
        raise Wrong(what)


def wait_until(what, asked):
    """Polls until asked() is something true, and returns it."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        found = asked()
        if found:
            return found
        time.sleep(0.02)
    raise Wrong(f"{what}: has not come in {PATIENCE} s")


class House:
    """bin: where cairn and cairnd are; tests: where the programs of the tests are."""

    def __init__(self, bin_, tests=None, place=None, settings="", emitters=()):
        self.bin, self.tests = bin_, tests
        self.place = place or tempfile.mkdtemp(prefix="cairn-daemon-")
        self.own_place = place is None
        self.store = os.path.join(self.place, "store")
        self.socket = os.path.join(self.place, "s")
        self.log = os.path.join(self.place, "journal")
        self.settings = settings
        self.environment = dict(os.environ)
        self.daemon = None
        self.cairn("init", "--quiet", "--origin", "daemon.example/log")
        if emitters:
            self.login()
        for name in emitters:
            self.cairn("emitter", "register", name, "--quiet", "--key-out", self.key(name))

    def key(self, name):
        return os.path.join(self.place, name + ".key")

    def cairn(self, *arguments, code=0):
        done = subprocess.run([os.path.join(self.bin, "cairn"), *arguments, "--store", self.store],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              env=self.environment, timeout=PATIENCE, check=False)
        demand(code is None or done.returncode == code,
               f"cairn {' '.join(arguments)} exits {done.returncode}: {(done.stdout + done.stderr).decode()[-600:]}")
        return done.stdout.decode()

    def login(self):
        code = subprocess.run([os.path.join(self.bin, "cairn"), "mfa", "code", self.store + ".admin.otp"],
                              stdout=subprocess.PIPE, env=self.environment, check=True).stdout.decode().strip()
        self.cairn("login", "--quiet", "--code", code)

    # The daemon ------------------------------------------------------------------------------------

    def write_settings(self, settings):
        self.settings = settings
        with open(os.path.join(self.place, "cairnd.conf"), "w", encoding="utf-8") as file:
            file.write(f"[daemon]\nruntime = {self.place}/run\nsocket = {self.socket}\n[store]\npath = {self.store}\n"
                       + settings)

    def start(self, wrapper=(), environment=None):
        self.write_settings(self.settings)
        with open(self.log, "ab") as log:
            self.daemon = subprocess.Popen(
                [*wrapper, os.path.join(self.bin, "cairnd"), "--config", os.path.join(self.place, "cairnd.conf")],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, env={**self.environment, **(environment or {})})
        wait_until("a writer that answers", self.answers)

    def stop(self):
        if self.daemon is not None:
            self.daemon.send_signal(signal.SIGTERM)
            self.daemon.wait(PATIENCE)
            self.daemon = None

    def close(self):
        if self.daemon is not None:
            self.daemon.kill()
            self.daemon.wait(PATIENCE)
            for pid in self.processes().values():
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
        if self.own_place:
            shutil.rmtree(self.place, ignore_errors=True)

    def journal(self):
        try:
            with open(self.log, encoding="utf-8", errors="replace") as file:
                return file.read()
        except FileNotFoundError:
            return ""

    def processes(self):
        """The newest process of each role, as the journal has it."""
        return {role: int(pid) for role, pid in
                re.findall(r"event=process_started process=(\S+) pid=(\d+)", self.journal())}

    def answers(self):
        demand(self.daemon.poll() is None, f"the daemon has ended: {self.journal()[-800:]}")
        try:
            with Client(self.socket) as client:
                return client.status()
        except (OSError, EOFError):
            return None

    def kill(self, role, how=signal.SIGKILL):
        pid = self.processes().get(role)
        try:
            os.kill(pid, how)
        except ProcessLookupError:
            return None
        return pid

    # Senders ---------------------------------------------------------------------------------------

    def sender(self, name, count, batch, level, window):
        return subprocess.Popen([os.path.join(self.tests, "sender"), self.socket, self.key(name), str(count),
                                 str(batch), level, str(window)], stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def said_by(self, name):
        """How many events of an emitter there are, each number once: so says the index."""
        return int(self.cairn("query", "--quiet", "--count", f"emitter = {name}") or 0)

    def events(self, kind):
        return [json.loads(line) for line in
                self.cairn("query", "--quiet", "--json", "--kind", kind, "--limit", "100000", code=None).splitlines()]

    def verify(self):
        self.cairn("verify", "--quiet")


HELLO, WELCOME, FAULT, SUBMIT, RECEIPT, HEAD, HEAD_IS, COMMANDS, VERDICTS, NOTE, STATUS, STATUS_IS, RETRY = \
    range(1, 14)


def sized(data):
    return struct.pack(">I", len(data)) + data


class Client:
    """One connection, byte by byte."""

    def __init__(self, path, greet=True):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(PATIENCE)
        try:
            self.socket.connect(path)
        except OSError:
            self.socket.close()
            raise
        self.id = 0
        self.greeting = self.call(HELLO, struct.pack(">I", 1) + sized(b"test")) if greet else None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, kind, payload):
        self.id += 1
        self.socket.sendall(struct.pack(">IBI", len(payload) + 5, kind, self.id) + payload)
        return self.id

    def exactly(self, size):
        data = b""
        while len(data) < size:
            more = self.socket.recv(size - len(data))
            if not more:
                raise EOFError("the daemon has closed the connection")
            data += more
        return data

    def receive(self):
        size, kind, id_ = struct.unpack(">IBI", self.exactly(9))
        return kind, id_, self.exactly(size - 5)

    def call(self, kind, payload=b""):
        self.send(kind, payload)
        kind, _, answer = self.receive()
        return kind, answer

    def status(self):
        kind, answer = self.call(STATUS)
        return json.loads(answer[4:]) if kind == STATUS_IS else None

    def is_closed(self):
        """Whether the daemon has closed it, or does so within the patience."""
        try:
            while self.socket.recv(65536):
                pass
        except ConnectionResetError:
            pass
        except TimeoutError:
            return False
        return True


def run(name, tests):
    """Runs each test; prints what is wrong. The exit code."""
    wrong = 0
    for test in tests:
        begun = time.monotonic()
        try:
            test()
        except (Wrong, OSError, EOFError, subprocess.SubprocessError) as fault:
            wrong += 1
            print(f"{name}: {test.__name__}: {fault}")
        print(f"{name}: {test.__name__}: {time.monotonic() - begun:.1f} s", file=sys.stderr)
    print(f"{name}: {wrong} wrong")
    return 1 if wrong else 0
