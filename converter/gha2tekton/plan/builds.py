"""Images that a job builds and then runs: with a registry to push them to they are built before the job begins."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from gha2tekton.expression import references
from gha2tekton.plan import images, open_names
from gha2tekton.plan.images import bare
from gha2tekton.plan.model import ImageBuild, PlannedStep, SeenCommand
from gha2tekton.plan.scope import WORKSPACE
from gha2tekton.plan.tools import in_container
from gha2tekton.record import Record, field, replace
from gha2tekton.rules.load import RuleSet
from gha2tekton.rules.machines import facts
from gha2tekton.rules.model import Image
from gha2tekton.shell.docker import DockerCall
from gha2tekton.shell.quote import word
from gha2tekton.workflow.dockerfile import read_dockerfile
from gha2tekton.workflow.repository import Repository

RUN_PARAM = "github-run-id"
RUN_TAG = f"$(params.{RUN_PARAM})"
"""The name of the run, which an image's tag ends in."""
BUILD_ACTION = "docker/build-push-action"
_HANDED = frozenset(
    "--file --build-arg --target --label --annotation --network --no-cache --pull --add-host --shm-size --ulimit "
    "--platform --build-context".split()
)
"""The options of a build that its Task is given."""
_IDLE = frozenset(
    "--tag --load --quiet --progress --cache-from --cache-to --provenance --sbom --attest --builder --check --compress "
    "--rm --force-rm --debug --disable-content-trust --metadata-file --no-cache-filter".split()
)
"""Those that say nothing of the image."""
_QUIET = frozenset(
    "echo printf cd set export unset : true test [ [[ ls cat pwd date sleep which command type uname df free du env "
    "nvidia-smi source exit if".split()
)
_READS = frozenset("rev-parse describe log show status diff rev-list ls-files symbolic-ref config".split())
"""What git only tells."""
_AWAY = re.compile(r"/dev/|&\d|GITHUB_(ENV|OUTPUT|PATH|STEP_SUMMARY)")
_AROUND = frozenset(
    (
        "login",
        "logout",
        "pull",
        "images",
        "ps",
        "version",
        "info",
        "image inspect",
        "system prune",
        "compose build",
        "compose config",
        "compose pull",
        "compose version",
    )
)
_KNOWN = ("github", "inputs", "vars", "secrets")
"""What a Task knows that runs before the job."""


class Builds(Record, frozen=True):
    """``made`` by the names that scripts have for the images; ``why`` tells of others why they cannot be."""

    made: Mapping[str, ImageBuild] = field(default_factory=dict)
    why: Mapping[str, str] = field(default_factory=dict)
    facts: dict[str, Image] = field(default_factory=dict)
    """What their Dockerfiles tell of them, by what they are pushed as."""
    pushed: str = ""
    """What all are pushed as, but for their own names; empty where there is no registry."""
    places: Mapping[str, tuple[tuple[PlannedStep, ...], str]] = field(default_factory=dict)
    """What is fetched before each call of compose, and why nothing can be built for it before the job."""

    @property
    def rows(self) -> frozenset[str]:
        """The rows of the commands that build them, and have nothing left to do."""
        return frozenset(build.row for build in self.made.values())


NO_BUILDS = Builds()
UNNAMED = "name a registry to push it to with --build-registry, and it is built in a Task before the job"
BEFORE = "a Task before the job builds and pushes it: where that fails, no step of the job runs"


def of_action(step: PlannedStep) -> set[str]:
    """The names of the image that an action builds, as far as they are known."""
    return {bare(name) for name in _tags(step)} if step.rule is not None and step.rule.action == BUILD_ACTION else set()


def _tags(step: PlannedStep) -> tuple[str, ...]:
    text = open_names.tags(step.scope, step.step.inputs.get("tags"))
    names = (name.strip() for name in re.split(r"[\n,]", text))
    return tuple(name for name in names if name and open_names.is_name(name))


