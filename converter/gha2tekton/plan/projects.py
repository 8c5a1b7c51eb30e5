"""Compose projects: which files a command reads, from the repository or written by the scripts themselves."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping, Sequence

from gha2tekton.plan.checkout import Checkout, around, checkout_of
from gha2tekton.plan.model import PlannedStep
from gha2tekton.plan.scope import WORKSPACE
from gha2tekton.record import Record, field, replace
from gha2tekton.shell.command import Command
from gha2tekton.shell.docker import DockerCall
from gha2tekton.source import Source
from gha2tekton.workflow.compose import ComposeError, Service, read_services
from gha2tekton.workflow.compose_files import external_volumes
from gha2tekton.workflow.interpolation import dotenv
from gha2tekton.workflow.repository import Repository

_DEFAULTS = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")
_REMOTE = re.compile(r"github\.com[:/]([\w.-]+)/([\w.-]+?)(?:\.git)?/?$")
VOLUMES = "/var/lib/docker/volumes"
"""Where docker keeps volumes on a machine."""
UNKNOWN = "GHA_VALUE"
"""Begins the names of variables that stand for what only the script knows when it writes a file."""


class Project(Record, frozen=True):
    """The services that a compose command speaks of; ``directory`` is relative to the workspace."""

    services: Mapping[str, Service]
    directory: str
    profiles: frozenset[str] = frozenset()
    sources: tuple[Source, ...] = ()
    """The files of the repository that it was read from, later ones over earlier ones."""

    def started(self, call: DockerCall) -> list[str]:
        """The services that ``up`` starts, each after those it depends on."""
        for name, equals, count in ((value or "").partition("=") for value in call.all("--scale")):
            if equals and count != "1":
                raise ComposeError(f"service {name}: a Task has one container of each service, not {count}")
        named = [value for value in call.arguments if value]
        wanted = named or [
            name
            for name, service in self.services.items()
            if not service.profiles or set(service.profiles) & self.profiles or "*" in self.profiles
        ]
        return self.ordered(wanted, call.given("--no-deps"))

    def ordered(self, wanted: Sequence[str], alone: bool = False) -> list[str]:
        """Services and what they depend on, in the order of their start."""
        order: dict[str, None] = {}

        def add(name: str, seen: tuple[str, ...]) -> None:
            service = self.services.get(name)
            for other, _ in service.depends_on if service is not None and not alone else ():
                if other not in seen:
                    add(other, (*seen, name))
            order.setdefault(name)

        for name in wanted:
            add(name, (name,))
        return list(order)


class Projects(Record):
    """Reads projects as a job's scripts would at the point where they are."""

    repository: Repository
    written: dict[str, str] = field(default_factory=dict)
    """Files that scripts have written so far, by their path in the workspace."""
    fetched: dict[str, Checkout] = field(default_factory=dict)
    """What was fetched to directories of the workspace."""
    created: set[str] = field(default_factory=set)
    """The volumes that scripts have made so far."""

    def fetch(self, step: PlannedStep) -> None:
        """Keep what a step checks out beside the repository, or in its place."""
        found = checkout_of(step.step, step.scope)
        if found.repository != "" or found.place != ".":
            self.fetched[found.place] = found

    def clone(self, command: Command, directory: str) -> None:
        """Keep what ``git clone`` fetches, with what is said of its branch."""
        words = [value or "" for value in command.values[2:]]
        at = next((index for index, text in enumerate(words) if _REMOTE.search(text)), None)
        if at is None:
            return
        found = _REMOTE.search(words[at])
        assert found is not None
        branch = next((words[i + 1] for i, text in enumerate(words[:at]) if text in ("-b", "--branch")), "")
        place = words[at + 1] if words[at + 1 :] else found[2]
        place = _path(place, directory)
        self.fetched[place] = Checkout(place, f"{found[1]}/{found[2]}", branch)

    def see(self, command: Command, directory: str, constants: Mapping[str, str]) -> None:
        """Keep what a command writes to a file, as far as its text is known."""
        if command.name == "git" and command.values[1:2] == ("clone",):
            self.clone(command, directory)
        if command.values[:3] == ("docker", "volume", "create"):
            self.created.update(value for value in command.values[3:] if value)
        targets = [
            (match[2], match[1] == ">>")
            for redirect in command.redirects
            if (match := re.match(r"1?(>>|>)\|?\s*(\S.*)", redirect))
        ]
        if command.name == "tee":
            operands = [word for word in command.words[1:] if not (word.value or "-").startswith("-")]
            append = any(word.value in ("-a", "--append") for word in command.words)
            targets = [(word.value or "", append) for word in operands]
        text = _printed(command, constants) if targets else None
        for name, append in targets:
            path = _path(_expanded(name.strip("\"'"), constants), directory)
            if not re.search(r"\.ya?ml$|\.env$|\.env\.\w+$", path):
                continue
            if text is None:
                self.written.pop(path, None)
            elif append:
                self.written[path] = self.text(path) + text
            else:
                self.written[path] = text

    def text(self, path: str) -> str:
        source = self.read(path)
        return source.text if source is not None else ""

    def read(self, path: str) -> Source | None:
        """A file as the scripts have left it."""
        if path in self.written:
            return Source(path, self.written[path])
        fetched = around(self.fetched, path)
        if fetched is None or path in self.repository.instead:
            return self.repository.read(path)
        files = fetched.repository_of(self.repository)
        if files is None and fetched.place == ".":
            return self.repository.read(path)  # as long as nobody says otherwise, it is the repository by its name
        source = files.read(fetched.inside(path)) if files is not None else None
        return Source(path, source.text) if source is not None else None

    def missing(self, path: str, problem: str) -> ComposeError:
        fetched = around(self.fetched, path)
        name = fetched.repository if fetched else ""
        if name is None:
            return ComposeError(f"{problem}: it is of a repository that only the run knows")
        if name and fetched and fetched.repository_of(self.repository) is None:
            return ComposeError(f"{problem}: it is of {name}, of which --actions-dir must hold a checkout")
        return ComposeError(f"{problem} of {name}" if name else problem)

    def project(self, call: DockerCall, directory: str, variables: Mapping[str, str]) -> Project:
        """What a compose command reads in a directory; ComposeError when that cannot be known."""
        names = list(call.files)
        if not names and variables.get("COMPOSE_FILE"):
            names = list(variables["COMPOSE_FILE"].split(":"))
        if any(name is None for name in names):
            raise ComposeError("the compose file's name is not known at conversion")
        base = next((value for name, value in call.project if name == "--project-directory" and value), None)
        sources = [self.file(name, directory) for name in names if name] or self.found(directory)
        home = _path(base, directory) if base else posixpath.dirname(sources[0].name) if names else directory
        settings: dict[str, str] = {}
        for name in [value for key, value in call.project if key == "--env-file"] or [posixpath.join(home, ".env")]:
            source = self.read(_path(name or "", directory if name != posixpath.join(home, ".env") else ""))
            settings |= dotenv(source.text) if source else {}
        place = {"GITHUB_WORKSPACE": WORKSPACE, "PWD": posixpath.join(WORKSPACE, directory).rstrip("/")}
        others: list[Source] = []

        def reader(name: str) -> Source | None:
            found = self.read(_path(name, home))
            others.extend([found] if found is not None else [])
            return found

        services = read_services(sources, {**place, **settings, **variables}, reader)
        services = self.with_volumes(services, external_volumes([*others, *sources]))
        kept = {one.name: one for one in (*others, *sources) if one.name not in self.written}
        profiles = [value or "" for value in call.profiles] or variables.get("COMPOSE_PROFILES", "").split(",")
        own = "" if home == "." else home
        return Project(services, own, frozenset(filter(None, profiles)), tuple(kept.values()))

    def with_volumes(self, services: dict[str, Service], external: Mapping[str, str]) -> dict[str, Service]:
        """The services with volumes that the machine keeps as the directories in which docker does."""
        kept = {name: f"{VOLUMES}/{own}/_data" for name, own in external.items() if own not in self.created}
        if not kept:
            return services
        return {
            name: replace(one, volumes=tuple((kept.get(source, source), place) for source, place in one.volumes))
            for name, one in services.items()
        }

    def file(self, name: str, directory: str) -> Source:
        path = _path(name, directory)
        source = self.read(path)
        if source is None:
            raise self.missing(path, f"the compose file {path} is not in the repository")
        return source

    def found(self, directory: str) -> list[Source]:
        """The file that compose takes when none is named, with its override."""
        for name in _DEFAULTS:
            source = self.read(_path(name, directory))
            if source is not None:
                stem, _, end = name.partition(".")
                others = (self.read(_path(f"{stem}.override.{one}", directory)) for one in (end, "yml", "yaml"))
                return [source, *[other for other in others if other is not None][:1]]
        raise self.missing(_path("", directory), "there is no compose file in the directory of the command")


