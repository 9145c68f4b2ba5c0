#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A fleet of virtual machines with sshd, measured by the Ansible role and by clush: guests.py BINARY.

The playbook must go on behind each host that fails, say why that one failed, put back what is its own, fetch every
record that was begun, and compare those that did not fail. The hosts have this machine's Python, sshd and libraries.
NRB_LONG=1 adds clush. NRB_GUEST_KEEP=DIR leaves the files there.
"""

import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections import namedtuple
from pathlib import Path

HERE = Path(__file__).resolve().parent
TOP = HERE.parent.parent
sys.path.insert(0, str(TOP / "tests/guest"))
import guest  # noqa: E402, which is beside, in tests/guest

PROGRAMS = ("ansible-playbook", "dropbear", "ssh", "ssh-keygen") + ("clush",) * guest.is_long()
KERNEL = "6.1"
CARD = ("failover", "net_failover", "virtio_net")
PYTHON = "/usr/bin/python3"
# Of Python's own library, what no module of Ansible asks for and is big.
NOT_NEEDED = re.compile(r"config-|(test|idlelib|lib2to3|distutils|pydoc_data|ensurepip|tkinter|turtledemo)$")
NODE_MIB = 320
BOOT_S = 240
PLAY_S = 900
KNOB = "/proc/sys/vm/zone_reclaim_mode"
DIRECTORY = "/data/nrb"
OPTIONS = ["--modes", "0,1", "--alloc", "16M", "--blocks", "1"]

# found: the setting before; left: after. status: of numa-reclaim-bench, with what is said of the host.
Host = namedtuple("Host", "name cpus found left status says")
HOSTS = [
    Host("fs-a", (1, 1), "4", "4", 0, ""),
    Host("fs-b", (1, 1, 1), "0", "0", 0, ""),
    Host("fs-c", (1, 1), "0", "5", 6, "disturbed"),
    Host("fs-d", (1,), "0", "0", 3, "not possible"),
]
GOOD = [host for host in HOSTS if host.status == 0]
# What was begun has a record.
BEGUN = [host for host in HOSTS if host.status != 3]
# On fs-c somebody else changes the setting, as soon as a cell is measured in mode 1.
SOMEBODY = f"(until grep -qx 1 {KNOB}; do sleep 0.05; done; echo 5 >{KNOB}) >/dev/null 2>&1 </dev/null &"


# The machines


def add_python(directory):
    """Behind the initramfs, which may be many archives; returns the interpreter."""
    program, library = subprocess.run(
        [PYTHON, "-c", "import os, sys, sysconfig; print(os.path.realpath(sys.executable), sysconfig.get_path('stdlib'))"],
        text=True, check=True, stdout=subprocess.PIPE).stdout.split()
    parents = Path(library).parents
    names = [str(path)[1:] for path in reversed(parents) if path != Path("/")]
    for path, directories, files in os.walk(library):
        directories[:] = [name for name in directories if not NOT_NEEDED.match(name)]
        names += [path[1:], *(os.path.join(path, name)[1:] for name in files)]
    archive = subprocess.run(["cpio", "-o", "-H", "newc", "-R", "0:0", "--dereference", "--quiet"], cwd="/", check=True,
                             input="\n".join(names).encode(), stdout=subprocess.PIPE).stdout
    return program, archive


def make_boot(directory, binary):
    """One initramfs and one empty disk for all hosts; the key that opens them is beside."""
    kernel, key, boot = guest.kernel(KERNEL), directory / "key", directory / "boot"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    python, archive = add_python(directory)
    modules = [next(Path(kernel.modules).rglob(name + ".ko")) for name in CARD]
    boot.mkdir()
    guest.build(boot, kernel, HERE / "host.sh", [binary, python, shutil.which("dropbear"), directory / "key.pub", *modules],
                TOP / "rehearsal/init", 512 * guest.MIB, 0)
    with open(boot / "initramfs", "ab") as file:
        file.write(archive)
    return kernel, "/bin/" + Path(python).name


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Machine:
    """One host: its QEMU, which ends with the with block."""

    def __init__(self, host, directory, kernel):
        self.host, self.port, self.directory = host, free_port(), directory / host.name
        self.directory.mkdir()
        (self.directory / "initramfs").symlink_to(directory / "boot/initramfs")
        subprocess.run(["cp", "--sparse=always", directory / "boot/data.img", self.directory], check=True)
        self.words = guest.command_line(kernel, guest.numa_words(host.cpus, NODE_MIB, 21), ["data"]) + [
            "-nic", f"user,model=virtio-net-pci,restrict=on,hostfwd=tcp:127.0.0.1:{self.port}-:22"]
        self.qemu = None

    def start(self):
        self.qemu = subprocess.Popen(self.words, cwd=self.directory, stdin=subprocess.DEVNULL)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.qemu.kill()
        self.qemu.wait()

    def said(self):
        return guest.text_of(self.directory / "console") + guest.text_of(self.directory / "talk")


class Fleet:
    """How its hosts are reached."""

    def __init__(self, directory, machines, python):
        self.directory, self.python = directory, python
        self.config = directory / "ssh_config"
        self.config.write_text("".join(
            f"Host {machine.host.name}\n HostName 127.0.0.1\n Port {machine.port}\n" for machine in machines) +
            f"Host *\n User root\n IdentityFile {directory}/key\n IdentitiesOnly yes\n BatchMode yes\n"
            " StrictHostKeyChecking no\n UserKnownHostsFile /dev/null\n LogLevel ERROR\n ConnectTimeout 60\n",
            encoding="utf-8")
        self.inventory = directory / "inventory"
        self.inventory.write_text("[fileservers]\n" + "".join(machine.host.name + "\n" for machine in machines),
                                  encoding="utf-8")

    def ssh(self, name, command):
        return subprocess.run(["ssh", "-F", self.config, name, command], text=True, check=False,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def await_boot(self, machine):
        """One that gives no sign of life is started again, as guest.py does."""
        name, start, deadlines = machine.host.name, time.monotonic(), list(guest.BOOT_DEADLINES_S)
        began = start
        while self.ssh(name, "true").returncode != 0:
            now = time.monotonic()
            if not machine.said() and deadlines and now - began > deadlines[0]:
                deadlines.pop(0)
                machine.__exit__()
                machine.start()
                began = now
            if now - start > BOOT_S or machine.qemu.poll() is not None:
                raise guest.Lost(f"{name} did not boot\n{machine.said()[-3000:]}")
            time.sleep(0.5)
        self.ssh(name, f"hostname {name}; echo {machine.host.found} >{KNOB}")
        if machine.host.status == 6:
            self.ssh(name, SOMEBODY)

    def play(self, binary):
        # So few and so small cells may leave a claim unclear: 5.
        variables = {"numa_reclaim_bench_binary_file": str(binary), "numa_reclaim_bench_options": OPTIONS,
                     "numa_reclaim_bench_records": str(self.directory / "records"), "numa_reclaim_bench_poll_s": 2,
                     "numa_reclaim_bench_directory": DIRECTORY, "numa_reclaim_bench_accepted": [0, 5],
                     "fleet_program": str(binary)}
        fleet_only = {"ansible_python_interpreter": self.python, "ansible_user": "root"}
        self.inventory.write_text(self.inventory.read_text(encoding="utf-8") + "[fileservers:vars]\n" + "".join(
            f"{name}={value}\n" for name, value in fleet_only.items()), encoding="utf-8")
        env = {**os.environ, "ANSIBLE_CONFIG": str(TOP / "contrib/ansible/ansible.cfg"), "ANSIBLE_NOCOLOR": "1",
               "ANSIBLE_SSH_ARGS": f"-F {self.config} -o ControlMaster=auto -o ControlPersist=60", "COLUMNS": "100",
               "ANSIBLE_SSH_CONTROL_PATH_DIR": str(self.directory / "cp"), "ANSIBLE_SSH_TRANSFER_METHOD": "piped",
               "ANSIBLE_LOCAL_TEMP": str(self.directory / "tmp"), "ANSIBLE_TIMEOUT": "60", "LC_ALL": "C.UTF-8"}
        done = subprocess.run(["ansible-playbook", "-i", self.inventory, TOP / "contrib/ansible/fleet.yml",
                               "-e", json.dumps(variables)], env=env, text=True, timeout=PLAY_S, check=False,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        print(done.stdout, flush=True)
        return done


# What must come of it


def check_play(checks, done):
    talk, recap = done.stdout.split("PLAY RECAP", 1)
    said = dict(re.findall(r'^fatal: \[(fs-\w)\]: FAILED! => .*"msg": "([^"]*)"', talk.split("PLAY [Result]", 1)[-1], re.M))
    checks.equal(done.returncode, 2, "the playbook fails, for hosts of it did")
    checks.equal(dict(re.findall(r"^(fs-\w)\s.*failed=(\d+)", recap, re.M)),
                 {host.name: str(int(host.status != 0)) for host in HOSTS}, "it went on behind each host that failed")
    checks.equal(talk.count("PLAY [Measure]"), len(HOSTS), "it went to one host after the other")
    for host in HOSTS:
        message = said.get(host.name, "")
        wanted = f"exit status {host.status}, {host.says}" if host.status else ""
        checks.that(wanted in message and bool(wanted) == bool(message), f"{host.name}: {wanted or 'no failure'} is said", said)
    for host in BEGUN:
        checks.that(f"RETRYING: [{host.name}]: Wait for its end" in talk,
                    f"{host.name}: it ran in the background, and was asked for")
    comparison = talk.split("TASK [Show the comparison]")[-1].split("PLAY [Result]")[0]
    checks.that([host.name for host in HOSTS if host.name in comparison] == [host.name for host in GOOD],
                "those that did not fail are compared", comparison)


def check_records(checks, fleet):
    records = fleet.directory / "records"
    names = sorted(path.stem for path in records.glob("*.jsonl"))
    checks.equal(names, [host.name for host in BEGUN], "every record that was begun was fetched")
    for host in BEGUN:
        record = guest.read_record(records / (host.name + ".jsonl"))
        nodes = {node["node"] for cell in record.cells for node in cell.get("nodes", [])}
        checks.equal(len(nodes), len(host.cpus), host.name + ": its record is of its own nodes")
        checks.that(record.end is not None, host.name + ": its record is whole")


def check_hosts(checks, fleet):
    for host in HOSTS:
        checks.equal(fleet.ssh(host.name, "cat " + KNOB).stdout.strip(), host.left,
                     host.name + ": the setting is as it was found, or as somebody else left it")
        left = fleet.ssh(host.name, f"ls -A {DIRECTORY}; ls /run/numa-reclaim-bench/state.json 2>/dev/null").stdout
        checks.equal(left.strip(), "", host.name + ": nothing was left")


def check_clush(checks, fleet):
    """The lines of numa-reclaim-bench(8): one host at a time, the worst exit status in the end."""
    clush = ["clush", "-o", f"-F {fleet.config}", "-w"]
    run = " ".join(["/usr/sbin/numa-reclaim-bench", "run", "-y", *OPTIONS, "--dir", DIRECTORY, "-o", "/root/run.jsonl"])
    done = subprocess.run([*clush, "fs-a,fs-d", "-f", "1", "-S", "-b", run], text=True, check=False,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    checks.that(done.returncode in (3, 5), "clush: the worst exit status", done)
    record = fleet.ssh("fs-a", "cat /root/run.jsonl").stdout
    checks.that('"type":"end"' in record, "clush: a record of the host that could", record[-300:])


def test(checks):
    for program in PROGRAMS:
        if shutil.which(program) is None:
            raise guest.Skip(program + " is not installed")
    binary = Path(sys.argv[1]).resolve()
    with guest.work_directory() as directory, contextlib.ExitStack() as stack:
        start = time.monotonic()
        kernel, python = make_boot(directory, binary)
        machines = [stack.enter_context(Machine(host, directory, kernel)) for host in HOSTS]
        fleet = Fleet(directory, machines, python)
        for machine in machines:
            fleet.await_boot(machine)
        print(f"all are up after {time.monotonic() - start:.0f} s", flush=True)
        check_play(checks, fleet.play(binary))
        check_records(checks, fleet)
        check_hosts(checks, fleet)
        if guest.is_long():
            check_clush(checks, fleet)
        print(f"{time.monotonic() - start:.0f} s", flush=True)


guest.main(test)