def builds(steps: Sequence[PlannedStep], repository: Repository, rules: RuleSet, registry: str, tag: str) -> Builds:
    """The images that a job both builds and runs; ``registry`` is where they are pushed, under ``tag``."""
    seen = [one for top in steps for part in top.walk() for one in part.commands if one.docker is not None]
    calls = [one.docker for one in seen if one.docker is not None]
    run = {bare(call.target) for call in calls if call.verb in ("run", "create") and call.target}
    kept = {bare(name) for call in calls if call.verb in ("push", "tag") for name in call.arguments if name}
    services = any(call.verb.startswith("compose") for call in calls)
    made: dict[str, ImageBuild] = {}
    why: dict[str, str] = {}
    rows: list[tuple[str, str]] = []
    places: dict[str, tuple[tuple[PlannedStep, ...], str]] = {}
    for build, problem in _found(steps, places):
        names = [bare(name) for name in build.names]
        rows += [(name, build.row) for name in names]
        if not (services or run.intersection(names)):
            continue
        if kept.intersection(names):
            problem = problem or "it is pushed or named anew as well"
        if any(name in made or name in why for name in names):
            problem = problem or "it is built twice"
        if not registry:
            problem = UNNAMED
        elif problem:
            problem = f"it cannot be built in a Task before the job: {problem}"
        for name in names:
            made.pop(name, None)
            if problem:
                why[name] = problem
            else:
                made[name] = replace(build, image=f"{registry}/{images.readable(build.names[0], ())}:{tag}")
    for name in [name for name, build in made.items() if _blurred(name, rows, build.row)]:
        made.pop(name)
        why[name] = "it cannot be built in a Task before the job: another build may give its image this name"
    told = {build.image: of_dockerfile(build, repository, rules) for build in made.values()}
    known = {image: one for image, one in told.items() if one is not None}
    return Builds(made, why, known, f"{registry}/{{}}:{tag}" if registry else "", places)


def _blurred(name: str, rows: Iterable[tuple[str, str]], row: str) -> bool:
    """Whether a name of which the tag is not known might be that of another build."""
    alike = open_names.pattern(name)
    return open_names.loose(name) and any(open_names.pattern(one) == alike and other != row for one, other in rows)


def of_dockerfile(build: ImageBuild, repository: Repository, rules: RuleSet) -> Image | None:
    """What an image's Dockerfile tells of it, where it is at hand and has one end."""
    source = repository.read(build.file) if "--target" not in build.words else None
    if source is None:
        return None
    made = read_dockerfile(source.text)
    base = facts(rules, made.base)
    if made.shell or (made.entrypoint is None and base is None):
        return None
    entrypoint, command = (base.entrypoint, base.command) if base is not None else ("", "")
    if made.entrypoint is not None:
        # It takes away the command of the base.
        entrypoint, command = " ".join(map(word, made.entrypoint)), ""
    if made.command is not None:
        command = " ".join(map(word, made.command))
    holds = base.holds if base is not None else frozenset[str]()
    return Image(build.names[0], build.image, holds, entrypoint=entrypoint, command=command)


def _found(
    steps: Sequence[PlannedStep], places: dict[str, tuple[tuple[PlannedStep, ...], str]]
) -> Iterator[tuple[ImageBuild, str]]:
    """Each build of a job with a name, and why it cannot be done before the job; empty where it can.

    ``places`` takes what is so at each call of compose.
    """
    checkouts: list[PlannedStep] = []
    changed = ""
    for top in steps:
        for step in top.walk():
            directory = step.place
            if step.rule is not None and step.rule.action == "actions/checkout":
                changed = changed or _computed(step)
                checkouts.append(step)
            elif step.rule is not None and step.rule.action == BUILD_ACTION:
                yield _of_action(step, tuple(checkouts), changed or _conditional(step))
            elif step.action is None and step.step.run is None and not _is_quiet(step):
                changed = changed or f"step '{step.title}' comes before, and may change what it is built of"
            for seen in step.commands:
                if seen.name == "cd" and seen.command.place.depth == 0 and seen.command.within is None:
                    target = seen.command.values[1] if len(seen.command.values) > 1 else None
                    directory = images.joined(directory, target or "")
                if seen.docker is not None and seen.docker.verb.startswith("compose "):
                    places[seen.path] = (tuple(checkouts), changed)
                if seen.docker is not None and seen.docker.verb == "build":
                    yield _of_call(seen.path, seen.docker, directory, tuple(checkouts), changed or _conditional(step))
                elif not changed and not _quiet(seen):
                    name = seen.name or seen.command.text
                    changed = f"{name} in step '{step.title}' comes before, and may change what it is built of"


