"""The services of a job as sidecars."""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Iterable

from gha2tekton.expression import whole
from gha2tekton.expression.syntax import path as static_path
from gha2tekton.journal import Journal
from gha2tekton.lower import pod_values
from gha2tekton.lower.carrier import Carrier
from gha2tekton.lower.containers import host
from gha2tekton.lower.containers.registries import account_credentials
from gha2tekton.lower.containers.service_options import OF_SERVICE, OF_TIME, ServiceOptions, service_options
from gha2tekton.lower.containers.sidecars import SHM_VOLUME, is_host
from gha2tekton.lower.settings import SOURCE
from gha2tekton.lower.values import escaped, written
from gha2tekton.lower.whole_contexts import SECRETS
from gha2tekton.plan.host_directories import bind, stands_for
from gha2tekton.plan.images import shared_memory
from gha2tekton.plan.model import JobPlan
from gha2tekton.plan.scope import WORKSPACE, literal
from gha2tekton.plan.sizes import larger
from gha2tekton.record import Record
from gha2tekton.shell.docker import container_options
from gha2tekton.tekton.model import Container, EnvVar, Mount
from gha2tekton.tekton.names import STEP, Namespace
from gha2tekton.workflow.model import Container as Service
from gha2tekton.workflow.model import Value


def service_sidecars(
    job: JobPlan, carrier: Carrier, taken: Iterable[str], journal: Journal, target: str
) -> tuple[Container, ...]:
    """``services`` of a job as sidecars beside those that are ``taken``, ready when their health command says so."""
    names = Namespace(STEP)
    for one in taken:
        names.take(one)
    services = _Services(job, carrier, names, journal, target)
    return tuple(services.sidecar(name, service) for name, service in job.job.services.items())


def memory_of_services(job: JobPlan) -> str:
    """How large /dev/shm is for the services of a job that ask for one of their own; empty where none does."""
    given = (service.options for service in job.job.services.values() if service.options is not None)
    return larger(*(shared_memory(container_options(job.scope.guess(one) or "")) for one in given))


def lacking(job: JobPlan, service: Service) -> str:
    """What of a service no sidecar can be; empty where it can be one."""
    if left := service_options(job, service.options).left:
        return f"that has no word for {', '.join(left)}; do without, or write a sidecar of your own"
    if any(value is not None and _words(job, value) is None for value in (service.entrypoint, service.command)):
        return "its command must be known when the Pod starts"
    whole = 0
    for volume in service.volumes:
        asked = bind(job.scope.guess(volume) or "")
        if asked.of_workspace:
            whole += 1
            if whole > 1 or posixpath.normpath(asked.source) != WORKSPACE:
                return f"a sidecar can have the workspace as a whole and once, not {volume.text}: mount that alone"
        elif not (asked.of_docker or asked.of_time or asked.there) and host.mount(job, asked) is None:
            return f"{volume.text} is a directory of the runner: give it a volume of the cluster by hand"
    return ""


def _words(job: JobPlan, value: Value) -> list[str] | None:
    text = literal(job.scope.fold(value))
    try:
        return shlex.split(text) if text is not None else None
    except ValueError:
        return None


class _Services(Record):
    """What is known of all services of a job while each becomes a sidecar."""

    job: JobPlan
    carrier: Carrier
    names: Namespace
    journal: Journal
    target: str

    def sidecar(self, name: str, service: Service) -> Container:
        image = pod_values.told(self.job, service.image, self.job.scope.fold(service.image), self.carrier)
        if self.job.job.container is not None and not is_host(name):
            why = f"no host of a Pod may be called {name}: the job's container must ask for localhost"
            self.journal.manual(service.image.path, why, self.target)
        pod_values.account(self.job, service.image, self.journal, self.target)
        account_credentials(service, self.journal)
        for port in service.ports:
            self.port(port)
        asked = service_options(self.job, service.options)
        self.told(service.options, asked)
        mounts = [mount for volume in service.volumes if (mount := self.mount(volume))]
        return Container(
            name=self.names.take(name),
            image=(image or "").removeprefix("docker://"),
            env=(
                *(one for one in asked.env if one.name not in service.env),
                *(self.variable(key, value) for key, value in service.env.items()),
            ),
            command=self.words(service.entrypoint) or asked.entrypoint,
            args=self.words(service.command),
            working_dir=asked.working_dir,
            mounts=(*mounts, *asked.mounts, *((Mount(SHM_VOLUME, "/dev/shm"),) if asked.shared_memory else ())),
            readiness=asked.readiness,
            security=asked.security,
            workspaces=tuple((SOURCE, place) for place in self.workspace(service)),
        )

    def workspace(self, service: Service) -> list[str]:
        """Where a service has the workspace of its job."""
        asked = [bind(self.job.scope.guess(volume) or "") for volume in service.volumes]
        return [one.target for one in asked if one.of_workspace]

    def variable(self, name: str, value: Value) -> EnvVar:
        template = self.job.scope.fold(value)
        text = pod_values.told(self.job, value, written(template), self.carrier)
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
        """The words of a command or entrypoint."""
        words = _words(self.job, value) if value is not None else None
        if value is None or words is None:
            return ()
        self.journal.exact(value.path, self.target)
        return tuple(escaped(word) for word in words)

    def mount(self, volume: Value) -> Mount | None:
        asked = bind(self.job.scope.guess(volume) or "")
        if asked.of_docker:
            self.journal.dropped(volume.path, "superseded", OF_SERVICE)
            return None
        if asked.of_time:
            self.journal.dropped(volume.path, "superseded", OF_TIME)
            return None
        if asked.there or asked.of_workspace:
            self.journal.exact(volume.path, self.target)
            return None
        self.journal.adapted(volume.path, stands_for([asked.source]), self.target)
        return host.mount(self.job, asked)

    def told(self, value: Value | None, asked: ServiceOptions) -> None:
        """The options of docker, all of which are told of."""
        if value is None:
            return
        if asked.differs and asked.no_more:
            self.journal.dropped(value.path, "superseded", "; ".join(asked.differs))
        elif asked.differs:
            self.journal.adapted(value.path, "; ".join(asked.differs), self.target)
        else:
            self.journal.exact(value.path, self.target)
