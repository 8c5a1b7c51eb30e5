"""A job's own container: its image's environment and the options of docker that a Pod has words for."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from gha2tekton.expression import Partial, whole
from gha2tekton.expression.syntax import path as static_path
from gha2tekton.journal import Journal
from gha2tekton.lower import pod_values
from gha2tekton.lower.carrier import Carrier, Unsupported
from gha2tekton.lower.containers import host
from gha2tekton.lower.containers.registries import account_credentials
from gha2tekton.lower.containers.service_options import OF_TIME
from gha2tekton.lower.fan_out import IMAGES
from gha2tekton.lower.values import escaped, written
from gha2tekton.lower.whole_contexts import RUNNER, SECRETS
from gha2tekton.lower.words import usual
from gha2tekton.plan.host_directories import Bind, bind, stands_for
from gha2tekton.plan.model import JobPlan
from gha2tekton.plan.privileges import DIFFERS, OPTIONS, ULIMIT, brought_by, of_gpu
from gha2tekton.plan.sizes import larger, quantity
from gha2tekton.record import Record, field, replace
from gha2tekton.shell.docker import container_options
from gha2tekton.shell.quote import word
from gha2tekton.tekton.model import EnvVar, Manifest, Mount
from gha2tekton.workflow.model import Value

ENDS = "an empty volume, which ends with the Pod"
LINKED = "a link leads there to the workspace"
CALLED = "there is no socket: what scripts ask docker for is done without"
NO_DAEMON = "there is no daemon whose socket could be mounted: convert with --docker=dind, or do without"
_GPU = frozenset({"--gpus", "--runtime"})
_OF_POD = _GPU | set(
    "--pull --rm --detach --interactive --tty --init --name --hostname "
    "--entrypoint --workdir --platform --network --network-alias".split()
)
"""Options for what a Pod has, or GitHub does with any container: it keeps it running itself, in its own network."""
_OF_NODE = {"--ulimit", *(f"--{name}" for name in DIFFERS)} - {"--memory", "--cpus"}
"""Options of which a Pod has nothing."""
OF_RUNNER = "a directory of the runner: mount a volume of the cluster in its place"


class ContainerOptions(Record, frozen=True):
    """What a step must have that the job's container had."""

    env: tuple[EnvVar, ...] = ()
    security: Manifest | None = None
    shared_memory: str = ""
    """How large /dev/shm is, "host" where it has no limit; empty where it is as docker makes it."""
    limits: Mapping[str, str] = field(default_factory=dict)
    later: tuple[tuple[str, str], ...] = ()
    """Variables that the runtime must compute."""
    volumes: tuple[str, ...] = ()
    """Where empty volumes are mounted, which end with the Pod."""
    mounts: tuple[Mount, ...] = ()
    """Of what the runner's machine keeps."""
    handed: tuple[str, ...] = ()
    """Variables that the runner's machine hands on."""
    links: tuple[tuple[str, str], ...] = ()
    """Directories of the workspace, and where they are to be found too."""


def job_container(
    job: JobPlan, above: Collection[str], defaults: Partial, carrier: Carrier, journal: Journal, target: str
) -> ContainerOptions:
    """The job's own container: environment and the options that a Pod has words for.

    ``above`` are variables of workflow and job, which stand above those of the container; ``defaults`` the inputs where
    nobody gives any.
    """
    container = job.job.container
    if container is None:
        return ContainerOptions()
    if job.assumed or job.spread:
        several = f"the images of the legs are worked out by the run: it fails where they are more than {IMAGES}"
        journal.adapted(container.image.path, job.assumed or several, target)
    else:
        pod_values.account(job, container.image, journal, target)
    account_credentials(container, journal)
    for value in container.ports:
        journal.dropped(value.path, "superseded", "containers of a Pod share their ports")
    options = _environment(job, container.env, above, carrier, journal, target)
    for value in container.volumes:
        options, differs, wrong = _volume(job, options, bind(job.scope.guess(value) or ""))
        if wrong:
            journal.manual(value.path, wrong, target)
        elif differs:
            journal.adapted(value.path, differs, target)
        else:
            journal.exact(value.path, target)
    return _options(job, container.options, defaults, options, journal, target) if container.options else options


def _environment(
    job: JobPlan,
    variables: Mapping[str, Value],
    above: Collection[str],
    carrier: Carrier,
    journal: Journal,
    target: str,
) -> ContainerOptions:
    env: list[EnvVar] = []
    later: list[tuple[str, str]] = []
    for name, value in variables.items():
        if name in above:
            journal.dropped(value.path, "superseded", "the job has a variable of this name")
            continue
        template = job.scope.fold(value)
        text = carrier.tekton(written(template))
        path = static_path(whole(template))
        if text is not None and usual(name):
            env.append(EnvVar(name, text))
        elif path is not None and path[0] == "secrets" and usual(name):
            carrier.secrets.add(path[1])
            env.append(EnvVar(name, secret=(SECRETS, path[1])))
        else:
            try:
                later.append((name, carrier.text(template)))
            except Unsupported as problem:
                journal.manual(value.path, str(problem), target)
                continue
        journal.exact(value.path, target)
    return ContainerOptions(tuple(env), later=tuple(later))


