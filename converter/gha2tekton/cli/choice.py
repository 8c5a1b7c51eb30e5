"""What the options of conversions come to: the command line first, then the options file, then the defaults."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gha2tekton.cli.options import PATH, defaults, parameters, path_options
from gha2tekton.record import Record, field, replace

if TYPE_CHECKING:
    from gha2tekton.configuration import Configuration
    from gha2tekton.convert import Options
    from gha2tekton.rules.load import RuleSet


class Settled(Record, frozen=True):
    """What holds for one workflow."""

    options: Options
    rules: RuleSet
    actions: Path | None
    values: Mapping[str, Any]
    config: str = ""
    """What the options file is called; nothing without one."""


class Given(Record, frozen=True):
    """What decides of conversions beside the repository and the values: files, and folders."""

    rules: tuple[Path, ...]
    files: tuple[Path, ...]
    actions: Path | None


class Choice(Record):
    """What the user chose: the command line first, then the options file, then the defaults."""

    explicit: Mapping[str, Any] = field(default_factory=dict)
    """What stood on the command line."""
    config: Path | None = None
    fallback: Mapping[str, Any] = field(default_factory=dict)
    """What takes the place of defaults."""
    confined: bool = False
    """Whether a repository's own options file may name only what lies within it: whoever wrote it may be anyone."""
    _files: dict[Path, Configuration] = field(default_factory=dict)
    _rules: dict[Any, RuleSet] = field(default_factory=dict)

    def __reduce__(self) -> tuple[type[Choice], tuple[Any, ...]]:
        """Without what was read: other processes read for themselves."""
        return Choice, (self.explicit, self.config, self.fallback, self.confined)

    @staticmethod
    def of(ctx: click.Context) -> Choice:
        """From a command that has the options of ``CONVERSION``."""
        names = {parameter.name for parameter in parameters()}
        stood = (click.core.ParameterSource.COMMANDLINE, click.core.ParameterSource.ENVIRONMENT)
        explicit = {n: v for n, v in ctx.params.items() if n in names and ctx.get_parameter_source(n) in stood}
        return Choice(explicit, ctx.params.get("config"))

    def absolute(self) -> Choice:
        """The same for processes that stand elsewhere."""
        paths = {name: self.explicit[name] for name in path_options() & self.explicit.keys()}
        whole = {k: tuple(map(Path.absolute, v)) if isinstance(v, tuple) else v.absolute() for k, v in paths.items()}
        return replace(self, explicit={**self.explicit, **whole}, config=self.config and self.config.absolute())

    def configuration(self, root: Path | None) -> Configuration:
        """The options file that holds for a repository; ConfigurationError when it is wrong."""
        from gha2tekton.configuration import Configuration, load, see_that_workflows_exist

        place = self.config or root
        if place is None:
            return Configuration()
        if place not in self._files:
            if len(self._files) > 100:
                self._files.clear()
                self._rules.clear()
            found = load(place)
            if self.config is None:
                see_that_workflows_exist(found, place)
            self._files[place] = found
        return self._files[place]

    def settle(self, root: Path | None, workflow: str, repository: str = "", on_github: str = "") -> Settled:
        """What holds for a workflow of a repository (None: of no repository); ConfigurationError for what cannot be.

        ``repository`` goes before all names, where many share a namespace; ``on_github`` is what it is called there.
        """
        from gha2tekton.configuration import ConfigurationError
        from gha2tekton.rules.load import RuleSet, holds_rules

        configuration = self.configuration(root)
        values = {**defaults(), "github_repository": on_github, **self._values(root, workflow)}
        folders = tuple(Path(folder) for folder in values["rules"] or ())
        for folder in folders:
            told = "" if "rules" in self.explicit else f", which {configuration.name} names"
            if not folder.is_dir():
                raise ConfigurationError(f"{folder}: there is no such folder of rules{told}")
            if not holds_rules(folder):
                raise ConfigurationError(f"{folder}: a folder without rules, neither actions/ nor commands/{told}")
        actions = values["actions_dir"]
        if actions is not None and not actions.is_dir():
            told = "" if "actions_dir" in self.explicit else f", which {configuration.name} names"
            raise ConfigurationError(f"{actions}: there is no such folder of checkouts{told}")
        key = (folders, configuration.path)
        rules = self._rules.setdefault(key, RuleSet(folders, configuration.tables))
        return Settled(_options(values, repository, configuration.tables), rules, actions, values, configuration.name)

    def with_file(self, ctx: click.Context, root: Path | None) -> dict[str, Any]:
        """The values of a command, with what the options file says of options that stood not on the command line."""
        default = click.core.ParameterSource.DEFAULT
        others = [one for one in ctx.command.params if ctx.get_parameter_source(one.name or "") is default]
        own = _typed(self.configuration(root), "", others)
        if root is not None and not self.config:
            # Who converts a repository does not let whoever wrote it choose where on the machine is written.
            _see_that_within(root, {name: own[name] for name in ("output", "reports") if name in own})
        return {**ctx.params, **own}

    def given(self, root: Path | None) -> Given:
        """The files and folders that the options name, for whatever workflow; ConfigurationError as above."""
        configuration = self.configuration(root)
        every = [self._values(root, workflow) for workflow in ("", *configuration.workflows)]
        return Given(
            _unique(folder for values in every for folder in values.get("rules") or ()),
            _unique([configuration.path, *(values.get("pin") for values in every)]),
            every[0].get("actions_dir"),
        )

    def _values(self, root: Path | None, workflow: str) -> dict[str, Any]:
        """All but the defaults."""
        own = _typed(self.configuration(root), workflow, parameters())
        if self.confined and root is not None and not self.config:
            _see_that_within(root, own)
        return {**self.fallback, **own, **self.explicit}