def _path(name: str, directory: str) -> str:
    """A path of the workspace, relative to its root."""
    inside = name == WORKSPACE or name.startswith(f"{WORKSPACE}/")
    text = name.removeprefix(WORKSPACE).lstrip("/") if inside else posixpath.join(directory, name)
    return posixpath.normpath(text) if text else "."


def _printed(command: Command, constants: Mapping[str, str]) -> str | None:
    """What echo, printf or cat print; None when that is not known."""
    values = command.values[1:]
    if command.name in ("cat", "tee") and command.heredoc is not None:
        body = command.heredoc.body
        return body if command.heredoc.quoted else _expanded(body, constants)
    if command.name in ("echo", "printf"):
        # What the shell puts in is a variable of the file, one that nothing sets.
        texts = [
            value if value is not None else _unquoted(word.text)
            for value, word in zip(values, command.words[1:], strict=True)
        ]
        texts = [
            _expanded(text, constants) if value is None else text for text, value in zip(texts, values, strict=True)
        ]
        if command.name == "printf":
            form = texts[0].replace("\\n", "\n") if texts else ""
            return form if len(texts) == 1 else "".join(form.replace("%s", text) for text in texts[1:])
        escapes = values[:1] == ("-e",)
        plain = " ".join(text for text, value in zip(texts, values, strict=True) if value not in ("-e", "-n"))
        return (plain.replace("\\n", "\n") if escapes else plain) + ("" if values[:1] == ("-n",) else "\n")
    return None


def _unquoted(text: str) -> str:
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text


def _expanded(text: str, constants: Mapping[str, str]) -> str:
    """Text as the shell expands it: what it does not know here becomes a variable that nothing can set."""

    def value(match: re.Match[str]) -> str:
        if match[1]:
            # Compose reads the file next: a dollar that the shell left alone is one for it.
            return match[1]
        if match[4]:
            return f"${{{UNKNOWN}}}"
        name = match[2] or match[3]
        return constants.get(name, f"${{{UNKNOWN}_{name.removeprefix(f'{UNKNOWN}_')}}}")

    return re.sub(r"\\([$`\\])|\$\{(\w+)[^}]*\}|\$(\w+)|(\$\([^)]*\)|`[^`]*`)", value, text)
