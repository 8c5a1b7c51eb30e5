"""The options that every command which converts has in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import click

from gha2tekton.cli.kinds import TEXT

F = TypeVar("F", bound=Callable[..., Any])

PATH = click.Path(path_type=Path)

CONVERSION = (
    click.option(
        "--layout",
        type=click.Choice(["auto", "job", "stages"]),
        default="auto",
        help="One Task a job, or the guide's stages.",
    ),
    click.option("--namespace", type=TEXT, default="", help="Namespace for everything; otherwise kubectl's own."),
    click.option(
        "--name-prefix", type=TEXT, default=None, help="What names begin with in place of the workflow's name."
    ),
    click.option("--rules", multiple=True, type=PATH, help="A folder of your own mapping rules; they win."),
    click.option("--actions-dir", type=PATH, help="A folder of checkouts of other repositories: owner/repo[@ref]."),
    click.option(
        "--unmapped",
        type=click.Choice(["fail", "skip"]),
        default="fail",
        help="What a step that nobody could map does when it runs.",
    ),
    click.option("--gpu-count", type=click.IntRange(1), help="GPUs for jobs that ask for one or all."),
    click.option(
        "--gpu-resource",
        type=TEXT,
        default="nvidia.com/gpu",
        show_default=True,
        help="The resource that stands for a GPU.",
    ),
    click.option(
        "--memory",
        type=TEXT,
        default="",
        help="Memory of the container with the GPU; otherwise 32Gi in a job of several Tasks, and no limit in others.",
    ),
    click.option(
        "--image", type=TEXT, default="", help="Image for the jobs' scripts in place of the one that is chosen."
    ),
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
    click.option("--status-url", type=TEXT, default="", help="Where the details of a commit status are."),
    click.option("--github-repository", type=TEXT, default="", help="owner/name, to refuse the deliveries of others."),
    click.option("--default-branch", type=TEXT, default="", help="The repository's default branch, for schedules."),
    click.option(
        "--token-account",
        type=TEXT,
        default="",
        help="The account of your token: what it does starts no runs, as on GitHub.",
    ),
    click.option(
        "--host",
        type=TEXT,
        default="",
        help="The name under which GitHub reaches the listener: writes an Ingress.",
    ),
    click.option("--pull-request-head", is_flag=True, help="Check out the head of a pull request, not its merge."),
    click.option("--pin", type=PATH, help="Digests of images: a file with an image and sha256:… a line."),
    click.option("--storage-class", type=TEXT, default="", help="StorageClass of the claim."),
    click.option("--storage", type=TEXT, default="50Gi", show_default=True, help="Size of the claim."),
    click.option("--service-account", type=TEXT, default="", help="An existing ServiceAccount for the runs."),
    click.option(
        "--git-secret", type=TEXT, default="", help="A Secret that the runs clone with, for a private repository."
    ),
    click.option(
        "--docker",
        type=click.Choice(["auto", "sidecars", "dind"]),
        default="auto",
        show_default=True,
        help="Containers of scripts as steps or sidecars, always as sidecars, or docker itself in a privileged one.",
    ),
    click.option(
        "--build-registry",
        type=TEXT,
        default="",
        help="Where images are pushed that a job builds and runs: registry/path. They are built before it.",
    ),
    click.option(
        "--action-image",
        type=TEXT,
        multiple=True,
        metavar="ACTION=IMAGE",
        help="The image that was built of the Dockerfile of an action, as uses: names it.",
    ),
)


def conversion_options(function: F) -> F:
    """Give a command the options of ``CONVERSION``; ``choice.Choice.of`` tells what they come to."""
    for option in reversed((*CONVERSION, _CONFIG)):
        function = option(function)
    return function


_CONFIG = click.option(
    "--config",
    type=PATH,
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
    return {str(one.name) for one in parameters() if one.type is PATH}
