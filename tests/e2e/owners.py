"""People who type commands, for tests of whole processes."""
import json
import os
import subprocess

from house import PATIENCE, demand


class Person:
    """Somebody who types commands, at the daemon once it runs."""

    def __init__(self, house, name):
        self.house, self.name = house, name

    def run(self, *arguments, code=0, says="", own=True):
        key = ["--key", f"{self.name}.key"] if own and self.name != "admin" else []
        socket = ["--socket", self.house.socket] if self.house.daemon is not None else []
        done = subprocess.run([os.path.join(self.house.bin, "cairn"), *arguments, *key, "--store", self.house.store,
                               *socket, "--quiet"], stdin=subprocess.DEVNULL, capture_output=True,
                              cwd=self.house.place, env=self.house.environment, timeout=PATIENCE, check=False)
        said = (done.stdout + done.stderr).decode()
        demand(done.returncode in (code if isinstance(code, tuple) else (code,)) and says in said,
               f"{self.name}: cairn {' '.join(arguments)} exits {done.returncode}: {said[-600:]}")
        return done.stdout.decode()

    def rows(self, *arguments):
        return [json.loads(line) for line in self.run(*arguments, "--json", own=False, code=(0, 1)).splitlines()]

    def login(self):
        self.run("login", "--code", self.run("mfa", "code", f"{self.name}.otp", own=False).strip())


def register(house, admin, name, projects=()):
    """Somebody new, who manages these projects and has a session: what is granted later counts from the next one on,
    and that would have to wait for another code."""
    person = Person(house, name)
    person.run("key", "new", "--login", name, own=False)
    admin.run("user", "register", f"{name}.card", "--role", "user")
    admin.run("mfa", "enrol", name)
    for project in projects:
        admin.run("project", "create", project)
        admin.run("project", "add-member", project, "--user", name, "--role", "manager")
    person.login()
    return person
