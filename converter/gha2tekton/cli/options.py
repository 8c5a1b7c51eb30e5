"""The options that every command which converts has in common, and what they come to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from gha2tekton.cli.stop import stop

if TYPE_CHECKING:
    from gha2tekton.convert import Options

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
    click.option("--actions-dir", type=_PATH, help="A folder of checkouts of remote actions: owner/repo[@ref]."),
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
    click.option("--storage-class", default="", help="StorageClass of the claim."),
    click.option("--storage", default="50Gi", show_default=True, help="Size of the claim."),
    click.option("--service-account", default="", help="An existing ServiceAccount for the runs."),
)


def conversion_options(function: F) -> F:
    """Give a command the options of ``CONVERSION``; it takes them as ``**chosen`` and passes them to ``Choice.of``."""
    for option in reversed(CONVERSION):
        function = option(function)
    return function


@dataclass(frozen=True)
class Choice:
    """What the user chose about conversions."""

    options: Options
    rules: tuple[Path, ...] = ()
    actions: Path | None = None
    given: Mapping[str, Any] = field(default_factory=dict)

    @staticmethod
    def of(chosen: Mapping[str, Any]) -> Choice:
        """From the values of ``CONVERSION``; ends the program when a folder of rules is missing."""
        from gha2tekton.convert import Options
        from gha2tekton.lower.settings import Settings
        from gha2tekton.plan.build import PlanOptions

        for folder in chosen["rules"]:
            if not folder.is_dir():
                stop(f"{folder}: there is no such folder of rules")
        settings = Settings(**{name: chosen[name] for name in _SETTINGS})
        plan = PlanOptions(chosen["layout"], chosen["gpu_count"] or 0, chosen["image"])
        return Choice(Options(plan, settings), tuple(chosen["rules"]), chosen["actions_dir"], dict(chosen))


_SETTINGS = (
    "namespace",
    "name_prefix",
    "gpu_resource",
    "memory",
    "storage_class",
    "storage",
    "unmapped",
    "service_account",
)
