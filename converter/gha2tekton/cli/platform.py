"""gha2tekton platform"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click

from gha2tekton.cli.options import Choice
from gha2tekton.cli.stop import stop

F = TypeVar("F", bound=Callable[..., Any])

_OPTIONS = (
    click.option("--namespace", default="gpu-ci", show_default=True, help="Where the runs live."),
    click.option("--storage-class", default="", help="Of the cache; the cluster's own by default."),
    click.option("--provisioner", default="", help="Make that class for a CSI driver such as ebs.csi.aws.com."),
    click.option(
        "--storage-parameter",
        "storage_parameters",
        multiple=True,
        help="KEY=VALUE of that class, such as a file system.",
    ),
    click.option("--shared", is_flag=True, help="The cache may be mounted on several nodes at once."),
    click.option("--cache-size", default="200Gi", show_default=True, help="Of the claim for data sets."),
    click.option("--gpu-resource", default="nvidia.com/gpu", show_default=True, help="Or nvidia.com/mig-1g.5gb."),
    click.option("--gpu-label", default="", help="KEY=VALUE of GPU nodes, where the GPU operator does not label them."),
    click.option("--gpu-product", default="", help="The label nvidia.com/gpu.product of the nodes to take."),
    click.option("--gpu-memory", default=0, type=click.IntRange(0), help="MiB that a GPU must have."),
    click.option("--quota-gpus", default=0, type=click.IntRange(0), help="By default what the workflows need."),
    click.option("--quota-memory", default="", help="By default what the workflows need."),
    click.option("--runs-at-once", default=2, type=click.IntRange(1), show_default=True, help="For the quota."),
    click.option("--keep-days", default=30, type=click.IntRange(1), show_default=True, help="Runs and artifacts."),
    click.option("--keep-runs", default=20, type=click.IntRange(0), show_default=True, help="Of each Pipeline."),
    click.option("--monitoring/--no-monitoring", default=True, show_default=True, help="Prometheus and Grafana."),
    click.option("--host", default="", help="The name under which results are shown."),
    click.option("--publish", default="", help="Send artifacts to s3://bucket/prefix or oci://registry/repository."),
    click.option("--s3-endpoint", default="", help="URL of a store that speaks S3, where it is not Amazon's."),
    click.option("--ingress-class", default="", help="Of the Ingress for results."),
    click.option("--ingress-namespace", default="ingress-nginx", show_default=True, help="Of its controller."),
    click.option("--monitoring-namespace", default="monitoring", show_default=True, help="Of Prometheus."),
    click.option("--operators", default="", help="The group that may start and stop runs."),
    click.option("--viewers", default="", help="The group that may look at runs."),
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
@click.pass_context
def command(ctx: click.Context, /, sources: tuple[Path, ...], output: Path, force: bool, **values: Any) -> None:
    """Write the cluster around the pipelines: a kustomize base with parts to choose from, and scripts.

    Its numbers are those that the WORKFLOWs, or the bundles in the given directories, need.
    """
    from gha2tekton.platform.disk import changed, write
    from gha2tekton.platform.needs import needs
    from gha2tekton.platform.render import render
    from gha2tekton.platform.settings import Platform, PlatformError

    try:
        platform = Platform(**{name: values[name] for name in Platform.__struct_fields__})
    except PlatformError as error:
        stop(str(error))
    bundles = [source for source in sources if (source / "kustomization.yaml").is_file()]
    held = {bundle: list(_held(bundle, platform.namespace)) for bundle in bundles}
    workflows = [source for source in sources if source not in held]
    manifests = [one for found in held.values() for one in found]
    manifests += _converted(workflows, platform.namespace, platform.gpu_resource)
    links = {_relative(bundle, output): found for bundle, found in held.items()}
    try:
        files = render(platform, needs(manifests, platform.gpu_resource), links)
    except PlatformError as error:
        stop(str(error))
    edited = [] if force else changed(files, output)
    if edited:
        stop(f"{output}: these files are there with another content: {', '.join(edited)}; --force writes over them")
    try:
        written = write(files, output)
    except OSError as error:
        stop(f"{error.filename or output}: {error.strerror or error}")
    click.echo(f"{output}: {'written' if written else 'unchanged'}; begin with {output}/README.md", err=True)


def _held(bundle: Path, namespace: str) -> Iterator[Mapping[str, Any]]:
    """The objects of a bundle as they lie there."""
    from gha2tekton.yaml import documents

    for path in sorted(bundle.rglob("*.yaml")):
        try:
            found = documents(path.read_text(encoding="utf-8"), str(path))
        except (OSError, ValueError) as error:
            stop(str(error))
        for manifest in found:
            if isinstance(manifest, dict):
                _fits(manifest, path, namespace)
                yield manifest


def _converted(workflows: list[Path], namespace: str, gpu: str) -> Iterator[Mapping[str, Any]]:
    """The objects of workflows as they would be converted."""
    from gha2tekton.cli.work import convert_all
    from gha2tekton.discover import InputError, find

    if not workflows:
        return
    try:
        found = find(workflows)
    except InputError as error:
        stop(str(error))
    for conversion in convert_all(Choice(explicit={"namespace": namespace, "gpu_resource": gpu}), found):
        for manifests in conversion.bundle.files.values():
            yield from manifests


def _fits(manifest: Mapping[str, Any], path: Path, namespace: str) -> None:
    """A bundle names its namespace where Kubernetes wants it named: it must be the platform's."""
    for subject in manifest.get("subjects") or ():
        if subject.get("namespace", namespace) != namespace:
            other = subject["namespace"]
            stop(
                f"{path}: made for namespace {other}: convert again with --namespace {namespace}, or name {other} here"
            )


def _relative(path: Path, start: Path) -> str:
    import os

    return Path(os.path.relpath(path.resolve(), start.resolve())).as_posix()
