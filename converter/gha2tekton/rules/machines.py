"""Runner labels to machines, tools to images: the two tables ``runners.yaml`` and ``images.yaml``."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from gha2tekton.expression import Template
from gha2tekton.record import replace
from gha2tekton.rules.load import RuleSet
from gha2tekton.rules.model import Image, ImageChoice, Runner
from gha2tekton.rules.tags import tag

BROUGHT = frozenset({"python", "node", "go", "java"})
"""What the runtime's ``install-tool`` brings."""
_LARGE = 10000
"""The size of an image, in megabytes, in whose place a line that installs something is welcome."""
_TAG = re.compile(r"[@:][^/]*\Z")
_DEFAULT = Runner("linux", note="no entry in runners.yaml matches: taken for a Linux machine without a GPU")


def runner(rules: RuleSet, labels: Sequence[str], group: str = "") -> Runner:
    """The machine that labels and group ask for: exact entries first, then patterns, then the default with a note."""
    wanted = [label.lower() for label in labels if label] + ([group.lower()] if group else [])
    return rules.once(f"runner {wanted}", lambda: _machine(rules, wanted))


def _machine(rules: RuleSet, wanted: Sequence[str]) -> Runner:
    machine = _decided(rules, wanted)
    alone = {label: _decided(rules, [label]) for label in wanted}
    unread = tuple(label for label in wanted if alone[label] == _DEFAULT)
    if len(unread) < len(wanted):
        machine = replace(machine, unread=unread)
    product = machine.product or next((one.product for one in alone.values() if one.product), "")
    if machine.gpu and product and not machine.node_selector:
        any_model = f"any model of GPU does: to ask for {product}, give the label a nodeSelector in runners.yaml"
        machine = replace(machine, product=product, note="; ".join(filter(None, (machine.note, any_model))))
    for entry in (entry for table in rules.table("runners") for entry in table.get("architectures") or ()):
        if not machine.arch and any(re.search(entry["match"], label) for label in wanted):
            selector = {**(entry.get("nodeSelector") or {}), **machine.node_selector}
            machine = replace(machine, arch=entry.get("arch", ""), node_selector=selector)
    return machine


def partly(rules: RuleSet, labels: Sequence[Template]) -> Runner | None:
    """The machine with GPUs that is meant by labels of which the run alone knows parts, such as its model."""
    shown = ["".join(part if isinstance(part, str) else "x1" for part in label) for label in labels]
    found = runner(rules, [text for text, label in zip(shown, labels, strict=True) if len(label) > 1])
    note = "what machine is only known at run time: taken for one with GPUs by the rest of the label"
    return replace(found, product="", note=note) if found.gpu else None


def _decided(rules: RuleSet, wanted: Sequence[str]) -> Runner:
    for table, exact in rules.once("runners", lambda: [(one, _exact(one)) for one in rules.table("runners")]):
        named = [exact[label] for label in wanted if label in exact]
        # "self-hosted" and "linux" say little; the label that says most decides.
        best = max(
            named,
            key=lambda entry: (entry.get("gpu", 0), "resource" in entry, entry.get("os", "unknown") != "unknown"),
            default=None,
        )
        if best is not None and (best.get("gpu") or best.get("final") or len(named) == len(wanted)):
            return _runner(best, wanted)
        for entry in table.get("patterns") or ():
            for label in wanted:
                match = re.search(entry["match"], label)
                if match:
                    return _runner(entry, wanted, match)
        if best is not None:
            return _runner(best, wanted)
    return _DEFAULT


