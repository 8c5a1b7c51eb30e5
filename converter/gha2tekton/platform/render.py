"""The files of a platform: manifests and scripts of ``mappings/platform`` with the numbers and names put in.

The values are checked names and numbers; a token that stands alone on its line may bring whole lines.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from textwrap import indent
from typing import Any

from gha2tekton import resources
from gha2tekton.journal import ALL
from gha2tekton.manifests import dump
from gha2tekton.platform import nodes, settings
from gha2tekton.platform.dashboard import dashboard
from gha2tekton.platform.needs import Needs
from gha2tekton.platform.page import page
from gha2tekton.platform.settings import Platform
from gha2tekton.platform.tokens import tokens

_TOKEN = re.compile(r"@([a-z][a-z-]*)@")
SCRIPTS = ("deploy.sh", "verify.sh", "collect-logs.sh", "uninstall.sh", "rotate-webhook-secret.sh", "secrets.sh")
LABEL = {"app.kubernetes.io/part-of": "gha2tekton-platform"}
"""What uninstall.sh knows the objects of a platform by."""
_MANUAL = ("preflight.yaml", "preload-run.yaml")
"""Manifests that lie beside a kustomization: they are made anew each time."""

Bundles = Mapping[str, Sequence[Mapping[str, Any]]]


def render(platform: Platform, needed: Needs, bundles: Bundles | None = None) -> dict[str, str]:
    """Every file of the platform by its path; ``bundles`` are what lies in directories to deploy, as seen from it."""
    files = _Files(platform, needed, bundles or {})
    parts = ["base", "storage", "gpu", "quota", "security"]
    files.base()
    files.storage()
    files.gpu()
    files.put("quota/quota.yaml", "quota", ["quota.yaml"])
    files.put("security/network-policies.yaml", "security", ["network-policies.yaml"])
    if settings.shows_results(platform, needed):
        files.results()
        parts.append("results")
    if needed.artifacts and platform.publish:
        files.publish()
        parts.append("publish")
    if platform.monitoring:
        files.monitoring()
        parts.append("monitoring")
    if platform.secret_store and needed.secrets:
        files.secrets()
        parts.append("secrets")
    files.scripts()
    top = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "namespace": platform.namespace,
        "labels": [{"pairs": LABEL}],
        "resources": ["base"],
        "components": parts[1:],
    }
    files.out["kustomization.yaml"] = dump([top])
    files.out["README.md"] = page(platform, needed, parts, any(name.startswith("runs/") for name in files.out))
    return dict(sorted(files.out.items()))


def _row(secret: str, key: str) -> str:
    return f"  - secretKey: {key}\n    remoteRef:\n      key: {secret}\n      property: {key}\n"


def _whole(secret: str) -> str:
    """All that the store holds under a Secret's name."""
    return f"  dataFrom:\n  - extract:\n      key: {secret}\n"


