"""Options of docker that a workflow gives a service, as what a sidecar has for them."""

from __future__ import annotations

import re

from gha2tekton.lower.containers import host
from gha2tekton.lower.values import escaped
from gha2tekton.plan.host_directories import bind, stands_for
from gha2tekton.plan.images import shared_memory
from gha2tekton.plan.model import JobPlan
from gha2tekton.plan.privileges import DIFFERS, ULIMIT, privileges, run_as
from gha2tekton.plan.verbs import hosts_of
from gha2tekton.record import Record, replace
from gha2tekton.shell.docker import DockerCall, container_options
from gha2tekton.tekton.model import EnvVar, Manifest, Mount
from gha2tekton.workflow.compose_keys import seconds
from gha2tekton.workflow.model import Value

OF_TIME = "the time zone is that of the image"
OF_SERVICE = "the service's files lie in its container, and end with it"
_TAKEN = frozenset(
    "--init --pull --rm --restart --no-healthcheck --name --hostname --network-alias --net-alias "
    "--privileged --cap-add --cap-drop --security-opt --entrypoint --workdir".split()
)
"""Options for what a Pod has, a service that runs as long as its job needs none of, or that are read by name."""
_SHARED = ("--shm-size", "--ipc")


class ServiceOptions(Record, frozen=True):
    """What a sidecar must have; ``differs`` is told, and what is ``left`` no sidecar has."""

    entrypoint: tuple[str, ...] = ()
    working_dir: str = ""
    env: tuple[EnvVar, ...] = ()
    mounts: tuple[Mount, ...] = ()
    security: Manifest | None = None
    readiness: Manifest | None = None
    shared_memory: bool = False
    hosts: tuple[str, ...] = ()
    differs: tuple[str, ...] = ()
    left: tuple[str, ...] = ()

    @property
    def no_more(self) -> bool:
        """Whether a sidecar without the options is the same."""
        return replace(self, differs=(), left=()) == ServiceOptions()


def service_options(job: JobPlan, value: Value | None) -> ServiceOptions:
    """What the options come to; of those that only the run knows all is left."""
    if value is None:
        return ServiceOptions()
    text = job.scope.guess(value)
    if text is None:
        return ServiceOptions(left=(value.text,))
    call = container_options(text)
    made = ServiceOptions(
        entrypoint=tuple(escaped(word) for word in call.all("--entrypoint")[-1:] if word),
        working_dir=call.option("--workdir") or "",
        readiness=_readiness(call),
        shared_memory=bool(shared_memory(call)),
        hosts=tuple(hosts_of(call)),
    )
    rights = [[given or "" for given in call.all(name)] for name in ("--cap-add", "--cap-drop", "--security-opt")]
    security, wrong = privileges(call.option("--privileged") == "true", *rights)
    left = [*(f"--security-opt {one}" for one in wrong), *call.unknown]
    differs: dict[str, None] = {}
    for name, given in ((name, given or "") for name, given in call.options):
        match name:
            case "--env" if "=" in given:
                variable, _, held = given.partition("=")
                made = replace(made, env=(*made.env, EnvVar(variable, escaped(held))))
            case "--add-host" if given.partition(":")[2] in ("host-gateway", "127.0.0.1"):
                pass
            case "--user" if re.fullmatch(r"root|\d+(:\d+)?", given):
                security |= run_as(given)
            case "--volume" | "--mount" if bind(given).of_docker:
                differs[OF_SERVICE] = None
            case "--volume" | "--mount" if bind(given).of_time:
                differs[OF_TIME] = None
            case "--volume" | "--mount" if (mount := host.mount(job, bind(given))) is not None:
                made = replace(made, mounts=(*made.mounts, mount))
                differs[stands_for([bind(given).source])] = None
            case "--ulimit":
                differs[ULIMIT] = None
            case _ if name.removeprefix("--") in DIFFERS:
                differs[DIFFERS[name.removeprefix("--")]] = None
            case _ if (
                name not in _TAKEN and not name.startswith("--health") and not (name in _SHARED and made.shared_memory)
            ):
                left.append(f"{name} {given}".strip())
    return replace(made, security=security or None, differs=tuple(differs), left=tuple(left))


def _readiness(call: DockerCall) -> Manifest | None:
    command = call.option("--health-cmd")
    if not command or call.given("--no-healthcheck"):
        return None
    probe: Manifest = {"exec": {"command": ["sh", "-c", command]}}
    for option, key in (("--health-interval", "periodSeconds"), ("--health-timeout", "timeoutSeconds")):
        if given := call.option(option):
            probe[key] = seconds(given)
    if retries := call.option("--health-retries"):
        probe["failureThreshold"] = int(retries) if retries.isdigit() else 3
    return probe
