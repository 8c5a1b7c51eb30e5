"""What stands for the tokens of ``mappings/platform``: checked names, numbers, and blocks of lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gha2tekton import resources
from gha2tekton.manifests import dump
from gha2tekton.platform import nodes, settings
from gha2tekton.platform.dashboard import metric_of
from gha2tekton.platform.needs import Needs
from gha2tekton.platform.settings import Platform
from gha2tekton.shell.quote import word

_PUBLISHERS = {"s3": "docker.io/amazon/aws-cli:2.27.50", "oci": "ghcr.io/oras-project/oras:v1.2.3"}
_PREFLIGHT_IMAGE = "nvcr.io/nvidia/cuda:12.8.1-base-ubuntu24.04"


def tokens(platform: Platform, needed: Needs, bundles: Sequence[str]) -> dict[str, str]:
    """By name; ``bundles`` are the directories to deploy, as seen from the platform's."""
    storage, given = platform.storage_class, settings.parameters(platform)
    return {
        "namespace": platform.namespace,
        "pod-security": settings.pod_security(platform, needed),
        **_of_gpus(platform, needed),
        "storage-class": storage,
        "storage-class-line": f"storageClassName: {storage}" if storage else "",
        "provisioner": platform.provisioner,
        "parameters": dump([{"parameters": given}]) if given else "",
        "access-mode": "ReadWriteMany" if platform.shared else "ReadWriteOnce",
        "cache-size": platform.cache_size,
        "keep-days": str(platform.keep_days),
        "keep-runs": str(platform.keep_runs),
        "keep-work-days": str(platform.keep_work_days),
        "quota-gpus": str(settings.gpus(platform, needed)),
        "quota-memory": settings.memory(platform, needed),
        "quota-cpu": str(8 * settings.gpus(platform, needed)),
        "quota-claims": str(len(needed.claims) + 10),
        "near-runs": _fragment("near-runs.yaml"),
        **_of_claims(needed.artifacts),
        "ingress-namespace": platform.ingress_namespace,
        "monitoring-namespace": platform.monitoring_namespace,
        "runs-egress": _fragment("egress-but-metadata.yaml") if platform.block_metadata else "policyTypes: [Ingress]",
        "ingress-class": f"ingressClassName: {platform.ingress_class}" if platform.ingress_class else "",
        "results-host": platform.host,
        **{name: _fragment(file) if platform.host else "" for name, file in _USERS.items()},
        **_of_publishing(platform),
        "secret-store": platform.secret_store,
        **_of_scripts(platform, needed, bundles),
    }


def own_secrets(platform: Platform, needed: Needs) -> dict[str, tuple[str, ...]]:
    """Those that the platform itself reads, with their keys."""
    shown = platform.host and settings.shows_results(platform, needed)
    return {"results-users": ("htpasswd",)} if shown else {}


_USERS = {
    "users-check": "users-check.conf",
    "users-mount": "users-mount.yaml",
    "users-volume": "users-volume.yaml",
}


def _fragment(name: str) -> str:
    return (resources.mappings() / "platform" / "fragments" / name).read_text(encoding="utf-8")


def _of_gpus(platform: Platform, needed: Needs) -> dict[str, str]:
    near = nodes.affinity(platform)
    return {
        "gpu-resource": settings.resource(platform, needed),
        "gpu-metric": metric_of(platform.gpu_resource),
        "gpu-jsonpath": platform.gpu_resource.replace(".", "\\."),
        "gpu-memory": str(platform.gpu_memory),
        "gpu-driver": platform.gpu_driver,
        "gpus": str(needed.gpus),
        "gpus-of-a-pod": str(needed.gpus_of_a_pod),
        "preflight-count": str(max(1, needed.gpus_of_a_pod)),
        "preflight-image": _PREFLIGHT_IMAGE,
        "affinity": dump([near]) if near else "",
        "node-selection": ",".join(f"{key}={value}" for key, value in nodes.selector(platform).items()),
        "node-selector": dump([nodes.selector(platform)]),
    }


def _of_claims(claims: Sequence[str]) -> dict[str, str]:
    """Volumes of the claims with artifacts, and two ways to mount them: whole, or their artifacts to read."""
    volumes = [{"name": f"claim-{n}", "persistentVolumeClaim": {"claimName": c}} for n, c in enumerate(claims)]
    whole = [{"name": f"claim-{n}", "mountPath": f"/claims/{c}"} for n, c in enumerate(claims)]
    read = [
        {"name": f"claim-{n}", "mountPath": f"/artifacts/{c}", "subPath": "shared-artifacts", "readOnly": True}
        for n, c in enumerate(claims)
    ]
    return {
        name: dump([made]) if claims else ""
        for name, made in (("claims-volumes", volumes), ("claims-mounts", whole), ("artifacts-mounts", read))
    }


def _of_publishing(platform: Platform) -> dict[str, str]:
    scheme, _, address = platform.publish.partition("://")
    lines = ""
    if scheme == "s3":
        lines = _fragment("s3-credentials.yaml")
        if platform.s3_endpoint:
            lines = dump([[{"name": "AWS_ENDPOINT_URL", "value": platform.s3_endpoint}]]) + lines
    return {
        "destination": platform.publish,
        "publish-image": _PUBLISHERS.get(scheme, ""),
        "publish-program": f"publish-{scheme}",
        "publish-address": platform.publish if scheme == "s3" else address,
        "publish-environment": lines,
    }


def _of_scripts(platform: Platform, needed: Needs, bundles: Sequence[str]) -> dict[str, str]:
    own = own_secrets(platform, needed)
    secrets: Mapping[str, Sequence[str]] = {**needed.secrets, **own}
    looked_for = 'kubectl get secret {0} -n "$namespace" > /dev/null 2>&1 || missing="$missing {0}"'
    claim = 'check "claim {0}" kubectl get persistentvolumeclaim {0} -n "$namespace"'
    bundle = (
        'say "Bundle {0}"\n'
        'run kubectl apply --server-side -n "$namespace" -k "$here/../{0}" || fail "{0} is not applied whole: $again"'
    )
    return {
        "pipelines": settings.PIPELINES,
        "triggers": settings.TRIGGERS,
        "operator-crds": " ".join(_crds(platform, needed)),
        "coschedule-check": _fragment("coschedule.sh") if platform.shared else "",
        "secret-checks": "\n".join(looked_for.format(name) for name in sorted(secrets)),
        "secret-calls": "\n".join(f"make {name} {' '.join(map(word, keys))}" for name, keys in secrets.items()),
        "verify-checks": "\n".join(claim.format(name) for name in sorted({*needed.claims, nodes.CACHE})),
        "bundles": "\n".join(bundle.format(place) for place in bundles),
    }


def _crds(platform: Platform, needed: Needs) -> list[str]:
    """The kinds of operators that are written, by the names of their CRDs."""
    found = []
    if platform.monitoring:
        found += [f"{kind}.monitoring.coreos.com" for kind in ("servicemonitors", "podmonitors", "prometheusrules")]
    if platform.secret_store and needed.secrets:
        found.append("externalsecrets.external-secrets.io")
    return found
