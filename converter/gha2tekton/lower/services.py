"""The services of a job as sidecars."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable

from gha2tekton.expression.syntax import path as static_path
from gha2tekton.journal import Journal
from gha2tekton.lower import host
from gha2tekton.lower.carrier import Carrier
from gha2tekton.lower.sidecars import is_host
from gha2tekton.lower.values import escaped, written
from gha2tekton.lower.whole_contexts import SECRETS
from gha2tekton.plan.host_directories import bind, stands_for
from gha2tekton.plan.model import JobPlan
from gha2tekton.plan.privileges import DIFFERS, ULIMIT
from gha2tekton.plan.scope import Scope, literal
from gha2tekton.shell.docker import container_options
from gha2tekton.tekton.model import Container, EnvVar, Manifest, Mount
from gha2tekton.tekton.names import STEP, Namespace
from gha2tekton.workflow.compose_keys import seconds
from gha2tekton.workflow.model import Container as Service
from gha2tekton.workflow.model import Value

_OF_POD = ("--name", "--hostname", "--init", "--pull", "--rm", "--restart")
"""Options for what a Pod has, or a service that runs as long as its job needs none of."""


def service_sidecars(
    job: JobPlan, carrier: Carrier, taken: Iterable[str], journal: Journal, target: str
) -> tuple[Container, ...]:
    """``services`` of a job as sidecars beside those that are ``taken``, ready when their health command says so."""
    out: list[Container] = []
    names = Namespace(STEP)
    for one in taken:
        names.take(one)
    scope = job.scope
    for name, service in job.job.services.items():
        image = carrier.tekton(scope.fold(service.image))
        if image is None:
            journal.manual(service.image.path, "the image of a service must be known when the Pod starts", target)
            continue
        if not image:
            continue
        if job.job.container is not None and not is_host(name):
            why = f"no host of a Pod may be called {name}: the job's container must ask for localhost"
            journal.manual(service.image.path, why, target)
        journal.exact(service.image.path, target)
        env: list[EnvVar] = []
        for key, value in service.env.items():
            text = carrier.tekton(written(scope.fold(value)))
            if text is None:
                env.append(_secret_variable(key, scope, value, carrier, journal, target))
            else:
                env.append(EnvVar(key, text))
                journal.exact(value.path, target)
        for port in service.ports:
            _port(port.text, port.path, journal, target)
        out.append(
            Container(
                name=names.take(name),
                image=image.removeprefix("docker://"),
                env=tuple(env),
                command=_words(service.entrypoint, scope, journal, target),
                args=_words(service.command, scope, journal, target),
                mounts=_mounts(job, service, journal, target),
                readiness=_readiness(service, scope, journal, target),
            )
        )
        for credential in (service.username, service.password):
            if credential is not None:
                journal.dropped(
                    credential.path, "superseded", "images are pulled with the ServiceAccount's imagePullSecret"
                )
    return tuple(out)


def _mounts(job: JobPlan, service: Service, journal: Journal, target: str) -> tuple[Mount, ...]:
    out: list[Mount] = []
    for volume in service.volumes:
        asked = bind(job.scope.guess(volume) or "")
        if re.fullmatch(r"[\w.-]*", asked.source) and asked.target.startswith("/"):
            journal.dropped(volume.path, "superseded", "the service's files lie in its container, and end with it")
        elif (mount := host.mount(job, asked)) is not None:
            out.append(mount)
            journal.adapted(volume.path, stands_for([asked.source]), target)
        else:
            journal.manual(volume.path, "a directory of the runner: give the sidecar a volume by hand", target)
    return tuple(out)


def _words(value: Value | None, scope: Scope, journal: Journal, target: str) -> tuple[str, ...]:
    """The words of a service's command or entrypoint, which must be known when the Pod starts."""
    if value is None:
        return ()
    text = literal(scope.fold(value))
    try:
        words = shlex.split(text) if text is not None else None
    except ValueError:
        words = None
    if words is None:
        journal.manual(value.path, "the command of a service must be known when the Pod starts", target)
        return ()
    journal.exact(value.path, target)
    return tuple(escaped(word) for word in words)


def _secret_variable(key: str, scope: Scope, value: Value, carrier: Carrier, journal: Journal, target: str) -> EnvVar:
    template = scope.fold(value)
    path = static_path(template[0]) if len(template) == 1 and not isinstance(template[0], str) else None
    if path is not None and path[0].lower() == "secrets":
        carrier.secrets.add(path[1])
        journal.exact(value.path, target)
        return EnvVar(key, secret=(SECRETS, path[1]))
    journal.manual(value.path, "a service's variables must be known when the Pod starts", target)
    return EnvVar(key, "")


def _port(text: str, path: str, journal: Journal, target: str) -> None:
    host, _, inner = text.partition("/")[0].rpartition(":")
    if host and host.rsplit(":", 1)[-1] != inner:
        journal.adapted(path, f"containers of a Pod share their ports: the service is at localhost:{inner}", target)
    else:
        journal.dropped(
            path, "superseded", f"containers of a Pod share their ports: the service is at localhost:{inner}"
        )


def _readiness(service: Service, scope: Scope, journal: Journal, target: str) -> Manifest | None:
    if service.options is None:
        return None
    text = scope.guess(service.options)
    call = container_options(text or "")
    command = call.option("--health-cmd")
    names = [name for name, _ in call.options if not name.startswith("--health") and name not in _OF_POD]
    left = [name for name in names if name.removeprefix("--") not in DIFFERS and name != "--ulimit"]
    differs = {DIFFERS.get(name.removeprefix("--"), ULIMIT): None for name in names}
    if text is None or left or call.unknown:
        journal.manual(
            service.options.path, f"options a sidecar has no word for: {' '.join(left) or service.options.text}", target
        )
    elif differs:
        journal.adapted(service.options.path, "; ".join(differs), target)
    else:
        journal.exact(service.options.path, target)
    if not command:
        return None
    probe: Manifest = {"exec": {"command": ["sh", "-c", command]}}
    for option, field in (("--health-interval", "periodSeconds"), ("--health-timeout", "timeoutSeconds")):
        value = call.option(option)
        if value:
            probe[field] = seconds(value)
    if retries := call.option("--health-retries"):
        probe["failureThreshold"] = int(retries) if retries.isdigit() else 3
    return probe
