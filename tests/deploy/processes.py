"""Runs services as processes of this machine, each as a container would have it: its own network address, host name, user, mounts, and a root file system that is
read-only where the file says so. Programs are this machine's: HAProxy and PostgreSQL of Debian, the node from the build.

Call `enter()` first: everything happens in namespaces of its own, and ends with them. Needs root.
"""
import http.client
import os
import pathlib
import pwd
import shlex
import signal
import subprocess
import sys
import tempfile
import time

NETWORK = "172.30.24"
POSTGRES = max(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), default="/usr/lib/postgresql")
ROOT = pathlib.Path(__file__).resolve().parents[2]
IMAGE_FOLDER = "/var/lib/mailcluster"  # which the image has, with an owner


def enter():
    """Starts this program again in namespaces of its own. Returns inside."""
    if os.environ.get("MAILCLUSTER_INSIDE") == "yes":
        del os.environ["MAILCLUSTER_INSIDE"]
        return
    os.environ["MAILCLUSTER_INSIDE"] = "yes"
    root = [] if os.geteuid() == 0 else ["sudo", "--preserve-env"]
    os.execvp((root + ["unshare"])[0], [*root, "unshare", "--net", "--mount", "--propagation", "private", "--uts", "--pid", "--fork", "--kill-child", "--mount-proc",
                          sys.executable, *sys.argv])


def call(*command):
    subprocess.run(command, check=True)


