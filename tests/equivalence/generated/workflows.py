"""The parts of a generated repository, and their text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.equivalence.generated.expressions import Template, bare, template_text

Texts = dict[str, Template]


@dataclass
class Step:
    """A script that writes a line to log.txt, outputs and variables, and may fail; or a call of an action."""

    id: str
    line: Template = ()
    condition: Any = None
    form: str = "{}"
    """How the condition is written."""
    env: Texts = field(default_factory=dict)
    outputs: Texts = field(default_factory=dict)
    exports: Texts = field(default_factory=dict)
    fails: Any = None
    """The step ends with 1 where this is true."""
    pipe: bool = False
    """Its last command is ``false | true``, of which pipefail alone makes a failure."""
    program: str = ""
    forgiven: Any = None
    shell: str = ""
    uses: str = ""
    inputs: Texts = field(default_factory=dict)

    def written(self) -> dict[str, Any]:
        out: dict[str, Any] = {"id": self.id}
        out |= {"uses": self.uses} if self.uses else {}
        out |= _condition(self.condition, self.form)
        out |= {"env": _texts(self.env)} if self.env else {}
        out |= {"continue-on-error": _boolean(self.forgiven)} if self.forgiven is not None else {}
        if self.uses:
            return out | ({"with": _texts(self.inputs)} if self.inputs else {})
        return out | ({"shell": self.shell} if self.shell else {}) | {"run": "\n".join(self.script()) or "true"}

    def script(self) -> list[str]:
        lines = [f'echo "{template_text(self.line)}" >> log.txt'] if self.line else []
        for file, texts in (("GITHUB_OUTPUT", self.outputs), ("GITHUB_ENV", self.exports)):
            for name, value in texts.items():
                text = template_text(value)
                lines += [f"cat >> \"${file}\" <<'EOF'", f"{name}<<END", text, "END", "EOF"]
        lines += ["false | true"] if self.pipe else []
        lines += [self.program] if self.program else []
        if self.fails is not None:
            lines.append(f'if [ "${{{{ {bare(self.fails)} }}}}" = true ]; then exit 1; fi')
        return lines


@dataclass
class Action:
    """A composite action."""

    name: str
    inputs: dict[str, str] = field(default_factory=dict)
    outputs: Texts = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)

    def written(self) -> dict[str, Any]:
        out: dict[str, Any] = {"name": self.name, "description": "-"}
        out |= {"inputs": {name: {"default": default} for name, default in self.inputs.items()}} if self.inputs else {}
        out |= _values(self.outputs)
        steps = [step.written() | {"shell": step.shell or "bash"} for step in self.steps]
        return out | {"runs": {"using": "composite", "steps": steps}}


@dataclass
class Job:
    """A job with steps, or a call."""

    id: str
    needs: list[str] = field(default_factory=list)
    condition: Any = None
    form: str = "{}"
    env: Texts = field(default_factory=dict)
    outputs: Texts = field(default_factory=dict)
    forgiven: Any = None
    vectors: dict[str, Any] = field(default_factory=dict)
    """A list each, or an expression that gives one."""
    include: list[dict[str, Any]] = field(default_factory=list)
    exclude: list[dict[str, Any]] = field(default_factory=list)
    matrix: Any = None
    """The whole matrix as one expression."""
    fail_fast: bool | None = None
    max_parallel: int | None = None
    shell: str = ""
    steps: list[Step] = field(default_factory=list)
    calls: str = ""
    inputs: dict[str, Any] = field(default_factory=dict)
    """A template each, or a value."""
    secrets: dict[str, str] | str = ""

    @property
    def dynamic(self) -> bool:
        """Whether the run works out its legs."""
        return self.matrix is not None or any(not isinstance(vector, list) for vector in self.vectors.values())

    def written(self) -> dict[str, Any]:
        out: dict[str, Any] = {"needs": list(self.needs)} if self.needs else {}
        out |= _condition(self.condition, self.form)
        out |= {"strategy": self.strategy()} if self.vectors or self.include or self.dynamic else {}
        if self.calls:
            out["uses"] = f"./.github/workflows/{self.calls}"
            given = {k: template_text(v) if isinstance(v, tuple) else v for k, v in self.inputs.items()}
            out |= {"with": given} if given else {}
            passed = self.secrets
            if isinstance(passed, dict):
                passed = {name: f"${{{{ secrets.{of} }}}}" for name, of in passed.items()}  # type: ignore[assignment]
            return out | ({"secrets": passed} if passed else {})
        out["runs-on"] = "ubuntu-latest"
        out |= {"continue-on-error": _boolean(self.forgiven)} if self.forgiven is not None else {}
        out |= {"env": _texts(self.env)} if self.env else {}
        out |= {"defaults": {"run": {"shell": self.shell}}} if self.shell else {}
        out |= {"outputs": _texts(self.outputs)} if self.outputs else {}
        return out | {"steps": [step.written() for step in self.steps]}

    def strategy(self) -> dict[str, Any]:
        matrix: Any = {k: list(v) if isinstance(v, list) else _boolean(v) for k, v in self.vectors.items()}
        for name, entries in (("include", self.include), ("exclude", self.exclude)):
            matrix |= {name: [dict(entry) for entry in entries]} if entries else {}
        out: dict[str, Any] = {"matrix": matrix if self.matrix is None else _boolean(self.matrix)}
        out |= {"fail-fast": self.fail_fast} if self.fail_fast is not None else {}
        return out | ({"max-parallel": self.max_parallel} if self.max_parallel else {})


@dataclass
class Input:
    type: str
    default: Any = None


@dataclass
class Workflow:
    name: str
    called: bool = False
    env: dict[str, str] = field(default_factory=dict)
    shell: str = ""
    inputs: dict[str, Input] = field(default_factory=dict)
    outputs: Texts = field(default_factory=dict)
    secrets: list[str] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)

    def job(self, id: str) -> Job:
        return next(job for job in self.jobs if job.id == id)

    def written(self) -> dict[str, Any]:
        on: dict[str, Any] = {}
        inputs = {name: {"type": one.type, "default": one.default} for name, one in self.inputs.items()}
        on |= {"inputs": {name: {k: v for k, v in one.items() if v is not None} for name, one in inputs.items()}}
        on |= _values(self.outputs)
        on |= {"secrets": {name: {"required": False} for name in self.secrets}}
        out: dict[str, Any] = {"name": self.name, "on": {"workflow_call": on} if self.called else "workflow_dispatch"}
        out |= {"env": dict(self.env)} if self.env else {}
        out |= {"defaults": {"run": {"shell": self.shell}}} if self.shell else {}
        return out | {"jobs": {job.id: job.written() for job in self.jobs}}


@dataclass
class Files:
    """What a repository holds: actions by their path, workflows by the name of their file; main.yml is run."""

    actions: dict[str, Action] = field(default_factory=dict)
    workflows: dict[str, Workflow] = field(default_factory=dict)

    def outputs_of(self, part: Job | Step) -> list[str]:
        if isinstance(part, Job) and part.calls:
            return list(self.workflows[part.calls].outputs)
        if isinstance(part, Step) and part.uses in self.actions:
            return list(self.actions[part.uses].outputs)
        return list(part.outputs)


def _condition(condition: Any, form: str) -> dict[str, str]:
    return {"if": form.replace("{}", bare(condition))} if condition is not None else {}


def _boolean(part: Any) -> Any:
    return part.value if hasattr(part, "value") else template_text((part,))


def _texts(texts: Texts) -> dict[str, str]:
    return {name: template_text(value) for name, value in texts.items()}


def _values(texts: Texts) -> dict[str, Any]:
    return {"outputs": {name: {"value": template_text(value)} for name, value in texts.items()}} if texts else {}