def _options(
    job: JobPlan, value: Value, defaults: Partial, options: ContainerOptions, journal: Journal, target: str
) -> ContainerOptions:
    asked = _Asked(job, options)
    text = job.scope.guess(value)
    if text is None:
        text = job.scope.with_known(inputs=defaults).guess(value)
        asked.differs.append(f"the options are those of the inputs' defaults: {text or 'none'}")
    if text is None:
        journal.manual(value.path, "the options of a container must be known when the Pod starts", target)
        return options
    call = container_options(text)
    asked.unknown.extend(call.unknown)
    for name, given in call.options:
        asked.take(name, given or "")
    if asked.unknown:
        asked.by_hand.append(f"options that a Pod has no word for: {' '.join(dict.fromkeys(asked.unknown))}")
    if asked.by_hand:
        journal.manual(value.path, "; ".join(dict.fromkeys(asked.by_hand)), target)
    elif asked.differs and {name for name, _ in call.options} <= _OF_NODE:
        journal.dropped(value.path, "superseded", "; ".join(dict.fromkeys(asked.differs)))
    elif asked.differs:
        journal.adapted(value.path, "; ".join(dict.fromkeys(asked.differs)), target)
    elif job.runner is not None and job.runner.gpu == job.gpu > 0 and {name for name, _ in call.options} <= _GPU:
        journal.dropped(value.path, "superseded", "the label of the job's machine asks for the GPU already")
    else:
        journal.exact(value.path, target)
    return asked.options


class _Asked(Record):
    """Docker's options, one after the other, as what a Pod has for them."""

    job: JobPlan
    options: ContainerOptions
    differs: list[str] = field(default_factory=list)
    by_hand: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)

    def take(self, name: str, text: str) -> None:
        match name:
            case _ if name in _OF_POD:
                pass
            case "--shm-size" if quantity(text):
                self.have(shared_memory=larger(self.options.shared_memory, text))
            case "--ipc" if text == "host":
                self.have(shared_memory=text)
            case "--ipc" if text in ("", "private", "shareable", "none"):
                pass
            case "--ulimit":
                self.differs.append(ULIMIT)
            case "--volume" | "--mount":
                self.options, differs, wrong = _volume(self.job, self.options, bind(text))
                if wrong:
                    self.by_hand.append(f"{name} {text}: {wrong}")
                elif differs:
                    self.differs.append(differs)
            case "--user" if text == "root" or text.split(":")[0].isdigit():
                self.secure("runAsUser", 0 if text == "root" else int(text.split(":")[0]))
            case "--env" if "=" in text or re.fullmatch(r"\w+", text):
                self.variable(text)
            case "--device" if of_gpu(text, False):
                pass
            case "--env-file" if re.search("gpu|rocm", text, re.IGNORECASE):
                self.differs.append("the cluster says which devices a container sees")
            case "--device" if resource := brought_by(text, [self.job.maker]):
                if self.job.runner is not None and self.job.runner.gpu:
                    self.differs.append(f"the device comes with {resource}, which the machine's label asks for")
            case "--privileged":
                self.secure("privileged", True)
            case "--security-opt" if text.replace(":", "=") in OPTIONS:
                self.secure(*OPTIONS[text.replace(":", "=")])
            case "--cap-add" | "--cap-drop":
                kind = name.removeprefix("--cap-")
                held = dict((self.options.security or {}).get("capabilities") or {})
                self.secure("capabilities", held | {kind: [*held.get(kind, ()), text.upper().removeprefix("CAP_")]})
            case "--memory" if size := quantity(text):
                self.have(limits={**self.options.limits, "memory": size})
            case "--cpus" if re.fullmatch(r"\d+(\.\d+)?", text):
                self.have(limits={**self.options.limits, "cpu": text})
            case "--memory" | "--cpus" | "--shm-size":
                self.by_hand.append(f"{name} {text} is no quantity")
            case _ if name.removeprefix("--") in DIFFERS:
                self.differs.append(DIFFERS[name.removeprefix("--")])
            case _:
                self.unknown.append(f"{name} {text}" if text else name)

    def variable(self, text: str) -> None:
        """A variable with its value, or one that the runner's machine hands on."""
        name, given, value = text.partition("=")
        if given:
            self.have(env=(*self.options.env, EnvVar(name, escaped(value))))
        elif name.endswith("_VISIBLE_DEVICES"):
            self.differs.append("the cluster says which devices a container sees")
        else:
            handed = f"what the runner's machine hands on as {name} comes from the Secret {RUNNER}, if it is there"
            self.differs.append(handed)
            env = (*self.options.env, EnvVar(name, secret=(RUNNER, name)))
            self.have(env=env, handed=(*self.options.handed, name))

    def secure(self, name: str, value: object) -> None:
        self.have(security={**(self.options.security or {}), name: value})

    def have(self, **changes: Any) -> None:
        self.options = replace(self.options, **changes)


def _volume(job: JobPlan, options: ContainerOptions, asked: Bind) -> tuple[ContainerOptions, str, str]:
    """What stands for a volume, how it differs, and what is wrong where nothing can."""
    source, place = asked.source, asked.target
    if source == place == "/dev/shm":
        return replace(options, shared_memory="host"), ENDS, ""
    if asked.of_docker or (asked.emptied and place.startswith("/")):
        return replace(options, volumes=(*options.volumes, place)), ENDS, ""
    if asked.there:
        return options, "", ""
    if asked.of_workspace:
        return replace(options, links=(*options.links, (source, place))), LINKED, ""
    if asked.of_time:
        return options, OF_TIME, ""
    if source.endswith("/docker.sock"):
        calls = any(seen.docker is not None for step in job.walk() for part in step.walk() for seen in part.commands)
        return options, CALLED if calls or job.daemon else "", "" if calls or job.daemon else NO_DAEMON
    if (mount := host.mount(job, asked)) is not None:
        return replace(options, mounts=(*options.mounts, mount)), stands_for([source]), ""
    return options, "", OF_RUNNER


def volume_lines(options: ContainerOptions) -> str:
    """The lines of a job's script that lead to the workspace from elsewhere."""
    return "".join(f"volume {word(source)} {word(place)}\n" for source, place in options.links)
