"""Who may do what: ServiceAccounts of the listener, of runs and of schedules, and their rights.

https://tekton.dev/docs/triggers/eventlisteners/#specifying-the-kubernetes-service-account
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gha2tekton.tekton.model import Manifest, compact
from gha2tekton.tekton.names import label

RBAC_API = "rbac.authorization.k8s.io/v1"


def service_account(
    name: str,
    labels: Mapping[str, str],
    token: bool = True,
    pull_secrets: Sequence[str] = (),
    git_secret: str = "",
) -> Manifest:
    """An account; without ``token`` its Pods get no key to the cluster.

    ``pull_secrets`` are for its images, and with ``git_secret`` its Pods clone: Tekton hands it to git.
    https://tekton.dev/docs/pipelines/auth/
    """
    out: Manifest = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": _metadata(name, labels)}
    out |= {"imagePullSecrets": [{"name": secret} for secret in pull_secrets]} if pull_secrets else {}
    out |= {"secrets": [{"name": git_secret}]} if git_secret else {}
    return out if token else out | {"automountServiceAccountToken": False}


def listener_access(account: str, namespace: str, repository: str, labels: Mapping[str, str]) -> tuple[Manifest, ...]:
    """What an EventListener needs: Tekton's two roles, one in its namespace and one in the cluster.

    The cluster-wide name carries namespace and repository, so that two bundles never own one object.
    """
    cluster = label(f"{namespace}-{repository}-eventlistener")
    return (
        service_account(account, labels),
        _binding(
            "RoleBinding", account, "ClusterRole", "tekton-triggers-eventlistener-roles", account, namespace, labels
        ),
        _binding(
            "ClusterRoleBinding",
            cluster,
            "ClusterRole",
            "tekton-triggers-eventlistener-clusterroles",
            account,
            namespace,
            labels,
        ),
    )


def scheduler_access(account: str, namespace: str, labels: Mapping[str, str]) -> tuple[Manifest, ...]:
    """What a schedule needs: to create PipelineRuns, and nothing else."""
    rule = {"apiGroups": ["tekton.dev"], "resources": ["pipelineruns"], "verbs": ["create"]}
    role: Manifest = {"apiVersion": RBAC_API, "kind": "Role", "metadata": _metadata(account, labels), "rules": [rule]}
    return (
        service_account(account, labels),
        role,
        _binding("RoleBinding", account, "Role", account, account, namespace, labels),
    )


def concurrency_access(account: str, namespace: str, labels: Mapping[str, str]) -> tuple[Manifest, ...]:
    """What a concurrency group needs: to see, mark and cancel the runs of the namespace, and the jobs of a run."""
    resources = ["pipelineruns", "taskruns"]
    rule = {"apiGroups": ["tekton.dev"], "resources": resources, "verbs": ["get", "list", "patch"]}
    role: Manifest = {"apiVersion": RBAC_API, "kind": "Role", "metadata": _metadata(account, labels), "rules": [rule]}
    return (
        service_account(account, labels),
        role,
        _binding("RoleBinding", account, "Role", account, account, namespace, labels),
    )


def forks_access(account: str, namespace: str, forks: str, labels: Mapping[str, str]) -> tuple[Manifest, ...]:
    """Lets the listener create runs in the namespace that holds no Secrets."""
    rule = {"apiGroups": ["tekton.dev"], "resources": ["pipelineruns"], "verbs": ["create"]}
    metadata = _metadata(f"{account}-forks", labels) | {"namespace": forks}
    binding = _binding("RoleBinding", f"{account}-forks", "Role", f"{account}-forks", account, namespace, labels)
    return (
        {"apiVersion": RBAC_API, "kind": "Role", "metadata": metadata, "rules": [rule]},
        binding | {"metadata": metadata},
    )


def _binding(
    kind: str, name: str, role_kind: str, role: str, account: str, namespace: str, labels: Mapping[str, str]
) -> Manifest:
    return {
        "apiVersion": RBAC_API,
        "kind": kind,
        "metadata": _metadata(name, labels),
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": role_kind, "name": role},
        "subjects": [{"kind": "ServiceAccount", "name": account, "namespace": namespace}],
    }


def _metadata(name: str, labels: Mapping[str, str]) -> Manifest:
    return compact(name=name, labels=dict(labels))