def _exact(table: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {str(name).lower(): entry for name, entry in (table.get("labels") or {}).items()}


def _runner(entry: Mapping[str, Any], labels: Sequence[str], match: re.Match[str] | None = None) -> Runner:
    groups = match.groupdict() if match else {}
    gpu = int(groups.get("gpus") or entry.get("gpu", 0))
    limits = {str(name): str(value) for name, value in (entry.get("limits") or {}).items()}
    if resource := entry.get("resource"):
        limits, gpu = {**limits, str(resource): str(gpu)}, 0
    product = groups.get("product") or entry.get("product", "")
    selector = dict(entry.get("nodeSelector") or {})
    return Runner(
        os=entry.get("os", "linux"),
        gpu=gpu,
        product=product,
        arch=groups.get("arch") or entry.get("arch", ""),
        image=entry.get("image", ""),
        node_selector=selector,
        limits=limits,
        tolerations=tuple(dict(one) for one in entry.get("tolerations") or ()),
        note=entry.get("note", ""),
        hosted=bool(entry.get("hosted")) and "self-hosted" not in labels,
    )


def images(rules: RuleSet) -> tuple[Image, ...]:
    """Every image of the tables, smallest first."""
    return rules.once("images", lambda: tuple(sorted(_images(rules), key=lambda image: image.size)))


def _images(rules: RuleSet) -> list[Image]:
    return [
        Image(
            name=name,
            reference=entry["image"],
            holds=frozenset(entry.get("holds") or ()) | {entry.get("tool", "")} - {""},
            tool=entry.get("tool", ""),
            size=int(entry.get("size", 0)),
            user=str(entry.get("user", "")),
            home=entry.get("home", ""),
            entrypoint=entry.get("entrypoint", ""),
            command=entry.get("command", ""),
            version=str(entry.get("version", "")),
            numbers=int(entry.get("numbers", 0)),
            channels={str(name): str(text) for name, text in (entry.get("channels") or {}).items()},
            job=bool(entry.get("job", True)),
            paths=tuple(entry.get("paths") or ()),
            prepare=(entry["prepare"]["lacking"], entry["prepare"]["line"]) if "prepare" in entry else ("", ""),
        )
        for table in rules.table("images")
        for name, entry in (table.get("images") or {}).items()
    ]


def hosted(rules: RuleSet) -> frozenset[str]:
    """The programs that GitHub's own machines have."""
    return rules.once("hosted", lambda: next(one.holds for one in images(rules) if one.name == "runner"))


def named(rules: RuleSet, text: str) -> frozenset[str]:
    """The tools whose images have a directory that a text names."""
    places = rules.once("places", lambda: [(path, image.tool) for image in images(rules) for path in image.paths])
    return frozenset([tool for path, tool in places if path in text and _counted_on(path, text)])


def _counted_on(path: str, text: str) -> bool:
    """Whether a script that names a path takes it for granted; one that asks for it first does without."""
    return not re.search(rf"\s-[defrsx]\s+[\"']?{re.escape(path)}", text)


def choose(
    rules: RuleSet, tools: Collection[str], versions: Mapping[str, Template], lines: Collection[str] = ()
) -> ImageChoice:
    """The smallest image that holds all tools; of those that lack some, the one that lacks fewest.

    ``versions`` names tools whose version was asked for (setup-python): an image made for such a tool is preferred,
    or one to which others are brought; where what else is needed is in none of these, so are others, to which the
    tool's step brings it. ``lines`` are the tools that a line brings to any image.
    """
    needed = frozenset(tools) | frozenset(versions)
    brought_there = frozenset(lines) | (BROUGHT & frozenset(versions))

    def never(image: Image) -> int:
        return len(needed - image.holds - brought_there)

    usable = [image for image in images(rules) if image.job]
    fitting = any(image.tool in versions and not never(image) for image in usable)
    others = BROUGHT if not fitting and BROUGHT.issuperset(versions) else frozenset[str]()

    def rank(image: Image) -> tuple[int, int, bool, int, int, int]:
        lacking = len(needed - image.holds)
        wrong = 0 if not versions or image.tool in versions or image.prepare[1] or image.tool in others else 1
        # Without a word about versions the Python image is the plain choice; others come for their tools.
        odd = 0 if image.tool in needed or image.tool == "python" else 1
        return (wrong, never(image), image.size > _LARGE, lacking, odd, image.size)

    best = min(usable, key=rank)
    reference = with_version(best, versions.get(best.tool, ()) or (best.version,))
    return ImageChoice(reference, best.holds, tuple(sorted(needed - best.holds)), best)


def brought(rules: RuleSet, tools: Collection[str]) -> frozenset[str]:
    """The programs that are there in the end where these tools were asked for, whatever the image."""
    asked = BROUGHT & frozenset(tools)
    own = [image.holds - _plain(rules) for image in images(rules) if image.tool in asked]
    return asked.union(*own)


def _plain(rules: RuleSet) -> frozenset[str]:
    """The programs that images of several tools have."""

    def shared() -> frozenset[str]:
        times = Counter(name for image in images(rules) if image.tool in BROUGHT for name in image.holds)
        return frozenset(name for name, count in times.items() if count > 1)

    return rules.once("plain", shared)


def with_version(image: Image, version: Template) -> Template:
    """The reference of an image in the version that is asked for."""
    head, hole, tail = image.reference.partition("{version}")
    if not hole:
        return (image.reference,)
    wanted: Template = tuple(part.strip() if isinstance(part, str) else part for part in version) or ("",)
    if len(wanted) == 1 and isinstance(wanted[0], str):
        return (head + tag(image, wanted[0]) + tail,)
    return (head, *wanted, tail)


def facts(rules: RuleSet, reference: str) -> Image | None:
    """What we know of an image from its name, whatever its tag."""
    bare = _bare(reference)
    return next((image for image in images(rules) if _bare(image.reference.replace("{version}", "0")) == bare), None)


def _bare(reference: str) -> str:
    return _TAG.sub("", reference).removeprefix("docker.io/").removeprefix("library/")