def _of_call(
    row: str, call: DockerCall, directory: str, before: tuple[PlannedStep, ...], changed: str
) -> tuple[ImageBuild, str]:
    names = tuple(name for name in call.all("--tag") if name)
    words: list[str] = []
    problem = changed
    for name, value in call.options:
        if name in _IDLE:
            continue
        if value is None or (name == "--build-arg" and "=" not in value):
            problem = problem or f"the value of {name} is only known to the run"
        elif name not in _HANDED:
            problem = problem or f"{name} is not for a Task"
        elif value == "true" and name in ("--no-cache", "--pull"):
            words.append("--pull=always" if name == "--pull" else name)
        else:
            words += [name, value]
    context = call.arguments[-1] if len(call.arguments) == 1 else None
    return of_directory(row, names, words, context, directory, before, problem)


def _of_action(step: PlannedStep, before: tuple[PlannedStep, ...], changed: str) -> tuple[ImageBuild, str]:
    given = {name: step.scope.guess(value) for name, value in step.step.inputs.items()}
    words: list[str] = []
    problem = changed
    for name, option in (("file", "--file"), ("target", "--target"), ("build-args", "--build-arg")):
        text = given.get(name, "")
        if text is None:
            problem = problem or f"its {name} are only known to the run"
        words += [part for line in (text or "").splitlines() if line.strip() for part in (option, line.strip())]
    for name in ("secrets", "secret-envs", "secret-files", "build-contexts", "platforms"):
        if name in given:
            problem = problem or f"it is given {name}"
    if given.get("push", "false") != "false":
        problem = problem or "it is pushed as well"
    # Without a context the action builds of the commit, as its Task checks it out.
    return of_directory(step.step.path, _tags(step), words, given.get("context", "."), "", before, problem)


def of_directory(
    row: str,
    names: tuple[str, ...],
    words: list[str],
    context: str | None,
    directory: str,
    before: tuple[PlannedStep, ...],
    problem: str,
) -> tuple[ImageBuild, str]:
    """A build of a directory of the repository, and why it cannot be done before the job."""
    place = f"{images.joined(directory, context or '')}/".removeprefix(f"{WORKSPACE}/").removesuffix("/") or "."
    if context is None or context == "-" or "://" in context or place.startswith(("/", "..")) or "$" in place:
        problem = problem or "what it is built of is no directory of the repository"
    if not before:
        problem = problem or "nothing is checked out before"
    if any("$(" in word for word in words):
        problem = problem or "Tekton would take some of its words for its own"
    told = words[words.index("--file") + 1] if "--file" in words else ""
    file = images.joined(directory, told) if told else images.joined(place, "Dockerfile")
    return ImageBuild(names, "", (*words, context or "."), directory, file, row, before), problem


def _conditional(step: PlannedStep) -> str:
    return f"step '{step.title}' builds it only on a condition" if step.step.condition is not None else ""


def _computed(step: PlannedStep) -> str:
    """Why a checkout cannot be done before the job."""
    values = [*step.step.inputs.values(), *step.step.env.values()]
    parts = [part for value in values for part in value.template if not isinstance(part, str)]
    asked = [path[0] for part in parts for path in references(part)]
    if step.step.condition is not None or any(root.lower() not in _KNOWN for root in asked):
        return f"what step '{step.title}' fetches is only known to the job"
    return ""


def _is_quiet(step: PlannedStep) -> bool:
    """Whether an action leaves the files of the repository alone."""
    return step.rule is not None and "workspace" not in step.rule.effects and not step.refused


def _quiet(seen: SeenCommand) -> bool:
    """Whether a command does."""
    if in_container(seen):
        return True
    if seen.docker is not None:
        return seen.docker.verb in _AROUND
    if any(">" in text and not _AWAY.search(text) for text in seen.command.redirects):
        return False
    if seen.name == "git" and not _READS.isdisjoint(seen.inner.values[1:2]):
        return True
    return seen.name in _QUIET or (
        seen.rule is not None and bool(seen.rule.effects) and "workspace" not in seen.rule.effects
    )
