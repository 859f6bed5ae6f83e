"""Runs docker-compose.yml by Docker: the stage that scenario.py plays on, as the one of processes.py is."""
import json
import subprocess
import time


class Containers:
    # Where a connection to a published port comes from, as a container sees it.
    gateway = "172.30.24.1"

    def __init__(self, root):
        self.root = root

    def up(self):
        self._compose("up", "--detach", "--wait", "--wait-timeout", "180")

    def start(self, name):
        self._compose("start", name)

    def wait_healthy(self, name, limit=90):
        end = time.monotonic() + limit
        while self._state(name).get("Health", {}).get("Status") != "healthy":
            assert time.monotonic() < end, f"{name} is not healthy after {limit} s:\n{self.log(name)}"
            time.sleep(0.2)

    def wait_all_healthy(self):
        """`up --wait` has."""

    def execute(self, name, *command, input=None):
        return self._compose("exec", "--no-TTY", name, *command, input=input)

    def kill(self, name):
        self._compose("kill", "--signal", "SIGKILL", name)

    def stop(self, name):
        self._compose("stop", name)
        return self._state(name)["ExitCode"]

    def log(self, name):
        return self._compose("logs", "--no-log-prefix", name)

    def close(self):
        self._compose("down", "--volumes")

    def _state(self, name):
        container = self._compose("ps", "--all", "--quiet", name).strip()
        return json.loads(subprocess.run(["docker", "inspect", container], check=True, capture_output=True, text=True).stdout)[0]["State"]

    def _compose(self, *arguments, input=None):
        result = subprocess.run(["docker", "compose", *arguments], cwd=self.root, input=input, capture_output=True, text=True)
        assert result.returncode == 0, f"docker compose {' '.join(arguments)} ended with {result.returncode}:\n{result.stdout}{result.stderr}"
        return result.stdout
