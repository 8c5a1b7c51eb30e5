"""``gha2tekton images``: what a cluster pulls for bundles, such as for a file of ``--pin``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from gha2tekton.cli.stop import stop


@click.command()
@click.argument("bundles", nargs=-1, required=True, type=click.Path(path_type=Path))
def command(bundles: tuple[Path, ...]) -> None:
    """List the images of BUNDLES, directories of manifests, one a line."""
    from gha2tekton.check import read_bundle
    from gha2tekton.yaml import documents

    found: set[str] = set()
    for bundle in bundles:
        for name, text in read_bundle(bundle).items():
            try:
                for document in documents(text, str(bundle if bundle.is_file() else bundle / name)):
                    found |= set(_images(document))
            except ValueError as error:
                stop(str(error))
    for image in sorted(found):
        click.echo(image)


def _images(node: Any) -> Iterator[str]:
    if isinstance(node, Mapping):
        image = node.get("image")
        if isinstance(image, str) and not image.startswith("$(params."):
            yield image
        if str(node.get("name", "")).endswith("-image") and isinstance(node.get("default"), str):
            yield node["default"]
        for value in node.values():
            yield from _images(value)
    elif isinstance(node, list):
        for value in node:
            yield from _images(value)
