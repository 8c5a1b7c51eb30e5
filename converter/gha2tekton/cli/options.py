"""The options that every command which converts has in common, and what they come to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from gha2tekton.record import Record, field

if TYPE_CHECKING:
    from gha2tekton.configuration import Configuration
    from gha2tekton.convert import Options
    from gha2tekton.rules.load import RuleSet

F = TypeVar("F", bound=Callable[..., Any])

_PATH = click.Path(path_type=Path)

CONVERSION = (
    click.option(
        "--layout",
        type=click.Choice(["auto", "job", "stages"]),
        default="auto",
        help="One Task a job, or the guide's stages.",
    ),
    click.option("--namespace", default="", help="Namespace for everything; otherwise kubectl's own."),
    click.option("--name-prefix", default=None, help="What names begin with in place of the workflow's name."),
    click.option("--rules", multiple=True, type=_PATH, help="A folder of your own mapping rules; they win."),
    click.option("--actions-dir", type=_PATH, help="A folder of checkouts of other repositories: owner/repo[@ref]."),
    click.option(
        "--unmapped",
        type=click.Choice(["fail", "skip"]),
        default="fail",
        help="What a step that nobody could map does when it runs.",
    ),
    click.option("--gpu-count", type=click.IntRange(1), help="GPUs for jobs that ask for one or all."),
    click.option(
        "--gpu-resource", default="nvidia.com/gpu", show_default=True, help="The resource that stands for a GPU."
    ),
    click.option("--memory", default="32Gi", show_default=True, help="Memory of the container that computes."),
    click.option("--image", default="", help="Image for the jobs' scripts in place of the one that is chosen."),
    click.option(
        "--triggers",
        type=click.Choice(["listener", "pipelines-as-code", "none"]),
        default="listener",
        help="What starts runs: an EventListener, Pipelines-as-Code, or only people.",
    ),
    click.option(
        "--forks",
        type=click.Choice(["refuse", "secretless", "members"]),
        default="refuse",
        help="Pull requests from forks: none, in a namespace without Secrets, or those of owners and members.",
    ),
    click.option(
        "--github-status/--no-github-status",
        default=None,
        help="Tell GitHub of each job by a status; by default where pull requests start runs.",
    ),
    click.option(
        "--concurrency",
        type=click.Choice(["report", "keep"]),
        default="report",
        help="Concurrency groups: only told, or kept by Tasks that wait and may cancel what else is of the group.",
    ),
    click.option("--status-url", default="", help="Where the details of a commit status are."),
    click.option("--github-repository", default="", help="owner/name, to refuse the deliveries of others."),
    click.option("--default-branch", default="", help="The repository's default branch, for schedules."),
    click.option(
        "--token-account", default="", help="The account of your token: what it does starts no runs, as on GitHub."
    ),
    click.option("--host", default="", help="The name under which GitHub reaches the listener: writes an Ingress."),
    click.option("--pull-request-head", is_flag=True, help="Check out the head of a pull request, not its merge."),
    click.option("--pin", type=_PATH, help="Digests of images: a file with an image and sha256:… a line."),
    click.option("--storage-class", default="", help="StorageClass of the claim."),
    click.option("--storage", default="50Gi", show_default=True, help="Size of the claim."),
    click.option("--service-account", default="", help="An existing ServiceAccount for the runs."),
    click.option(
        "--docker",
        type=click.Choice(["auto", "sidecars", "dind"]),
        default="auto",
        show_default=True,
        help="Containers of scripts as steps or sidecars, always as sidecars, or docker itself in a privileged one.",
    ),
    click.option(
        "--action-image",
        multiple=True,
        metavar="ACTION=IMAGE",
        help="The image that was built of the Dockerfile of an action, as uses: names it.",
    ),
)


def conversion_options(function: F) -> F:
    """Give a command the options of ``CONVERSION``; ``Choice.of`` tells what they come to."""
    for option in reversed((*CONVERSION, _CONFIG)):
        function = option(function)
    return function


_CONFIG = click.option(
    "--config",
    type=_PATH,
    help="Options file in place of the repository's .gha2tekton.yaml or pyproject.toml.",
)


@cache
def _probe() -> click.Command:
    def probe(**_: Any) -> None: ...

    for option in reversed(CONVERSION):
        probe = option(probe)
    return click.command("options")(probe)


def parameters() -> tuple[click.Parameter, ...]:
    """The options of ``CONVERSION`` as click knows them."""
    return tuple(_probe().params)


@cache
def defaults() -> Mapping[str, Any]:
    """What each option of ``CONVERSION`` is where nobody says."""
    return _probe().make_context("options", []).params


def path_options() -> set[str]:
    """The names of those options of ``CONVERSION`` that are paths."""
    return {str(one.name) for one in parameters() if one.type is _PATH}


class Settled(Record, frozen=True):
    """What holds for one workflow."""

    options: Options
    rules: RuleSet
    actions: Path | None
    values: Mapping[str, Any]
    config: Path | None = None


class Choice(Record):
    """What the user chose: the command line first, then the options file, then the defaults."""

    explicit: Mapping[str, Any] = field(default_factory=dict)
    """What stood on the command line."""
    config: Path | None = None
    fallback: Mapping[str, Any] = field(default_factory=dict)
    """What takes the place of defaults."""
    _files: dict[Path, Configuration] = field(default_factory=dict)
    _rules: dict[Any, RuleSet] = field(default_factory=dict)

    def __reduce__(self) -> tuple[type[Choice], tuple[Any, ...]]:
        """Without what was read: other processes read for themselves."""
        return Choice, (self.explicit, self.config, self.fallback)

    @staticmethod
    def of(ctx: click.Context) -> Choice:
        """From a command that has the options of ``CONVERSION``."""
        names = {parameter.name for parameter in parameters()}
        stood = (click.core.ParameterSource.COMMANDLINE, click.core.ParameterSource.ENVIRONMENT)
        explicit = {n: v for n, v in ctx.params.items() if n in names and ctx.get_parameter_source(n) in stood}
        return Choice(explicit, ctx.params.get("config"))

    def configuration(self, root: Path | None) -> Configuration:
        """The options file that holds for a repository; ConfigurationError when it is wrong."""
        from gha2tekton.configuration import Configuration, load

        place = self.config or root
        if place is None:
            return Configuration()
        if place not in self._files:
            if len(self._files) > 100:
                self._files.clear()
                self._rules.clear()
            self._files[place] = load(place)
        return self._files[place]

    def settle(self, root: Path | None, workflow: str, repository: str = "") -> Settled:
        """What holds for a workflow of a repository (None: of no repository); ConfigurationError for what cannot be.

        ``repository`` goes before all names, where many share a namespace.
        """
        from gha2tekton.configuration import ConfigurationError
        from gha2tekton.rules.load import RuleSet

        configuration = self.configuration(root)
        own = _typed(configuration, workflow)
        values = {**defaults(), **self.fallback, **own, **self.explicit}
        folders = tuple(Path(folder) for folder in values["rules"] or ())
        for folder in folders:
            if not folder.is_dir():
                raise ConfigurationError(f"{folder}: there is no such folder of rules")
        key = (folders, configuration.path)
        rules = self._rules.setdefault(key, RuleSet(folders, configuration.tables))
        return Settled(_options(values, repository), rules, values["actions_dir"], values, configuration.path)


_CONTEXT = click.Context(click.Command("options"))


def _typed(configuration: Configuration, workflow: str) -> dict[str, Any]:
    """The file's values as the options' own types take them; paths are relative to the file."""
    given = configuration.of(workflow)
    out: dict[str, Any] = {}
    for one in parameters():
        if one.name not in given or configuration.path is None:
            continue
        value = given[one.name]
        try:
            value = one.type_cast_value(_CONTEXT, tuple(value) if isinstance(value, list) else value)
        except click.UsageError as error:
            from gha2tekton.configuration import ConfigurationError

            raise ConfigurationError(f"{configuration.path}: {one.opts[0].lstrip('-')}: {error.message}") from None
        if one.type is _PATH:
            parent = configuration.path.parent
            value = tuple(parent / item for item in value) if isinstance(value, tuple) else parent / value
        out[one.name] = value
    return out


def _options(values: Mapping[str, Any], repository: str) -> Options:
    from gha2tekton.convert import Options
    from gha2tekton.lower.settings import Settings
    from gha2tekton.plan.build import PlanOptions

    settings = Settings(**{name: values[name] for name in _SETTINGS}, repository=repository, pins=_pins(values["pin"]))
    pairs = dict(item.split("=", 1) for item in values["action_image"] or () if "=" in item)
    plan = PlanOptions(values["layout"], values["gpu_count"] or 0, values["image"], values["docker"], pairs)
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
)
