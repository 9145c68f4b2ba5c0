#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The packages of contrib/ are built, looked at, installed and removed: packages.py deb|rpm SOURCE_ROOT BUILD.

The source is what `meson dist` makes of the last commit, without git. A Debian package is built twice,
in directories, time zones, locales and with umasks that differ, and must come out the same; the first time the unit
tests run. It is then installed in a clean root, where its own tests run, and removed again.
NRB_BIN is not looked at: what is tested comes out of the packages. Needs root, but for rpm, and for the clean root
a mirror. Minutes: 77 where a program is missing.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

SKIP = 77
NAME = "numa-reclaim-bench"
NEEDED = {
    "deb": ["dh", "dpkg-buildpackage", "lintian", "mmdebstrap"],
    "rpm": ["rpmbuild", "rpmlint", "rpmspec"],
}
# What packages are known to leave: dpkg's own memory of them, and what is cached of it.
LEFT = re.compile(r"/var/lib/dpkg/|/var/log/|/var/cache/|/var/lib/(apt|systemd)/|/etc/ld\.so\.cache$|/tmp/")
# What whoever installs it gets, and nothing else.
INSTALLED = [
    "/usr/sbin/numa-reclaim-bench",
    "/usr/share/bash-completion/completions/numa-reclaim-bench",
    "/usr/share/man/man5/numa-reclaim-bench-record.5",
    "/usr/share/man/man7/numa-reclaim-bench-faults.7",
    "/usr/share/man/man7/numa-reclaim-bench-method.7",
    "/usr/share/man/man8/numa-reclaim-bench.8",
]
SHELL_AND_UNIT = {
    "deb": ["/usr/share/zsh/vendor-completions/_numa-reclaim-bench", "/lib/systemd/system/numa-reclaim-bench.service"],
    "rpm": ["/usr/share/zsh/site-functions/_numa-reclaim-bench", "/usr/lib/systemd/system/numa-reclaim-bench.service"],
}
# What is mounted into a root is seen by nobody else and gone with who did it, however that ends: the root is
# removed in the end, and nothing of this machine with it.
APART = ("unshare", "--mount", "--")
INSIDE = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"}
failures = []


def that(holds, what, seen=""):
    print(f"ok: {what}" if holds else f"FAILED: {what}: {seen}", flush=True)
    if not holds:
        failures.append(what)


def need(programs):
    for program in programs:
        if shutil.which(program) is None:
            print(f"SKIP: {program} is not installed")
            sys.exit(SKIP)


def run(*words, log=None, **more):
    """Its output, also in a log that is shown where it fails."""
    done = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, check=False, **more)
    if log:
        log.write_text(done.stdout, encoding="utf-8")
    if done.returncode != 0:
        sys.exit(f"FAILED: {' '.join(map(str, words))}: {done.returncode}\n{done.stdout[-4000:]}")
    return done.stdout


def source_archive(root, build, scratch):
    """What a release would be: everything that git knows, without git."""
    if not (root / ".git").exists():
        print("SKIP: no git repository to make a release of")
        sys.exit(SKIP)
    run("meson", "dist", "-C", build, "--no-tests", "--allow-dirty", "--formats", "xztar")
    archive = max((build / "meson-dist").glob(f"{NAME}-*.tar.xz"), key=lambda path: path.stat().st_mtime)
    return Path(shutil.copy(archive, scratch))


def contents(words):
    """The files among the lines of `dpkg -c` or `rpm -qplv`, without documents, which are many; pages as they were
    before Debian, or Fedora but not Debian's rpmbuild, compressed them."""
    paths = [line.split()[-1].removeprefix(".") for line in words if not line.startswith("d")]
    return sorted(path.removesuffix(".gz") for path in paths if path.startswith("/") and "/doc/" not in path and "/licenses/" not in path)


def check_contents(kind, words):
    wanted = sorted(INSTALLED + SHELL_AND_UNIT[kind])
    found = contents(words)
    that(found == wanted, f"the {kind} installs {len(wanted)} files beside its documents",
         sorted(set(found) ^ set(wanted)))


# Debian


def build_deb(archive, directory, environment, umask):
    """As a maintainer would: the source beside its archive, contrib/debian as debian/."""
    directory.mkdir()
    version = re.search(r"-([\d.]+)\.tar", archive.name)[1]
    shutil.copy(archive, directory / f"{NAME}_{version}.orig.tar.xz")
    run("tar", "-xf", archive, "-C", directory)
    source = directory / f"{NAME}-{version}"
    shutil.copytree(source / "contrib/debian", source / "debian")
    run("dpkg-buildpackage", "-us", "-uc", cwd=source, umask=umask, log=directory / "build.log",
        env={**os.environ, **environment})
    return source


def sums(directory):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted([*directory.glob("*.deb"), *directory.glob("*.dsc")])}


def check_binary(deb, scratch):
    run("dpkg-deb", "-x", deb, scratch / "unpacked")
    binary = scratch / "unpacked/usr/sbin" / NAME
    that(str(scratch).encode() not in binary.read_bytes(), "no build directory is in the program")
    headers = run("readelf", "-Wldh", binary)
    for what, word in (("position independent", "DYN ("), ("full RELRO", "BIND_NOW"), ("RELRO", "GNU_RELRO")):
        that(word in headers, f"the program is built hardened: {what}", headers)


