"""The profiles by which a namespace refuses Pods. https://kubernetes.io/docs/concepts/security/pod-security-standards/"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

_BASELINE = frozenset(
    "AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID "
    "SYS_CHROOT".split()
)
"""The capabilities that the baseline profile lets containers add."""
PRIVILEGED = "kubectl label namespace {} --overwrite pod-security.kubernetes.io/enforce=privileged"
"""The command that lets a namespace have any Pod."""


def above_baseline(security: Mapping[str, Any]) -> Iterator[str]:
    """What of a container's security context the baseline profile refuses, in docker's words."""
    if security.get("privileged"):
        yield "--privileged"
    added = (security.get("capabilities") or {}).get("add") or ()
    yield from (f"--cap-add {name}" for name in added if name not in _BASELINE)
    for key, word in (("seccompProfile", "seccomp"), ("appArmorProfile", "apparmor")):
        if (security.get(key) or {}).get("type") == "Unconfined":
            yield f"--security-opt {word}=unconfined"
