"""Directories that a job's containers are given of a machine of one's own, which keeps them from job to job."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Sequence

from gha2tekton.plan.model import ContainerPlan, HostDirectory, JobPlan, PlannedStep, SeenCommand
from gha2tekton.plan.scope import WORKSPACE, Scope
from gha2tekton.record import Record, replace
from gha2tekton.rules.model import Runner
from gha2tekton.shell.docker import DockerCall, container_options
from gha2tekton.tekton.names import label
from gha2tekton.workflow.model import Job

_SYSTEM = re.compile(r"/($|(bin|etc|lib|lib64|sbin|usr|opt/hostedtoolcache)(/|$))")
"""What every machine has of its own."""
_PASSING = re.compile(r"/(boot|dev|proc|run|sys|tmp|var/(run|lock|tmp|log|lib/docker(?!/volumes/)))(/|$)")
"""What no job expects to find again, or the runtime sees to."""
_HOME = re.compile(r"""(-v|--volume=|--mount=)?["']?(type=bind,)?((source|src)=)?(~|\$HOME|\$\{HOME\})/""")
_TIME = re.compile(r"/etc/(localtime|timezone)$")
_EMPTIED = re.compile(r"/(tmp|var/tmp|opt/hostedtoolcache)(/|$)")
_OURS = re.compile(rf"{WORKSPACE}(/|$)|/gha2tekton|.*/(_work|__w|runner/work)(/|$)")
"""Where jobs have their own files, here and on runners."""


class Bind(Record, frozen=True):
    """What ``-v`` or ``--mount`` says."""

    source: str
    target: str
    read_only: bool = False

    @property
    def of_host(self) -> bool:
        """Whether its source is a directory that only the runner's machine has."""
        path = posixpath.normpath(self.source) if self.source.startswith("/") else ""
        return bool(path) and not any(known.match(path) for known in (_SYSTEM, _PASSING, _OURS))

    @property
    def of_docker(self) -> bool:
        """Whether it is a volume of docker's own, with a name or without."""
        return re.fullmatch(r"(\w[\w.-]*)?", self.source) is not None and self.target.startswith("/")

    @property
    def of_time(self) -> bool:
        """Whether it is the machine's time zone."""
        return _TIME.match(self.source) is not None

    @property
    def emptied(self) -> bool:
        """Whether its source is a directory in which no job relies on what earlier ones left."""
        return _EMPTIED.match(self.source) is not None

    @property
    def there(self) -> bool:
        """Whether it is the workspace in the place where a Task has it."""
        return posixpath.normpath(self.source) == posixpath.normpath(self.target) == WORKSPACE

    @property
    def of_workspace(self) -> bool:
        """Whether its source lies in the workspace, and its target beside it."""
        source, target = posixpath.normpath(self.source), posixpath.normpath(self.target)
        beside = target.startswith("/") and not f"{WORKSPACE}/".startswith(f"{target.rstrip('/')}/")
        return beside and f"{source}/".startswith(f"{WORKSPACE}/")


def bind(text: str) -> Bind:
    """What a value of ``-v`` (``SOURCE:TARGET:ro`` or ``TARGET``) or ``--mount`` (``type=bind,source=…``) says.

    https://docs.docker.com/engine/storage/bind-mounts/
    """
    if "=" in text and ":" not in text.partition(",")[0]:
        parts = dict(part.partition("=")[::2] for part in text.split(","))
        source = parts.get("source") or parts.get("src") or ""
        target = parts.get("target") or parts.get("destination") or parts.get("dst") or ""
        return Bind(source, target, parts.get("readonly", parts.get("ro", "false")) in ("", "1", "true"))
    source, known, rest = text.partition(":")
    if not known:
        return Bind("", text)  # a volume without a name
    target, _, options = rest.partition(":")
    return Bind(source, target, "ro" in options.split(","))


