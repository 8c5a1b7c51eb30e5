"""The profiles by which a namespace refuses Pods. https://kubernetes.io/docs/concepts/security/pod-security-standards/"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

_CAPABILITIES = frozenset(
    "AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID "
    "SYS_CHROOT".split()
)
"""Those that the baseline profile lets containers add."""
_SYSCTLS = frozenset(
    "kernel.shm_rmid_forced net.ipv4.ip_local_port_range net.ipv4.ip_unprivileged_port_start net.ipv4.tcp_syncookies "
    "net.ipv4.ping_group_range net.ipv4.ip_local_reserved_ports".split()
)
"""Those that it lets Pods set in every version of Kubernetes that Tekton runs on."""
_SELINUX = frozenset(("", "container_t", "container_init_t", "container_kvm_t"))
PRIVILEGED = "kubectl label namespace {} --overwrite pod-security.kubernetes.io/enforce=privileged"
"""The command that lets a namespace have any Pod."""


def above_baseline(security: Mapping[str, Any]) -> Iterator[str]:
    """What of a container's or a Pod's security context the baseline profile refuses, in docker's words."""
    if security.get("privileged"):
        yield "--privileged"
    added = (security.get("capabilities") or {}).get("add") or ()
    yield from (f"--cap-add {name}" for name in added if name not in _CAPABILITIES)
    for key, word in (("seccompProfile", "seccomp"), ("appArmorProfile", "apparmor")):
        if (security.get(key) or {}).get("type") == "Unconfined":
            yield f"--security-opt {word}=unconfined"
    if security.get("procMount", "Default") != "Default":
        yield "--security-opt systempaths=unconfined"
    label = security.get("seLinuxOptions") or {}
    if label.get("type", "") not in _SELINUX or label.get("user") or label.get("role"):
        yield "--security-opt label"
    for one in security.get("sysctls") or ():
        if one["name"] not in _SYSCTLS:
            yield f"--sysctl {one['name']}"


def refused(pod: Mapping[str, Any], containers: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """What the baseline profile refuses in a Pod: of its own fields, or a podTemplate's, and of its containers."""
    for key, word in (("hostNetwork", "--network host"), ("hostPID", "--pid host"), ("hostIPC", "--ipc host")):
        if pod.get(key):
            yield word
    if any("hostPath" in volume for volume in pod.get("volumes") or ()):
        yield "hostPath"
    yield from above_baseline(pod.get("securityContext") or {})
    for container in containers:
        yield from above_baseline(container.get("securityContext") or {})
        if any(port.get("hostPort") for port in container.get("ports") or ()):
            yield "hostPort"
