"""What a container may do beyond others: docker's options as a security context."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gha2tekton.plan.model import ContainerPlan, PlannedStep
from gha2tekton.record import replace
from gha2tekton.rules.model import Runner
from gha2tekton.shell.docker import DockerCall, of_amd
from gha2tekton.tekton.model import Manifest

OPTIONS: Mapping[str, tuple[str, object]] = {
    "seccomp=unconfined": ("seccompProfile", {"type": "Unconfined"}),
    "apparmor=unconfined": ("appArmorProfile", {"type": "Unconfined"}),
    "no-new-privileges": ("allowPrivilegeEscalation", False),
    "no-new-privileges=true": ("allowPrivilegeEscalation", False),
}
"""What ``--security-opt`` says in a container's security context."""
DIFFERS: Mapping[str, str] = {
    name: reason
    for names, reason in (
        ("memory memory-reservation memory-swap cpus cpuset-cpus pids-limit", "its limits are the cluster's"),
        ("read-only tmpfs", "its file system is as large and open as its image's"),
        ("pid uts userns group-add", "it has processes, names and groups of its own"),
        ("dns dns-search dns-option", "names are looked up as the cluster does"),
    )
    for name in names.split()
}  # fmt: skip
"""Options by their names that docker obeys and a Pod does not, with what it does."""
ULIMIT = "the node's container runtime sets limits of processes and memory locks"
AMD = "amd.com/gpu"
"""What AMD's device plugin calls its GPUs."""
_CANNOT = ("device", "device-cgroup-rule", "volumes-from", "sysctl", "ip", "mac-address")


def privileges(
    privileged: bool, add: Iterable[str], drop: Iterable[str], options: Iterable[str]
) -> tuple[Manifest, list[str]]:
    """A security context, and the options that it has no word for."""
    out: Manifest = {"privileged": True} if privileged else {}
    for kind, names in (("add", add), ("drop", drop)):
        if held := [name.upper().removeprefix("CAP_") for name in names]:
            out["capabilities"] = {**dict(out.get("capabilities") or {}), kind: held}
    left: list[str] = []
    for option in (one.replace(":", "=") for one in options):
        if option in OPTIONS:
            key, value = OPTIONS[option]
            out[key] = value
        elif option not in ("label=disable", "seccomp=builtin"):
            left.append(option)
    return out, left


def of_call(call: DockerCall) -> tuple[Manifest, str, str]:
    """The security context of docker run, what is different for it, and why it cannot be carried."""
    words = {name: [value or "" for value in call.all(f"--{name}")] for name in ("cap-add", "cap-drop", "security-opt")}
    made, left = privileges(
        call.option("--privileged") == "true", words["cap-add"], words["cap-drop"], words["security-opt"]
    )
    wrong = [f"--security-opt {option}" for option in left]
    amd = of_amd(value or "" for value in call.all("--device"))
    for name in _CANNOT:
        # The GPU's devices come with the GPU.
        wrong += [f"--{name} {value}" for value in call.all(f"--{name}") if not of_gpu(value or "", amd)]
    notes = {reason for name, reason in DIFFERS.items() if call.given(f"--{name}")}
    return made, "; ".join(sorted(notes)), f"a sidecar has no {', '.join(wrong)}" if wrong else ""


def run_as(user: str) -> dict[str, int]:
    """A user by number, as a Pod names one: ``1000``, ``1000:100``; root is 0."""
    numbers = user.replace("root", "0").split(":")
    return dict(zip(("runAsUser", "runAsGroup"), map(int, numbers), strict=False)) if user else {}


def of_gpu(device: str, amd: bool) -> bool:
    """Whether a device comes with the GPU that a container asks for; ``amd`` tells that it is one of AMD's."""
    return device.startswith(("/dev/nvidia", "nvidia.com/gpu", *(("/dev/kfd", "/dev/dri") if amd else ())))


def by_maker(
    runner: Runner, steps: Iterable[PlannedStep], containers: Iterable[ContainerPlan], own: DockerCall
) -> tuple[Runner, str]:
    """The machine, and the resource of its accelerators where they are none of NVIDIA's GPUs.

    Its label says so, or that containers are given AMD's devices; ``own`` tells of the job's own container.
    """
    named = [name for name, count in runner.limits.items() if "/" in name and count.isdigit()]
    if len(named) == 1:
        others = {name: count for name, count in runner.limits.items() if name not in named}
        return replace(runner, gpu=int(runner.limits[named[0]]), limits=others), named[0]
    calls = [seen.docker for step in steps for part in step.walk() for seen in part.commands if seen.docker]
    devices = [value or "" for call in (*calls, own) for value in call.all("--device")]
    devices += [device for one in containers if one.service is not None for device in one.service.devices]
    return runner, AMD if of_amd(devices) else ""


_DEVICES = {"/dev/kfd": ("amd.com/",), "/dev/dri": ("amd.com/", "gpu.intel.com/"), "/dev/accel": ("habana.ai/",)}


def brought_by(device: str, resources: Iterable[str]) -> str:
    """Of the accelerators that a Pod asks for, the one whose plugin brings a device; empty if none does."""
    place = "/".join(device.partition(":")[0].split("/")[:3])
    return next((one for one in resources if one.startswith(_DEVICES.get(place, ("none",)))), "")