def tree_of(root):
    """{path: what it is} of a root, its devices and what is mounted into it left out."""
    found = {}
    for directory, names, files in os.walk(root):
        inside = "/" + os.path.relpath(directory, root).lstrip(".")
        names[:] = [name for name in names if os.path.join(inside, name) not in ("/proc", "/sys", "/dev", "/run")]
        for name in names + files:
            path = os.path.join(directory, name)
            if os.path.islink(path):
                what = os.readlink(path)
            elif os.path.isdir(path):
                what = "directory"
            else:
                what = hashlib.sha256(Path(path).read_bytes()).hexdigest()
            found[os.path.join(inside, name)] = (what, os.lstat(path).st_mode)
    return found


def inside(root, *words, **more):
    return run("chroot", root, *words, env=INSIDE, **more)


def clean_root(deb, scratch):
    """A minimal system with what the package depends on, and what its tests do."""
    depends = run("dpkg-deb", "-f", deb, "Depends")
    packages = [re.split(r"[ (|]", word.strip())[0] for word in depends.split(",")] + ["jq", "util-linux"]
    root = scratch / "root"
    # Documents are part of what a package installs, whatever a container's dpkg leaves out.
    run(*APART, "mmdebstrap", "--mode=root", "--variant=apt", "--include=" + ",".join(packages), release(), root)
    return root


def release():
    return re.search(r"VERSION_CODENAME=(\w+)", Path("/etc/os-release").read_text(encoding="utf-8"))[1]


def run_own_tests(root, source):
    """debian/tests, as autopkgtest runs them: from the source, with a directory to write to."""
    shutil.copytree(source, root / "tmp/source", symlinks=True)
    (root / "tmp/own").mkdir()
    os.chmod(root / "tmp/own", 0o777)
    mounted = 'mount -t proc -o ro proc "$1/proc" && mount -t sysfs -o ro sysfs "$1/sys" && exec chroot "$1" sh -c "$2"'
    for tests in re.findall(r"^Tests: (.*)$", (source / "debian/tests/control").read_text(encoding="utf-8"), re.M):
        for test in tests.split():
            said = run(*APART, "sh", "-c", mounted, "-", root, "cd /tmp/source && exec debian/tests/" + test,
                       env={**INSIDE, "AUTOPKGTEST_TMP": "/tmp/own"})
            that(True, f"its own test {test}: {said.strip().splitlines()[-1]}")
    shutil.rmtree(root / "tmp/source")
    shutil.rmtree(root / "tmp/own")


def check_install(deb, source, scratch):
    root = clean_root(deb, scratch)
    before = tree_of(root)
    shutil.copy(deb, root / "tmp")
    inside(root, "dpkg", "-i", f"/tmp/{deb.name}")
    that(f"{NAME} " in inside(root, NAME, "--version"), "it is installed and runs")
    run_own_tests(root, source)
    inside(root, "dpkg", "-P", NAME)
    after = tree_of(root)
    left = sorted(path for path in after if before.get(path) != after[path] and not LEFT.match(path))
    gone = sorted(set(before) - set(after))
    that(not left and not gone, "removed, it leaves the root as it was", left + gone)


def test_deb(archive, scratch):
    source = build_deb(archive, scratch / "first", {"TZ": "UTC"}, 0o022)
    build_deb(archive, scratch / "a-second-and-longer-name",
              {"TZ": "Asia/Kathmandu", "LC_ALL": "C", "DEB_BUILD_OPTIONS": "nocheck parallel=1"}, 0o002)
    first, second = sums(scratch / "first"), sums(scratch / "a-second-and-longer-name")
    for name, digest in first.items():
        that(second.get(name) == digest, f"{name} comes out the same twice", second.get(name))
    deb = next((scratch / "first").glob(f"{NAME}_*.deb"))
    check_contents("deb", run("dpkg-deb", "-c", deb).splitlines())
    check_binary(deb, scratch)
    changes = next((scratch / "first").glob("*.changes"))
    print(run("lintian", "--allow-root", "--fail-on", "error,warning", changes))
    that(not list((source / "debian").rglob("*overrides*")), "lintian has no complaint, and none was overridden")
    check_install(deb, source, scratch)


# Fedora and its like


def test_rpm(archive, scratch):
    run("tar", "-xf", archive, "-C", scratch)
    source = next(scratch.glob(f"{NAME}-*/"))
    spec = source / f"contrib/rpm/{NAME}.spec"
    run("rpmspec", "-P", spec)
    said = run("rpmlint", "--strict", "--config", source / "contrib/rpm/rpmlint.toml", spec)
    that(" 0 errors, 0 warnings" in said, "rpmlint has nothing to say of the spec", said)
    # Debian's rpmbuild knows no packages that could be installed, and makes none of debug symbols.
    run("rpmbuild", "-tb", "--nodeps", "--without", "tests", "--define", f"_topdir {scratch}",
        "--define", "debug_package %{nil}", archive, log=scratch / "rpm.log")
    rpm = next((scratch / "RPMS").glob("*/*.rpm"))
    check_contents("rpm", run("rpm", "-qplv", rpm).splitlines())


def main():
    kind, root, build = sys.argv[1], Path(sys.argv[2]).resolve(), Path(sys.argv[3]).resolve()
    need(NEEDED[kind])
    with tempfile.TemporaryDirectory(prefix="nrb-package-") as directory:
        scratch = Path(directory)
        archive = source_archive(root, build, scratch)
        {"deb": test_deb, "rpm": test_rpm}[kind](archive, scratch)
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
