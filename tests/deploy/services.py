"""The services of docker-compose.yml and the pods of deploy/kubernetes, read into one form: what to run, as whom, with which files.

Nothing is filled in that the files do not say: a mount, a variable or an argument that is missing there is missing here too.
"""
import base64
import json
import pathlib
import re
import subprocess

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Service:
    def __init__(self, name):
        self.name = name
        self.host_name = name
        self.names = [name]          # by which the others find it
        self.address = None
        self.arguments = []
        self.environment = {}
        self.user = (0, 0)
        self.capabilities = []       # of root; others have none
        self.read_only = False
        self.folder = "/"
        self.mounts = []             # (source, target, read-only); source: an absolute path, ("volume", name), ("files", {name: bytes}), "tmpfs"
        self.health = None           # a command, or (port, path) of an HTTP probe
        self.after = []              # (service, "healthy" | "done")
        self.once = False
        self.before_stop = None      # a command
        self.stop_limit = 10


class Image:
    """What deploy/Dockerfile gives to a container, or the same of the two images that it does not build."""

    def __init__(self, entry, command, user=(0, 0), environment=None, health=None, folder="/"):
        self.entry, self.command, self.user = entry, command, user
        self.environment, self.health, self.folder = environment or {}, health, folder

    @staticmethod
    def of_dockerfile(text):
        last = re.sub(r"\\\n\s*", " ", text[text.rindex("\nFROM"):])
        found = dict((word, rest) for word, rest in re.findall(r"^([A-Z]+) (.*)$", last, re.M))
        user, group = found["USER"].split(":")
        health = json.loads(re.search(r"CMD (\[.*\])", found["HEALTHCHECK"]).group(1))
        return Image(json.loads(found["ENTRYPOINT"]), json.loads(found["CMD"]), (int(user), int(group)),
                     dict(pair.split("=", 1) for pair in re.findall(r"^ENV (.*)$", last, re.M)), health, found["WORKDIR"])


IMAGES = {
    "mailcluster": Image.of_dockerfile((ROOT / "deploy/Dockerfile").read_text()),
    "haproxy:3.0": Image(["haproxy", "-W", "-db"], ["-f", "/usr/local/etc/haproxy/haproxy.cfg"], ("haproxy", "haproxy")),
    "postgres:17": Image(["entrypoint"], ["postgres"], environment={"PGDATA": "/var/lib/postgresql/data"}),
}


def seconds(text):
    return sum(int(number) * {"s": 1, "m": 60, "h": 3600}[unit] for number, unit in re.findall(r"(\d+)([smh])", text))


def of_compose(document):
    """Of `docker compose config --format json`."""
    services = []
    for name, given in document["services"].items():
        image = IMAGES[given["image"]]
        service = Service(name)
        service.host_name = given.get("hostname", name)
        entry = given.get("entrypoint")
        service.arguments = (entry or image.entry) + (given.get("command") or ([] if entry else image.command))
        service.environment = image.environment | {key: value or "" for key, value in (given.get("environment") or {}).items()}
        service.user = tuple(int(part) for part in given["user"].split(":")) if "user" in given else image.user
        service.capabilities = given.get("cap_add", []) if "ALL" in given.get("cap_drop", []) else ["ALL"]
        service.read_only = given.get("read_only", False)
        service.folder = image.folder
        for mount in given.get("volumes", []):
            source = ("volume", mount["source"]) if mount["type"] == "volume" else mount["source"]
            service.mounts.append((source, mount["target"], mount.get("read_only", False)))
        for folder in given.get("tmpfs", []):
            service.mounts.append(("tmpfs", folder.split(":")[0], False))
        test = (given.get("healthcheck") or {}).get("test")
        service.health = None if (given.get("healthcheck") or {}).get("disable") else test[1:] if test else image.health
        service.once = given.get("restart") == "no"
        service.stop_limit = seconds(given.get("stop_grace_period", "10s"))
        service.address = ((given.get("networks") or {}).get("mail") or {}).get("ipv4_address")
        for other, how in (given.get("depends_on") or {}).items():
            service.after.append((other, "done" if how["condition"] == "service_completed_successfully" else "healthy"))
        services.append(service)
    return services


def of_kubernetes(text, namespace):
    """The pods of a StatefulSet in what `kubectl kustomize` prints, each with the files of its ConfigMaps and Secrets."""
    documents = [document for document in yaml.safe_load_all(text) if document]
    by_kind = lambda kind: {document["metadata"]["name"]: document for document in documents if document["kind"] == kind}
    maps, secrets = by_kind("ConfigMap"), by_kind("Secret")
    (workload,) = by_kind("StatefulSet").values()
    spec = workload["spec"]["template"]["spec"]
    (container,) = spec["containers"]
    image = IMAGES["mailcluster"]

    def files_of(source):
        if "configMap" in source:
            return {key: value.encode() for key, value in maps[source["configMap"]["name"]]["data"].items()}
        found = {}
        for part in source["projected"]["sources"]:
            data = secrets[part["secret"]["name"]]["data"]
            found |= {item["path"]: base64.b64decode(data[item["key"]]) for item in part["secret"]["items"]}
        return found

    services = []
    for number in range(workload["spec"]["replicas"]):
        service = Service(f"{workload['metadata']['name']}-{number}")
        service.names = [f"{service.name}.{workload['spec']['serviceName']}.{namespace}.svc"]
        service.arguments = container.get("command", image.entry) + container.get("args", image.command)
        service.environment = dict(image.environment)
        fields = {"metadata.name": service.name, "metadata.namespace": namespace}
        for variable in container.get("env", []):
            service.environment[variable["name"]] = variable.get("value") or fields[variable["valueFrom"]["fieldRef"]["fieldPath"]]
        security = spec["securityContext"]
        service.user = (security["runAsUser"], security["runAsGroup"])
        service.read_only = container["securityContext"]["readOnlyRootFilesystem"]
        service.folder = image.folder
        volumes = {volume["name"]: volume for volume in spec["volumes"]}
        for mount in container["volumeMounts"]:
            volume = volumes[mount["name"]]
            source = "tmpfs" if "emptyDir" in volume else ("files", files_of(volume))
            service.mounts.append((source, mount["mountPath"], mount.get("readOnly", False)))
        probe = container["readinessProbe"]["httpGet"]
        ports = {port["name"]: port["containerPort"] for port in container["ports"]}
        service.health = (ports[probe["port"]], probe["path"])
        service.before_stop = container["lifecycle"]["preStop"]["exec"]["command"]
        service.stop_limit = spec["terminationGracePeriodSeconds"]
        services.append(service)
    return services


def run(*command, **options):
    return subprocess.run(command, check=True, capture_output=True, text=True, **options).stdout