class _Files:
    def __init__(self, platform: Platform, needed: Needs, bundles: Bundles) -> None:
        self.platform = platform
        self.needed = needed
        self.out: dict[str, str] = {}
        self.values = tokens(platform, needed, self.runs(bundles))

    def runs(self, bundles: Bundles) -> list[str]:
        """What is deployed for each bundle: itself, or where it computes on GPUs what lies over it."""
        links = []
        for number, (bundle, manifests) in enumerate(bundles.items()):
            folder = f"runs/{number + 1}-{PurePosixPath(bundle).name}"
            made = nodes.overlay(self.platform, f"../../{bundle}", manifests)
            self.out |= {f"{folder}/{name}": text for name, text in made.items()}
            links.append(folder if made else bundle)
        return links

    def publish(self) -> None:
        program = self.values["publish-program"]
        self.out[f"publish/{program}"] = self.fill(f"publish/{program}")
        self.put("publish/publish.yaml", "publish", ["publish.yaml"], {"publish": [program]})

    def fill(self, name: str, more: Mapping[str, str] | None = None) -> str:
        """A file of ``mappings/platform`` with its tokens replaced; one alone on its line brings lines, or none."""
        values = {**self.values, **(more or {})}
        lines: list[str] = []
        for line in (resources.mappings() / "platform" / name).read_text(encoding="utf-8").splitlines():
            whole = _TOKEN.fullmatch(line.strip())
            if whole:
                pad = line[: len(line) - len(line.lstrip())]
                lines += indent(values[whole[1]].rstrip("\n"), pad).splitlines()
            else:
                lines.append(_TOKEN.sub(lambda match: values[match[1]], line))
        return "\n".join(lines) + "\n"

    def put(
        self, name: str, folder: str, listed: Sequence[str], generated: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        """A manifest, and the kustomization of its folder with what else lies there."""
        self.out[name] = self.fill(name)
        self.component(folder, listed, generated or {})

    def component(self, folder: str, listed: Sequence[str], generated: Mapping[str, Sequence[str]]) -> None:
        kind, version = ("Kustomization", "v1beta1") if folder == "base" else ("Component", "v1alpha1")
        listed = [name for name in listed if name not in _MANUAL]
        body: dict[str, object] = {
            "apiVersion": f"kustomize.config.k8s.io/{version}",
            "kind": kind,
            "resources": list(listed),
        }
        if generated:
            body["configMapGenerator"] = [{"name": name, "files": list(files)} for name, files in generated.items()]
            body["generatorOptions"] = {"disableNameSuffixHash": True}
        self.out[f"{folder}/kustomization.yaml"] = dump([body])

    def base(self) -> None:
        listed = ["namespace.yaml", "roles.yaml"]
        self.out["base/roles.yaml"] = self.fill("base/roles.yaml")
        for who, group in (("viewer", self.platform.viewers), ("operator", self.platform.operators)):
            if group:
                name = f"{who}s.yaml"
                self.out[f"base/{name}"] = self.fill("base/bindings.yaml", {"who": who, "group": group})
                listed.append(name)
        self.put("base/namespace.yaml", "base", listed)

    def storage(self) -> None:
        listed = ["gpu-cache.yaml", "preload.yaml", "preload-run.yaml"]
        generated: dict[str, Sequence[str]] = {}
        for name in listed:
            self.out[f"storage/{name}"] = self.fill(f"storage/{name}")
        if self.platform.provisioner:
            self.out["storage/storage-class.yaml"] = self.fill("storage/storage-class.yaml")
            listed.append("storage-class.yaml")
        if self.needed.artifacts:
            self.out["storage/clean-up.yaml"] = self.fill("storage/clean-up.yaml")
            self.out["storage/clean_up.py"] = self.fill("storage/clean_up.py")
            listed.append("clean-up.yaml")
            generated["clean-up"] = ["clean_up.py"]
        self.component("storage", listed, generated)

    def gpu(self) -> None:
        self.out["gpu/preflight.yaml"] = self.fill("gpu/preflight.yaml")
        self.out["gpu/gpu-preflight"] = self.fill("gpu/gpu-preflight")
        self.put("gpu/priority-class.yaml", "gpu", ["priority-class.yaml"], {"gpu-preflight": ["gpu-preflight"]})

    def results(self) -> None:
        listed = ["server.yaml"]
        for name in ("nginx.conf", "results_index.py"):
            self.out[f"results/{name}"] = self.fill(f"results/{name}")
        if self.platform.host:
            self.out["results/ingress.yaml"] = self.fill("results/ingress.yaml")
            listed.append("ingress.yaml")
        self.put("results/server.yaml", "results", listed, {"results": ["nginx.conf", "results_index.py"]})

    def monitoring(self) -> None:
        self.out["monitoring/rules.yaml"] = self.fill("monitoring/rules.yaml")
        self.out["monitoring/dashboard.json"] = dashboard(self.platform)
        listed, generated = ["monitors.yaml", "rules.yaml"], {"tekton-gpu-dashboard": ["dashboard.json"]}
        self.put("monitoring/monitors.yaml", "monitoring", listed, generated)
        # Grafana's sidecar looks for this label.
        self.out["monitoring/kustomization.yaml"] += '  labels:\n    grafana_dashboard: "1"\n'
        if self.platform.monitoring_label:
            pairs = dict([self.platform.monitoring_label.split("=", 1)])
            self.out["monitoring/kustomization.yaml"] += dump([{"labels": [{"pairs": pairs}]}])

    def secrets(self) -> None:
        listed = []
        for name, keys in self.needed.secrets.items():
            rows = _whole(name) if ALL in keys else "  data:\n" + "".join(_row(name, key) for key in keys)
            self.out[f"secrets/{name}.yaml"] = self.fill("secrets/external-secret.yaml", {"secret": name}) + rows
            listed.append(f"{name}.yaml")
        self.component("secrets", listed, {})

    def scripts(self) -> None:
        for name in ("common.sh", *SCRIPTS):
            self.out[f"scripts/{name}"] = self.fill(f"scripts/{name}")
