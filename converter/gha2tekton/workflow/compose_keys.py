"""Single keys of a service of a compose file.

https://github.com/compose-spec/compose-spec/blob/main/05-services.md
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Mapping
from typing import Any

from gha2tekton.record import Record
from gha2tekton.shell.docker import of_amd


class Health(Record, frozen=True):
    """A command that tells whether a service is well; times in seconds."""

    command: tuple[str, ...]
    interval: int = 30
    timeout: int = 30
    retries: int = 3
    start_period: int = 0


SHARED = "/dev/shm"


def size_of_tmpfs(text: str) -> str:
    """How large a tmpfs in the place of the shared memory is: "host" where it has no limit, "" in any other place."""
    place, _, options = text.partition(":")
    if place.rstrip("/") != SHARED:
        return ""
    return next((one.partition("=")[2] for one in options.split(",") if one.startswith("size=")), "") or "host"


def shared_memory_of(body: Mapping[str, Any], text: Callable[[Any], str]) -> str:
    """How large a service's /dev/shm is: "host" as the machine's, "" as docker has it by itself."""
    pairs = [volume_of(item, text) for item in body.get("volumes") or ()]
    if text(body.get("ipc")) == "host" or (SHARED, SHARED) in pairs:
        return "host"
    given = body.get("tmpfs") or ()
    sizes = (size_of_tmpfs(text(one)) for one in (given if isinstance(given, (list, tuple)) else [given]))
    return text(body.get("shm_size")) or next(filter(None, sizes), "")


def hosts_of(body: Mapping[str, Any], text: Callable[[Any], str]) -> tuple[tuple[str, ...], list[str]]:
    """The names that lead to the service or to its machine, and those of other machines."""
    networks = body.get("networks")
    parts = networks.values() if isinstance(networks, dict) else ()
    names = [text(one) for part in parts if isinstance(part, dict) for one in part.get("aliases") or ()]
    names += [text(one).partition(":")[2] for one in body.get("links") or () if ":" in str(one)]
    names += [text(body["hostname"])] if body.get("hostname") else []
    extra = body.get("extra_hosts") or {}
    lines = (
        [f"{one}={two}" if two is not None else str(one) for one, two in extra.items()]
        if isinstance(extra, dict)
        else extra
    )
    pairs = (re.match("([^:=]*)[:=]?(.*)", str(one), re.DOTALL) for one in lines)
    elsewhere: list[str] = []
    for host, place in ((text(pair[1]), text(pair[2])) for pair in pairs if pair is not None):
        if place in ("host-gateway", "127.0.0.1"):
            names.append(host)
        else:
            elsewhere.append(f"extra_hosts of {host}")
    return tuple(dict.fromkeys(names)), elsewhere


def env_file_of(item: Any, text: Any) -> str:
    """A file of variables; a question mark is behind one that need not be there."""
    if not isinstance(item, dict):
        return str(text(item))
    return f"{text(item.get('path'))}{'' if item.get('required', True) else '?'}"


def target_of(item: Any) -> str:
    """Where a mount is in the container."""
    if isinstance(item, dict):
        return str(item.get("target"))
    return volume_of(item, str)[1] if volume_of(item, str) else ""  # type: ignore[index]  # it was looked at


def scalar(value: Any) -> str:
    """A value of YAML as text."""
    if value is None:
        return ""
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def volume_of(item: Any, text: Any) -> tuple[str, str] | None:
    """Source and target of a mount; no source for a volume without a name."""
    if isinstance(item, dict):
        return (text(item.get("source")), text(item.get("target"))) if item.get("target") else None
    source, _, rest = text(item).partition(":")
    return (source, re.sub(r":[a-zA-Z,]+$", "", rest)) if rest else ("", source)


def port_of(item: Any) -> Any:
    """A published port in the short form."""
    if not isinstance(item, dict):
        return item
    return f"{item['published']}:{item.get('target')}" if item.get("published") else item.get("target")


_IDLE = frozenset({"context", "dockerfile", "target", "args", "cache_from", "cache_to", "no_cache", "pull", "tags"})


def build_of(value: Any, text: Callable[[Any], str]) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """What a service is built of, the options of docker build for it, and the keys that these do not say."""
    if not isinstance(value, dict):
        return text(value), (), ()
    context = text(value.get("context", "."))
    options: list[str] = []
    if file := text(value.get("dockerfile")):
        options += ["--file", posixpath.join(context, file)]
    if target := text(value.get("target")):
        options += ["--target", target]
    args = value.get("args") or {}
    left = [key for key in value if key not in _IDLE and not str(key).startswith("x-")]
    pairs = args.items() if isinstance(args, dict) else (str(item).partition("=")[::2] for item in args)
    for name, given in pairs:
        if given is None or given == "":
            left.append(f"args.{name}")
        else:
            options += ["--build-arg", f"{name}={text(given)}"]
    return context, tuple(options), tuple(left)


def depends_of(value: Any) -> tuple[tuple[str, str], ...]:
    """What a service waits for, with the condition."""
    if isinstance(value, dict):
        return tuple(
            (name, str((how or {}).get("condition", "service_started")) if isinstance(how, dict) else "service_started")
            for name, how in value.items()
        )
    return tuple((str(name), "service_started") for name in value or ())


def visible_devices(value: str) -> int | str | None:
    """The GPUs that NVIDIA_VISIBLE_DEVICES speaks of: a count, "all" or None."""
    if value in ("", "void", "none"):
        return None
    return "all" if value == "all" else len([name for name in value.split(",") if name])


def gpus_of(body: Mapping[str, Any], environment: Mapping[str, str], text: Any) -> int | str | None:
    """The GPUs that a service asks for: a count, "all" or None."""
    reserved = ((body.get("deploy") or {}).get("resources") or {}).get("reservations") or {}
    given = body.get("gpus")
    for device in (*(reserved.get("devices") or ()), *(given if isinstance(given, list) else ())):
        if not isinstance(device, dict):
            continue
        if "gpu" in (device.get("capabilities") or []) or device.get("driver") == "nvidia" or given:
            if ids := device.get("device_ids"):
                return len(ids)
            count = text(device.get("count", "all"))
            return int(count) if count.isdigit() else "all"
    if given is not None:
        return int(text(given)) if text(given).isdigit() else "all"
    if body.get("runtime") == "nvidia" or "NVIDIA_VISIBLE_DEVICES" in environment:
        return visible_devices(environment.get("NVIDIA_VISIBLE_DEVICES", "all"))
    devices = [text(item) for item in body.get("devices") or ()]
    cards = {device.partition(":")[0] for device in devices if device.startswith("/dev/dri/render")}
    return (len(cards) or "all") if of_amd(devices) else None


def health_of(value: Any, text: Any) -> Health | None:
    """What tells whether a service is well."""
    if not isinstance(value, dict) or value.get("disable"):
        return None
    test = value.get("test")
    if isinstance(test, str):
        command: tuple[str, ...] = ("sh", "-c", text(test))
    elif not isinstance(test, list) or len(test) < 2 or test[0] == "NONE":
        return None
    else:
        rest = tuple(text(item) for item in test[1:])
        command = ("sh", "-c", *rest) if test[0] == "CMD-SHELL" else rest
    given = {
        name: seconds(text(value[key]))
        for key, name in (("interval", "interval"), ("timeout", "timeout"), ("start_period", "start_period"))
        if value.get(key)
    }
    retries = text(value.get("retries"))
    return Health(command, retries=int(retries) if retries.isdigit() else 3, **given)


def seconds(text: str) -> int:
    """A duration such as 1m30s, rounded, at least one second."""
    units = {"ms": 0.001, "us": 0.000001, "s": 1, "m": 60, "h": 3600, "": 1}
    parts = re.findall(r"(\d+(?:\.\d*)?|\.\d+)(ms|us|s|m|h|)", text)
    return max(1, round(sum(float(number) * units[unit] for number, unit in parts)))
