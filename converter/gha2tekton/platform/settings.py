"""What a user may choose of the platform, checked before it becomes part of a manifest or script."""

from __future__ import annotations

import re
from typing import Literal

from gha2tekton.platform.needs import Needs, quantity
from gha2tekton.record import Record
from gha2tekton.source import Refused

PIPELINES, TRIGGERS = "v1.15.0", "v0.37.0"
"""The versions of Tekton that the scripts name where none is installed."""

_NAME = r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?"
_QUANTITY = r"[1-9]\d*([KMGT]i)?"
_SHAPES = {
    "namespace": _NAME,
    "storage_class": rf"({_NAME}(\.{_NAME})*)?",
    "provisioner": rf"({_NAME}([./]{_NAME})*)?",
    "gpu_resource": rf"{_NAME}(\.{_NAME})*/[a-z0-9A-Z._-]+",
    "gpu_label": r"(([a-z0-9A-Z.-]+/)?[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?=[A-Za-z0-9._-]*)?",
    "publish": r"((s3|oci)://[A-Za-z0-9][A-Za-z0-9:._/-]*[A-Za-z0-9])?",
    "s3_endpoint": r"(https?://[A-Za-z0-9][A-Za-z0-9:._/-]*)?",
    "gpu_product": r"([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?",
    "gpu_driver": r"(\d+(\.\d+)*)?",
    "cache_path": r"(/[A-Za-z0-9._/-]*[A-Za-z0-9._-])?",
    "monitoring_label": r"(([a-z0-9A-Z.-]+/)?[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?=[A-Za-z0-9._-]*)?",
    "cache_size": _QUANTITY,
    "quota_memory": rf"({_QUANTITY})?",
    "host": rf"({_NAME}(\.{_NAME})+)?",
    "ingress_class": rf"({_NAME})?",
    "ingress_namespace": _NAME,
    "monitoring_namespace": _NAME,
    "operators": r"[A-Za-z0-9:@._/-]*",
    "viewers": r"[A-Za-z0-9:@._/-]*",
    "secret_store": rf"({_NAME})?",
}


_WANTED = {
    "publish": "s3://bucket/prefix or oci://registry/repository",
    "s3_endpoint": "an http or https address",
    "gpu_label": "KEY=VALUE",
    "monitoring_label": "KEY=VALUE",
    "gpu_driver": "a version such as 570 or 570.124",
    "cache_path": "an absolute path",
}


class PlatformError(Refused):
    """An option that cannot be part of a manifest."""


class Platform(Record, frozen=True):
    """The options of ``gha2tekton platform``; 0 and "" leave a number to what the workflows need."""

    namespace: str = "gpu-ci"
    storage_class: str = ""
    provisioner: str = ""
    shared: bool = False
    """Claims that several nodes may mount at once."""
    cache_size: str = "200Gi"
    cache_path: str = ""
    """Where the containers with a GPU find the cache; without one no run mounts it."""
    gpu_resource: str = "nvidia.com/gpu"
    gpu_product: str = ""
    gpu_label: str = ""
    """KEY=VALUE of nodes with GPUs in place of the GPU operator's own label."""
    gpu_memory: int = 0
    """MiB that a GPU must have."""
    gpu_driver: str = ""
    """The oldest driver that will do."""
    quota_gpus: int = 0
    quota_memory: str = ""
    runs_at_once: int = 2
    keep_days: int = 30
    keep_runs: int = 20
    keep_work_days: int = 3
    monitoring: bool = True
    monitoring_label: str = ""
    """KEY=VALUE by which Prometheus finds its monitors and rules."""
    results: bool = False
    """Show artifacts even where a claim is mounted on one node at a time."""
    host: str = ""
    """The name under which results are shown; without one there is no Ingress."""
    ingress_class: str = ""
    ingress_namespace: str = "ingress-nginx"
    monitoring_namespace: str = "monitoring"
    operators: str = ""
    viewers: str = ""
    secret_store: str = ""
    """A ClusterSecretStore of External Secrets; without one Secrets are made by a script."""
    block_metadata: bool = False
    """Runs may not ask the cloud for the credentials of their node."""
    pod_security: Literal["", "privileged", "baseline"] = ""
    publish: str = ""
    """Where artifacts are sent: s3://bucket/prefix or oci://registry/repository."""
    s3_endpoint: str = ""
    storage_parameters: tuple[str, ...] = ()
    """KEY=VALUE of the class that is made; they win over those that are known for its driver."""

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            shape = _SHAPES.get(name)
            value = getattr(self, name)
            if shape is not None and re.fullmatch(shape, value) is None:
                option = "--" + name.replace("_", "-")
                wanted = _WANTED.get(name, f"a {name.replace('_', ' ')} that Kubernetes takes")
                raise PlatformError(f"{option}: {value!r} is not {wanted}")
        if self.provisioner and not self.storage_class:
            raise PlatformError("--provisioner needs --storage-class: the name of the class that is made")
        if self.shared and self.provisioner in _PARAMETERS and self.provisioner not in _SHARED:
            raise PlatformError(f"--shared: volumes of {self.provisioner} are mounted on one node at a time")
        if self.gpu_memory and "/mig-" in self.gpu_resource:
            raise PlatformError(f"--gpu-memory: {self.gpu_resource} names the memory of its slice already")
        for pair in self.storage_parameters:
            if re.fullmatch(r"[A-Za-z0-9._/-]+=[^\x00-\x1f]+", pair) is None:
                raise PlatformError(f"--storage-parameter: {pair!r} is not KEY=VALUE")
            if not self.provisioner:
                raise PlatformError("--storage-parameter needs --provisioner: there is no class to put it into")