class Processes:
    """The stage that scenario.py plays on."""

    def __init__(self, services, build):
        self.services = {service.name: service for service in services}
        self.build = build
        self.work = pathlib.Path(tempfile.mkdtemp(prefix="mailcluster-deploy-"))
        self.running = {}
        call("mount", "-t", "tmpfs", "tmpfs", self.work)
        self.work.chmod(0o755)
        call("mkdir", "-p", "/run/netns")
        call("mount", "-t", "tmpfs", "tmpfs", "/run/netns")
        call("ip", "link", "set", "lo", "up")
        call("ip", "link", "add", "mail", "type", "bridge")
        call("ip", "address", "add", f"{NETWORK}.1/24", "dev", "mail")
        call("ip", "link", "set", "mail", "up")
        free = (f"{NETWORK}.{number}" for number in range(20, 250))
        for service in services:
            service.address = service.address or next(free)
            self._connect(service)
        self._serve_names()

    def _connect(self, service):
        call("ip", "netns", "add", service.name)
        call("ip", "-n", service.name, "link", "set", "lo", "up")
        call("ip", "link", "add", f"to-{service.name}", "type", "veth", "peer", "name", "eth0", "netns", service.name)
        call("ip", "link", "set", f"to-{service.name}", "master", "mail", "up")
        call("ip", "-n", service.name, "address", "add", f"{service.address}/24", "dev", "eth0")
        call("ip", "-n", service.name, "link", "set", "eth0", "up")

    def _serve_names(self):
        hosts = self.work / "hosts"
        hosts.write_text("".join(f"{service.address} {' '.join(service.names)}\n" for service in self.services.values()))
        self.names = subprocess.Popen(["dnsmasq", "--keep-in-foreground", "--no-resolv", "--no-hosts", f"--addn-hosts={hosts}", "--bind-interfaces", "--conf-file=/dev/null",
                                       f"--listen-address={NETWORK}.1", "--user=root", "--pid-file=", "--local-ttl=1", "--log-facility=-"],
                                      stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    # What the scenario uses.

    def up(self):
        for service in self.services.values():
            self.start(service.name)

    def start(self, name):
        """Starts a service, what it waits for first."""
        service = self.services[name]
        if name in self.running and self.running[name].poll() is None:
            return
        for other, _ in service.after:
            self.start(other)
        for other, how in service.after:
            if how == "done":
                status = self.running[other].wait(60)
                assert status == 0, f"{other} ended with {status}:\n{self.log(other)}"
            else:
                self.wait_healthy(other)
        if service.once and name in self.running:
            return
        script = self.work / f"{name}.start"
        script.write_text(self._script(service))
        log = open(self.work / f"{name}.log", "ab")
        self.running[name] = subprocess.Popen(
            ["ip", "netns", "exec", name, "unshare", "--mount", "--propagation", "private", "--uts", "--pid", "--fork", "--kill-child", "bash", str(script)],
            stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)

    def wait_healthy(self, name, limit=90):
        service = self.services[name]
        end = time.monotonic() + limit
        while not self._is_healthy(service):
            assert self.running[name].poll() is None, f"{name} ended with {self.running[name].returncode}:\n{self.log(name)}"
            assert time.monotonic() < end, f"{name} is not healthy after {limit} s:\n{self.log(name)}"
            time.sleep(0.2)

    def wait_all_healthy(self):
        for name, service in self.services.items():
            if service.health:
                self.wait_healthy(name)

    def execute(self, name, *command, input=None):
        service = self.services[name]
        result = subprocess.run(["nsenter", "--target", str(self._inner(name)), "--net", "--mount", "--uts", "--pid", "--root", "--wd", *self._as(service), *command],
                                capture_output=True, text=True, input=input, timeout=60)
        assert result.returncode == 0, f"{name}: {command} ended with {result.returncode}: {result.stdout}{result.stderr}"
        return result.stdout

    def kill(self, name):
        """As if the machine had stopped: no goodbye."""
        os.kill(self._inner(name), signal.SIGKILL)
        self.running[name].wait(10)

    def stop(self, name):
        """What the file wants to be done first, then SIGTERM. Returns the exit code; past the limit the play is lost."""
        service = self.services[name]
        if service.before_stop:
            self.execute(name, *service.before_stop)
        os.kill(self._inner(name), signal.SIGTERM)
        return self.running[name].wait(service.stop_limit)

    def log(self, name):
        file = self.work / f"{name}.log"
        return file.read_text(errors="replace") if file.exists() else ""

    def close(self):
        for process in self.running.values():
            if process.poll() is None:
                process.kill()
        self.names.kill()
        # The mount goes with the namespace; its folder would stay.
        call("umount", "--lazy", self.work)
        self.work.rmdir()

    # How.

    def _inner(self, name):
        """The program itself, which is process 1 of its namespace."""
        outer = self.running[name].pid
        return int(pathlib.Path(f"/proc/{outer}/task/{outer}/children").read_text().split()[0])

    def _is_healthy(self, service):
        if isinstance(service.health, tuple):
            connection = http.client.HTTPConnection(service.address, service.health[0], timeout=5)
            try:
                connection.request("GET", service.health[1])
                return connection.getresponse().status == 200
            except OSError:
                return False
            finally:
                connection.close()
        try:
            # Compose writes a dollar twice.
            self.execute(service.name, *[part.replace("$$", "$") for part in service.health])
            return True
        except (AssertionError, IndexError, FileNotFoundError, subprocess.TimeoutExpired):
            return False

    def _as(self, service):
        user, group = service.user
        if isinstance(user, str):
            user, group = pwd.getpwnam(user).pw_uid, pwd.getpwnam(user).pw_gid
        given = "" if "ALL" in service.capabilities else "-all" + "".join(f",+{name.lower()}" for name in service.capabilities)
        caps = [f"--bounding-set={given}", f"--inh-caps={given}", "--no-new-privs"] if given else []
        environment = {"PATH": f"{POSTGRES}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/tmp"} | service.environment
        return ["setpriv", f"--reuid={user}", f"--regid={group}", "--clear-groups", *caps, "env", "-i", *[f"{key}={value}" for key, value in environment.items()]]

    def _script(self, service):
        base = self.work / service.name
        root = base / "root"
        # Debian's HAProxy and PostgreSQL, the built node, the entry point of the image that stands in for PostgreSQL's.
        lines = ["set -eu", f"rm -rf {base}", f"mkdir -p {base}/upper {base}/work {root}",
                 f"mount -t overlay overlay -o lowerdir=/,upperdir={base}/upper,workdir={base}/work {root}",
                 f"mkdir -p {root}/opt/mailcluster && mount --bind -o ro {self.build} {root}/opt/mailcluster",
                 f"ln -sf /opt/mailcluster/mailcluster /opt/mailcluster/mailctl {root}/usr/local/bin/",
                 f"cp {ROOT}/tests/deploy/images/postgres/entrypoint {root}/usr/local/bin/entrypoint",
                 f"rm -f {root}/etc/resolv.conf && echo nameserver {NETWORK}.1 > {root}/etc/resolv.conf",
                 f"mkdir -p {root}{service.folder}",
                 f"mount -t proc proc {root}/proc && mount --rbind /dev {root}/dev && mount --rbind /sys {root}/sys",
                 f"hostname {service.host_name}"]
        for number, (source, target, read_only) in enumerate(service.mounts):
            lines += self._mount(source, f"{root}{target}", base / f"files-{number}", service, read_only)
        if service.read_only:
            lines.append(f"mount -o remount,ro {root}")
        lines.append(f"cd / && exec chroot {root} " + shlex.join(["env", f"--chdir={service.folder}", *self._as(service), *service.arguments]))
        return "\n".join(lines) + "\n"

    def _mount(self, source, target, own, service, read_only):
        owner = f"{service.user[0]}:{service.user[1]}"
        if source == "tmpfs":
            return [f"mkdir -p {target} && mount -t tmpfs -o mode=1777 tmpfs {target}"]
        if isinstance(source, tuple) and source[0] == "files":
            own = self.work / f"{service.name}-files{target.replace('/', '-')}"
            own.mkdir(exist_ok=True)
            for name, content in source[1].items():
                (own / name).write_bytes(content)
                (own / name).chmod(0o440)
                os.chown(own / name, 0, service.user[1])
            source = own
        elif isinstance(source, tuple):
            # A new volume takes over the owner of the folder in the image.
            volume = self.work / f"volume-{source[1]}"
            if not volume.exists():
                volume.mkdir(mode=0o700)
                if target.endswith(IMAGE_FOLDER):
                    call("chown", owner, volume)
            source = volume
        make = f"mkdir -p {target}" if pathlib.Path(source).is_dir() else f"mkdir -p $(dirname {target}) && touch {target}"
        return [f"{make} && mount --bind {source} {target}", *([f"mount -o remount,bind,ro {target}"] if read_only else [])]