def binds(call: DockerCall) -> tuple[Bind, ...]:
    """What a call mounts, as far as it is known."""
    return tuple(bind(value) for value in call.all("--volume", "--mount") if value)


def host_directories(
    job: Job, scope: Scope, runner: Runner, steps: Sequence[PlannedStep], containers: Sequence[ContainerPlan]
) -> tuple[HostDirectory, ...]:
    """Those of a job; none on GitHub's own machines, which are new for each job."""
    if runner.hosted:
        return ()
    calls = [call for _, call in _calls(steps)]
    called = [*(one for call in calls for one in binds(call)), *_of_services(containers)]
    found = [HostDirectory(_directory(one.source), one.read_only, called=True) for one in called if one.of_host]
    found += [HostDirectory(_directory(one.source), one.read_only) for one in _of_job(job, scope) if one.of_host]
    return _roots(found)


def told(steps: Sequence[PlannedStep], runner: Runner) -> dict[str, str]:
    """What is different for the rows of docker commands that are given what the machine has."""
    adapted: dict[str, str] = {}
    for seen, call in () if runner.hosted else _calls(steps):
        mounted = binds(call)
        if paths := [one.source for one in mounted if one.of_host]:
            adapted[seen.path] = stands_for(paths)
        elif any(_SYSTEM.match(one.source) for one in mounted):
            adapted[seen.path] = "what it mounts of the runner's system is that of the job's own image here"
        elif any(_HOME.match(word.text) for word in seen.command.words):
            adapted[seen.path] = "what the runner keeps in $HOME is not here: it begins empty and ends with the Pod"
    return adapted


def claim(path: str) -> str:
    """The claim that stands for a directory of the runner's machine."""
    return label(f"runner{path}")


def stands_for(paths: Iterable[str]) -> str:
    """What is different for directories of the machine."""
    each = ", ".join(dict.fromkeys(paths))
    return f"the runner's machine keeps {each}: a claim stands for it, to be made and filled before"


def shared(jobs: Sequence[JobPlan]) -> tuple[JobPlan, ...]:
    """The jobs with directories that lie in one of another job's as part of that."""
    tops = {one.path for one in _roots(one for job in jobs for one in job.host)}
    return tuple(
        replace(
            job,
            host=_roots(
                replace(one, path=next(top for top in tops if f"{one.path}/".startswith(f"{top}/"))) for one in job.host
            ),
        )
        for job in jobs
    )


def _roots(found: Iterable[HostDirectory]) -> tuple[HostDirectory, ...]:
    """Each directory that lies in none of the others; it is written to if any part of it is."""
    out: list[HostDirectory] = []
    for one in sorted(found, key=lambda one: f"{one.path}/"):
        if out and f"{one.path}/".startswith(f"{out[-1].path}/"):
            both = replace(out[-1], read_only=out[-1].read_only and one.read_only, called=out[-1].called or one.called)
            out[-1] = both
        else:
            out.append(one)
    return tuple(out)


def _directory(source: str) -> str:
    """The directory of what is mounted, which may be a file."""
    path = posixpath.normpath(source)
    home, _, name = path.rpartition("/")
    return home if home and re.search(r"\w\.[a-z]\w*$", name) else path


def _calls(steps: Sequence[PlannedStep]) -> Iterator[tuple[SeenCommand, DockerCall]]:
    for step in steps:
        for part in step.walk():
            yield from ((seen, seen.docker) for seen in part.commands if seen.docker is not None)


def _of_services(containers: Sequence[ContainerPlan]) -> Iterator[Bind]:
    for container in containers:
        yield from (Bind(*pair) for pair in container.service.volumes) if container.service else ()


def _of_job(job: Job, scope: Scope) -> Iterator[Bind]:
    for container in (job.container, *job.services.values()):
        if container is not None:
            yield from (bind(scope.guess(value) or "") for value in container.volumes)
            if container.options is not None:
                yield from binds(container_options(scope.guess(container.options) or ""))
