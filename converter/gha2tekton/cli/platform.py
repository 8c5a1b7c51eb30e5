"""gha2tekton platform"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from gha2tekton.cli.choice import Choice
from gha2tekton.cli.stop import stop

if TYPE_CHECKING:
    from gha2tekton.platform.settings import Platform

F = TypeVar("F", bound=Callable[..., Any])

_OPTIONS = (
    click.option("--namespace", default="gpu-ci", show_default=True, help="Where the runs live."),
    click.option("--storage-class", default="", help="Of the claims; the cluster's own by default."),
    click.option("--provisioner", default="", help="Make that class for a CSI driver such as ebs.csi.aws.com."),
    click.option(
        "--storage-parameter",
        "storage_parameters",
        multiple=True,
        help="KEY=VALUE of that class, such as a file system.",
    ),
    click.option("--shared", is_flag=True, help="Claims may be mounted on several nodes at once."),
    click.option("--cache-size", default="200Gi", show_default=True, help="Of the claim for data sets."),
    click.option("--cache-path", default="", help="Mount that claim there in the containers that compute on GPUs."),
    click.option("--gpu-resource", default="nvidia.com/gpu", show_default=True, help="Or nvidia.com/mig-1g.5gb."),
    click.option("--gpu-label", default="", help="KEY=VALUE of GPU nodes, where the GPU operator does not label them."),
    click.option("--gpu-product", default="", help="The label nvidia.com/gpu.product of the nodes to take."),
    click.option("--gpu-memory", default=0, type=click.IntRange(0), help="MiB that a GPU must have."),
    click.option("--gpu-driver", default="", help="The oldest driver that will do, such as 570."),
    click.option("--quota-gpus", default=0, type=click.IntRange(0), help="By default what the workflows need."),
    click.option("--quota-memory", default="", help="By default what the workflows need."),
    click.option("--runs-at-once", default=2, type=click.IntRange(1), show_default=True, help="For the quota."),
    click.option("--keep-days", default=30, type=click.IntRange(1), show_default=True, help="Runs and artifacts."),
    click.option("--keep-runs", default=20, type=click.IntRange(0), show_default=True, help="Of each Pipeline."),
    click.option("--keep-work-days", default=3, type=click.IntRange(0), show_default=True, help="Checkouts."),
    click.option("--monitoring/--no-monitoring", default=True, show_default=True, help="Prometheus and Grafana."),
    click.option("--monitoring-label", default="", help="KEY=VALUE by which Prometheus finds what it reads."),
    click.option("--results", is_flag=True, help="Show artifacts though one node alone can mount their claim."),
    click.option("--host", default="", help="The name under which results are shown, to those with a password."),
    click.option("--publish", default="", help="Send artifacts to s3://bucket/prefix or oci://registry/repository."),
    click.option("--s3-endpoint", default="", help="URL of a store that speaks S3, where it is not Amazon's."),
    click.option("--ingress-class", default="", help="Of the Ingress for results."),
    click.option("--ingress-namespace", default="ingress-nginx", show_default=True, help="Of its controller."),
    click.option("--monitoring-namespace", default="monitoring", show_default=True, help="Of Prometheus."),
    click.option("--operators", default="", help="The group that may start and stop runs."),
    click.option("--viewers", default="", help="The group that may look at runs."),
    click.option("--block-metadata", is_flag=True, help="Runs may not ask for the credentials of their node."),
    click.option("--secret-store", default="", help="A ClusterSecretStore of External Secrets."),
    click.option(
        "--pod-security",
        type=click.Choice(["", "privileged", "baseline"]),
        default="",
        help="The profile that the namespace enforces; by default the strictest that the runs pass.",
    ),
)


def platform_options(function: F) -> F:
    """Give the command its options."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


@click.command("platform")
@click.argument("sources", nargs=-1, type=click.Path(exists=True, path_type=Path), metavar="[WORKFLOW|BUNDLE]...")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="Directory for the platform.")
@click.option("--force", is_flag=True, help="Write over files that were changed.")
@platform_options
def command(sources: tuple[Path, ...], output: Path, force: bool, **values: Any) -> None:
    """Write the cluster around the pipelines: a kustomize base with parts to choose from, and scripts.

    Its numbers are those that the WORKFLOWs, or the bundles in the given directories, need.
    """
    from gha2tekton.platform.bundles import is_bundle, read, see_that_names_differ
    from gha2tekton.platform.disk import changed, write
    from gha2tekton.platform.needs import needs, total
    from gha2tekton.platform.render import render
    from gha2tekton.platform.settings import Platform

    platform = Platform(**{name: values[name] for name in Platform.__struct_fields__})
    links = {_relative(path, output): read(path, platform.namespace) for path in sources if is_bundle(path)}
    see_that_names_differ(links)
    groups = [*links.values(), *_converted([path for path in sources if not is_bundle(path)], platform)]
    files = render(platform, total([needs(group, platform.gpu_resource) for group in groups]), links)
    edited = [] if force else changed(files, output)
    if edited:
        stop(f"{output}: these files are there with another content: {', '.join(edited)}; --force writes over them")
    try:
        written = write(files, output)
    except OSError as error:
        stop(f"{error.filename or output}: {error.strerror or error}")
    click.echo(f"{output}: {'written' if written else 'unchanged'}; begin with {output}/README.md", err=True)


def _converted(workflows: list[Path], platform: Platform) -> Iterator[list[Mapping[str, Any]]]:
    """The objects of each workflow as it would be converted."""
    from gha2tekton.cli.work import convert_all, refused_of, tell_refused
    from gha2tekton.discover import find

    if not workflows:
        return
    found = find(workflows)
    choice = Choice(explicit={"namespace": platform.namespace, "gpu_resource": platform.gpu_resource})
    done = convert_all(choice, found)
    if refused := refused_of(done):
        tell_refused(refused)
        stop("what a faulty workflow needs cannot be counted")
    for conversion in done:
        yield [one for manifests in conversion.bundle.files.values() for one in manifests]


def _relative(path: Path, start: Path) -> str:
    import os

    return Path(os.path.relpath(path.resolve(), start.resolve())).as_posix()
