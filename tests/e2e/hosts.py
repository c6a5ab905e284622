#!/usr/bin/env python3
"""hosts.py BIN PLACE: what the log asks of a real host, by the daemon's process virt.

Pools, drives of both kinds, a machine with a drive, a second drive that comes and goes while it runs, a
medium, a description, a look at the host, the end; then conversion and snapshots on the files. The machine
has no system in it: it lets go of nothing, and that is in the log, too. Needs libvirtd (tests/e2e/hosts).
"""
import hashlib
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "daemon"))
import house as houses  # noqa: E402
from house import House, demand, wait_until  # noqa: E402

URI = "qemu:///system"
houses.PATIENCE = 240  # libvirtd looks at each qemu once, and where PID 1 is slow to reap that takes minutes


class Yard:
    """A store, its daemon, and a host."""

    def __init__(self, bin_, place):
        self.pools = os.path.join(place, "pools")
        os.makedirs(self.pools)
        self.house = House(bin_, place=place, settings=f"[virt]\nuri = {URI}\npools = {self.pools}\n")
        self.house.login()
        self.ids = {}

    def made(self, *arguments):
        return json.loads(self.house.cairn(*arguments, "--json").splitlines()[0])["event"]

    def bodies(self, kind):
        found = []
        for event in self.house.events(kind):
            found.append(json.loads(self.house.cairn("show", str(event["n"]), "--json"))["body"])
        return found

    def ended(self, request):
        """How a request ended: None while it is due."""
        for kind in ("effect.failed", "effect.done", "drive.converted", "drive.snapshot.*", "vm.xml_fetched",
                     "host.utilisation_checked"):
            for body in self.bodies(kind):
                if body.get("request") == request:
                    return body
        return None

    def await_(self, request, fails=None):
        body = wait_until(f"the end of request {request}", lambda: self.ended(request))
        why = body.get("why")
        demand((why is None) == (fails is None), f"request {request}: {body}")
        demand(fails is None or fails in why, f"request {request} failed with {why!r}, not {fails!r}")
        return body

    def ask(self, *arguments, fails=None):
        request = self.made(*arguments)
        return request, self.await_(request, fails)

    def virsh(self, *arguments):
        return subprocess.run(["virsh", "-q", "-c", URI, *arguments], stdout=subprocess.PIPE, check=True,
                              timeout=60).stdout.decode()


def make_pools(yard):
    yard.ids["host"] = yard.made("host", "register", "north", "--uri", URI, "--cores", "8", "--memory-mib", "8192")
    yard.house.start()
    for name, kind in (("images", "image"), ("drives", "drive"), ("layers", "snapshot"), ("isos", "iso")):
        yard.ids[name], _ = yard.ask("pool", "define", name, "--kind", kind, "--path",
                                     os.path.join(yard.pools, name), "--hosts", f"host:{yard.ids['host']}")


def make_file(path, size):
    with open(path, "wb") as file:
        file.write(b"\0" * size)
    os.chmod(path, 0o644)
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def make_drive(yard, name, kind):
    return yard.ask("drive", "create", name, "--pool", f"pool:{yard.ids['drives']}", "--kind", kind, "--size", "16M")[0]


def start_machine(yard, drive):
    sha = make_file(os.path.join(yard.pools, "images", "tiny.raw"), 1 << 20)
    brick = yard.made("brick", "register", "tiny", "--os", "linux", "--pool", f"pool:{yard.ids['images']}",
                      "--file", "tiny.raw", "--sha256", sha)
    hardware = yard.made("hw", "create", "small", "--brick", f"brick:{brick}", "--cores", "1", "--memory-mib", "32")
    yard.house.cairn("hw", "manage-access", f"hardware:{hardware}", "--added", "admin")
    config = yard.made("vm", "config-create", "lab", "--hardware", f"hardware:{hardware}", "--drives",
                       f"drive:{drive}", "--modes", "rw", "--service", "no")
    machine, _ = yard.ask("vm", "start", f"config:{config}", "--name", "lab")
    return machine


def runs(yard, machine, drive, second):
    domain = f"cairn-vm-{machine}"
    demand(yard.virsh("domstate", domain).strip() == "running", "the machine does not run")
    disks = yard.virsh("domblklist", domain)
    demand(f"vm-{machine}-{machine}.qcow2" in disks and f"drive-{drive}." in disks, f"disks: {disks}")
    demand(os.path.exists(os.path.join(yard.house.place, "run", "vmc", f"vm-{machine}.sock")), "no channel")
    demand(yard.virsh("domiflist", domain).strip() == "", "the machine has an interface")
    yard.ask("drive", "attach", f"drive:{second}", "--vm", f"vm:{machine}", "--mode", "ro")
    demand(f"drive-{second}." in yard.virsh("domblklist", domain), "the second drive is not attached")


def tells(yard, machine):
    _, body = yard.ask("vm", "fetch-xml", f"vm:{machine}")
    path = os.path.join(yard.house.store, "descriptions")
    demand(len(os.listdir(path)) >= 1 and body["size"] > 1000, "the description is not kept")
    _, body = yard.ask("host", "check-utilisation", f"host:{yard.ids['host']}")
    demand(body["domains"] >= 1 and body["cores_used"] >= 1, f"seen: {body}")


def works_on_files(yard):
    drive = make_drive(yard, "files", "raw")
    _, body = yard.ask("drive", "convert", f"drive:{drive}", "--kind", "qcow2")
    demand(os.path.exists(body["path"]) and body["size"] == 16 << 20, f"converted: {body}")
    snapshot, body = yard.ask("drive", "snapshot-create", f"drive:{drive}", "--name", "before", "--pool",
                              f"pool:{yard.ids['layers']}")
    layer = body["path"]
    demand(os.path.exists(layer), "there is no layer")
    yard.ask("drive", "snapshot-merge", f"snapshot:{snapshot}")
    demand(not os.path.exists(layer), "the layer is still there")
    snapshot, body = yard.ask("drive", "snapshot-create", f"drive:{drive}", "--name", "again", "--pool",
                              f"pool:{yard.ids['layers']}")
    os.chmod(body["path"], 0)
    os.unlink(body["path"])
    yard.ask("drive", "snapshot-delete", f"snapshot:{snapshot}", fails="there is no file")


def main():
    yard = Yard(sys.argv[1], sys.argv[2])
    try:
        make_pools(yard)
        drive, second = make_drive(yard, "work", "qcow2"), make_drive(yard, "second", "raw")
        machine = start_machine(yard, drive)
        runs(yard, machine, drive, second)
        tells(yard, machine)
        yard.ask("vm", "shutdown", f"vm:{machine}")
        demand(yard.virsh("domstate", f"cairn-vm-{machine}").strip() == "shut off", "the machine still runs")
        works_on_files(yard)
        yard.house.stop()
        yard.house.verify()
    except Exception:
        print(yard.house.journal()[-3000:], file=sys.stderr)
        raise
    finally:
        yard.house.close()


main()
