"""The services of a job as sidecars."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable

from gha2tekton.expression import whole
from gha2tekton.expression.syntax import path as static_path
from gha2tekton.journal import Journal
from gha2tekton.lower.carrier import Carrier
from gha2tekton.lower.containers import host
from gha2tekton.lower.containers.registries import account_credentials
from gha2tekton.lower.containers.sidecars import SHM_VOLUME, is_host
from gha2tekton.lower.values import escaped, written
from gha2tekton.lower.whole_contexts import SECRETS
from gha2tekton.plan.host_directories import bind, stands_for
from gha2tekton.plan.images import larger, shared_memory
from gha2tekton.plan.model import JobPlan
from gha2tekton.plan.privileges import DIFFERS, ULIMIT
from gha2tekton.plan.scope import literal
from gha2tekton.record import Record
from gha2tekton.shell.docker import container_options
from gha2tekton.tekton.model import Container, EnvVar, Manifest, Mount
from gha2tekton.tekton.names import STEP, Namespace
from gha2tekton.workflow.compose_keys import seconds
from gha2tekton.workflow.model import Container as Service
from gha2tekton.workflow.model import Value

_OF_POD = ("--name", "--hostname", "--init", "--pull", "--rm", "--restart")
"""Options for what a Pod has, or a service that runs as long as its job needs none of."""
_SHARED = ("--shm-size", "--ipc")


def service_sidecars(
    job: JobPlan, carrier: Carrier, taken: Iterable[str], journal: Journal, target: str
) -> tuple[Container, ...]:
    """``services`` of a job as sidecars beside those that are ``taken``, ready when their health command says so."""
    names = Namespace(STEP)
    for one in taken:
        names.take(one)
    services = _Services(job, carrier, names, journal, target)
    made = (services.sidecar(name, service) for name, service in job.job.services.items())
    return tuple(one for one in made if one is not None)


def memory_of_services(job: JobPlan) -> str:
    """How large /dev/shm is for the services of a job that ask for one of their own; empty where none does."""
    given = (service.options for service in job.job.services.values() if service.options is not None)
    return larger(*(shared_memory(container_options(job.scope.guess(one) or "")) for one in given))


class _Services(Record):
    """What is known of all services of a job while each becomes a sidecar."""

    job: JobPlan
    carrier: Carrier
    names: Namespace
    journal: Journal
    target: str

    def sidecar(self, name: str, service: Service) -> Container | None:
        image = self.carrier.tekton(self.job.scope.fold(service.image))
        if not image:
            for path in self.journal.open_leaves(f"{self.job.job.path}.services.{name}"):
                self.journal.dropped(path, "superseded", "a service without an image is none")
            return None
        if self.job.job.container is not None and not is_host(name):
            why = f"no host of a Pod may be called {name}: the job's container must ask for localhost"
            self.journal.manual(service.image.path, why, self.target)
        self.journal.exact(service.image.path, self.target)
        account_credentials(service, self.journal)
        for port in service.ports:
            self.port(port)
        return Container(
            name=self.names.take(name),
            image=image.removeprefix("docker://"),
            env=tuple(self.variable(key, value) for key, value in service.env.items()),
            command=self.words(service.entrypoint),
            args=self.words(service.command),
            mounts=(*(mount for volume in service.volumes if (mount := self.mount(volume))), *self.shared(service)),
            readiness=self.readiness(service.options) if service.options is not None else None,
        )

    def shared(self, service: Service) -> tuple[Mount, ...]:
        text = self.job.scope.guess(service.options) if service.options is not None else None
        return (Mount(SHM_VOLUME, "/dev/shm"),) if shared_memory(container_options(text or "")) else ()

    def variable(self, name: str, value: Value) -> EnvVar:
        template = self.job.scope.fold(value)
        text = self.carrier.tekton(written(template))
        path = static_path(whole(template))
        self.journal.exact(value.path, self.target)
        if text is not None or path is None:
            return EnvVar(name, text or "")
        self.carrier.secrets.add(path[1])
        return EnvVar(name, secret=(SECRETS, path[1]))

    def port(self, value: Value) -> None:
        outer, _, inner = value.text.partition("/")[0].rpartition(":")
        told = f"containers of a Pod share their ports: the service is at localhost:{inner}"
        if outer and outer.rsplit(":", 1)[-1] != inner:
            self.journal.adapted(value.path, told, self.target)
        else:
            self.journal.dropped(value.path, "superseded", told)

    def words(self, value: Value | None) -> tuple[str, ...]:
        """The words of a command or entrypoint, which must be known when the Pod starts."""
        if value is None:
            return ()
        text = literal(self.job.scope.fold(value))
        try:
            words = shlex.split(text) if text is not None else None
        except ValueError:
            words = None
        if words is None:
            self.journal.manual(value.path, "the command of a service must be known when the Pod starts", self.target)
            return ()
        self.journal.exact(value.path, self.target)
        return tuple(escaped(word) for word in words)

    def mount(self, volume: Value) -> Mount | None:
        asked = bind(self.job.scope.guess(volume) or "")
        mount = None
        if re.fullmatch(r"[\w.-]*", asked.source) and asked.target.startswith("/"):
            why = "the service's files lie in its container, and end with it"
            self.journal.dropped(volume.path, "superseded", why)
        elif (mount := host.mount(self.job, asked)) is not None:
            self.journal.adapted(volume.path, stands_for([asked.source]), self.target)
        else:
            why = "a directory of the runner: give the sidecar a volume by hand"
            self.journal.manual(volume.path, why, self.target)
        return mount

    def readiness(self, value: Value) -> Manifest | None:
        """The probe that the options of docker come to, all of which are told of."""
        text = self.job.scope.guess(value)
        call = container_options(text or "")
        names = [name for name, _ in call.options if not name.startswith("--health") and name not in _OF_POD]
        names = [name for name in names if not (name in _SHARED and shared_memory(call))]
        left = [name for name in names if name.removeprefix("--") not in DIFFERS and name != "--ulimit"]
        differs = {DIFFERS.get(name.removeprefix("--"), ULIMIT): None for name in names}
        if text is None or left or call.unknown:
            why = f"options a sidecar has no word for: {' '.join(left) or value.text}"
            self.journal.manual(value.path, why, self.target)
        elif differs and not call.option("--health-cmd") and not shared_memory(call):
            self.journal.dropped(value.path, "superseded", "; ".join(differs))
        elif differs:
            self.journal.adapted(value.path, "; ".join(differs), self.target)
        else:
            self.journal.exact(value.path, self.target)
        command = call.option("--health-cmd")
        if not command:
            return None
        probe: Manifest = {"exec": {"command": ["sh", "-c", command]}}
        for option, key in (("--health-interval", "periodSeconds"), ("--health-timeout", "timeoutSeconds")):
            if given := call.option(option):
                probe[key] = seconds(given)
        if retries := call.option("--health-retries"):
            probe["failureThreshold"] = int(retries) if retries.isdigit() else 3
        return probe