def _unique(paths: Iterable[Path | None]) -> tuple[Path, ...]:
    return tuple(dict.fromkeys(path for path in paths if path is not None))


def _see_that_within(root: Path, own: Mapping[str, Any]) -> None:
    from gha2tekton.configuration import ConfigurationError
    from gha2tekton.workflow.repository import Repository

    for name, value in own.items():
        for path in _paths(value):
            if not Repository(root).holds(path):
                option = name.replace("_", "-").replace("reports", "report")
                raise ConfigurationError(f"{option}: {path}: leads out of the repository; give --{option} yourself")


def _paths(value: Any) -> Iterator[Path]:
    if isinstance(value, tuple):
        for item in value:
            yield from _paths(item)
    elif isinstance(value, Path):
        yield value


_CONTEXT = click.Context(click.Command("options"))


def _typed(configuration: Configuration, workflow: str, options: Iterable[click.Parameter]) -> dict[str, Any]:
    """The file's values as the options' own types take them; paths are relative to the file."""
    given = configuration.of(workflow)
    out: dict[str, Any] = {}
    for one in options:
        name = max(one.opts, key=len).lstrip("-")
        if (key := name.replace("-", "_")) not in given or configuration.path is None or one.name is None:
            continue
        value = given[key]
        if one.type is PATH and not value:
            continue
        try:
            value = one.type_cast_value(_CONTEXT, tuple(value) if isinstance(value, list) else value)
        except click.UsageError as error:
            from gha2tekton.configuration import ConfigurationError

            raise ConfigurationError(f"{configuration.name}: {name}: {error.message}") from None
        out[one.name] = _placed(value, configuration.path.parent)
    return out


def _placed(value: Any, parent: Path) -> Any:
    """A value whose paths are those of a file in a directory."""
    if isinstance(value, tuple):
        return tuple(_placed(item, parent) for item in value)
    return parent / value if isinstance(value, Path) else value


def _options(values: Mapping[str, Any], repository: str, tables: Mapping[str, Mapping[str, Any]]) -> Options:
    from gha2tekton.convert import Options
    from gha2tekton.lower.settings import Settings
    from gha2tekton.plan.build import PlanOptions

    secrets = {name.upper(): (own["name"], own["key"]) for name, own in tables.get("secrets", {}).items()}
    settings = Settings(
        **{name: values[name] for name in _SETTINGS},
        repository=repository,
        pins=_pins(values["pin"]),
        secrets=secrets,
    )
    pairs = dict(item.split("=", 1) for item in values["action_image"] or ())
    asked = ("layout", "image", "docker", "build_registry")
    plan = PlanOptions(
        **{name: values[name] for name in asked}, gpu_count=values["gpu_count"] or 0, action_images=pairs
    )
    return Options(plan, settings)


def _pins(path: Path | None) -> Mapping[str, str]:
    from gha2tekton.configuration import ConfigurationError
    from gha2tekton.pins import PinError, read_pins

    try:
        return read_pins(path) if path else {}
    except PinError as error:
        raise ConfigurationError(str(error)) from None


_SETTINGS = (
    "triggers",
    "forks",
    "github_status",
    "concurrency",
    "status_url",
    "github_repository",
    "default_branch",
    "token_account",
    "host",
    "pull_request_head",
    "namespace",
    "name_prefix",
    "gpu_resource",
    "memory",
    "storage_class",
    "storage",
    "unmapped",
    "service_account",
    "git_secret",
)