_PARAMETERS = {
    "ebs.csi.aws.com": {"type": "gp3", "iops": "6000", "throughput": "500", "encrypted": "true"},
    "pd.csi.storage.gke.io": {"type": "pd-ssd"},
    "disk.csi.azure.com": {"skuName": "Premium_LRS"},
    "efs.csi.aws.com": {"provisioningMode": "efs-ap", "directoryPerms": "770"},
    "filestore.csi.storage.gke.io": {"tier": "standard"},
    "file.csi.azure.com": {"skuName": "Premium_LRS"},
    "nfs.csi.k8s.io": {},
}
"""What a class of each driver says, where its owner says nothing."""
_SHARED = {"efs.csi.aws.com", "filestore.csi.storage.gke.io", "file.csi.azure.com", "nfs.csi.k8s.io"}
"""Those whose volumes several nodes may mount."""
_DEMANDED = {"efs.csi.aws.com": ("fileSystemId",), "nfs.csi.k8s.io": ("server", "share")}


def parameters(platform: Platform) -> dict[str, str]:
    """Those of the StorageClass that is made; PlatformError when its driver cannot do without one that is not given."""
    given = {**_PARAMETERS.get(platform.provisioner, {}), **dict(p.split("=", 1) for p in platform.storage_parameters)}
    for name in _DEMANDED.get(platform.provisioner, ()):
        if name not in given:
            raise PlatformError(f"--provisioner {platform.provisioner} needs --storage-parameter {name}=…")
    return given


def pod_security(platform: Platform, needed: Needs) -> str:
    """The strictest profile that the runs pass; PlatformError when a stricter one is asked for."""
    if platform.pod_security == "baseline" and needed.privileged:
        raise PlatformError(f"--pod-security baseline: Kubernetes would refuse the {needed.privileged[0]}")
    return platform.pod_security or ("privileged" if needed.privileged else "baseline")


def resource(platform: Platform, needed: Needs) -> str:
    """The GPU resource; PlatformError where the workflows ask for another of its vendor."""
    for other in needed.others:
        raise PlatformError(
            f"--gpu-resource {platform.gpu_resource}: the bundles ask for {other}; convert again with --gpu-resource, "
            "or name theirs here: a run never holds slices and whole GPUs"
        )
    return platform.gpu_resource


def shows_results(platform: Platform, needed: Needs) -> bool:
    """Whether a server holds the artifacts' claims: one that a single node mounts would keep runs from other nodes."""
    on_any_node = platform.shared or set(needed.artifacts) <= set(needed.shared)
    return bool(needed.artifacts) and (on_any_node or platform.results or bool(platform.host))


def gpus(platform: Platform, needed: Needs) -> int:
    """How many GPUs the quota grants; PlatformError where a Pod of the workflows would never start under it."""
    if 0 < platform.quota_gpus < needed.gpus_of_a_pod:
        raise PlatformError(f"--quota-gpus {platform.quota_gpus}: one Pod asks for {needed.gpus_of_a_pod}")
    return platform.quota_gpus or max(1, needed.gpus) * platform.runs_at_once


def memory(platform: Platform, needed: Needs) -> str:
    """How much memory the quota grants: what Tasks are limited to, and as much again for those that say nothing."""
    if platform.quota_memory and quantity(platform.quota_memory) < needed.memory_of_a_pod:
        asked = f"{needed.memory_of_a_pod // 2**30}Gi"
        raise PlatformError(f"--quota-memory {platform.quota_memory}: one Pod asks for {asked}")
    gibibytes = -(-needed.memory // 2**30)
    return platform.quota_memory or f"{max(16, 2 * gibibytes) * platform.runs_at_once}Gi"
