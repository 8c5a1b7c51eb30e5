"""Asks Tekton's own code what it thinks of manifests: admission, resolution, and what a webhook would create."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.conformance.toolchain import judges

SECRET = ("github-webhook-secret", "webhook-secret")
"""Name and key of the Secret that webhooks are signed with."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One object and why it is refused; an empty reason is admission."""

    file: str
    object: str
    reason: str = ""

    def __str__(self) -> str:
        return f"{self.object} ({self.file}): {self.reason or 'admitted'}"


def refusals(verdicts: list[Verdict]) -> list[str]:
    """What was refused, in lines for a failing test."""
    return [str(v) for v in verdicts if v.reason]


def admit(*paths: Path, oldest: bool = False) -> list[Verdict]:
    """Admission of every `tekton.dev` object under the paths; other groups are passed over.

    Strict decoding, defaults, validation with the default feature flags, and the CRD's schema.
    """
    return _verdicts("tekton-validate", *map(str, paths), oldest=oldest)


def resolve(*paths: Path) -> list[Verdict]:
    """What the controller checks when it takes up each PipelineRun, against the Tasks and Pipelines under the paths."""
    return _verdicts("tekton-resolve", *map(str, paths))


def admit_triggers(*paths: Path, oldest: bool = False) -> list[Verdict]:
    """Admission of every Triggers object, and admission and resolution of what each TriggerTemplate would create."""
    with tempfile.TemporaryDirectory() as made:
        found = _verdicts("triggers-validate", "--emit-templates", made, *map(str, paths), oldest=oldest)
        created = Path(made)
        found += admit(created, oldest=oldest)
        if not oldest:
            found += [v for v in resolve(*paths, created) if v.file.startswith(made)]
        return found


def kustomize(directory: Path) -> str:
    """What `kubectl kustomize` makes of a directory, as YAML; RuntimeError when it refuses."""
    done = subprocess.run(
        [str(judges() / "kustomize-build"), str(directory)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-4000:])
    return done.stdout


def _verdicts(program: str, *args: str, oldest: bool = False) -> list[Verdict]:
    command = [str(judges(oldest=oldest) / program), "--json", *args]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        raise RuntimeError(f"{program}: {done.stderr[-4000:]}")
    return [Verdict(**json.loads(line)) for line in done.stdout.splitlines()]


@dataclass(frozen=True, slots=True)
class Fired:
    """What became of one Trigger: created, filtered, error or nothing; why; and the files of what it created."""

    outcome: str
    why: str
    files: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Delivery:
    """The listener's HTTP status and what became of each Trigger, by name."""

    status: int
    triggers: Mapping[str, Fired]


def fire(triggers: Path, event: str, payload: object, out: Path, *, sign_with: str | None = "secret") -> Delivery:
    """Sends one GitHub webhook through the EventListener at `triggers`; the secret that the cluster holds is "secret".

    `payload` is the JSON body; `sign_with=None` leaves the signature out; `out` receives what would be created.
    """
    out.mkdir(parents=True, exist_ok=True)
    (out / "headers").write_text(f"X-GitHub-Event: {event}\nContent-Type: application/json\n", encoding="utf-8")
    (out / "body").write_text(json.dumps(payload), encoding="utf-8")
    at = "/".join(SECRET)
    command = [str(judges() / "trigger-fire"), "--triggers", str(triggers), "--headers", str(out / "headers")]
    command += ["--body", str(out / "body"), "--secret", f"{at}=secret", "--out", str(out / "created")]
    if sign_with is not None:
        command += ["--secret", f"signer/key={sign_with}", "--sign", "signer/key"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    report = out / "created" / "result.json"
    if not report.exists():
        raise RuntimeError(f"trigger-fire: {done.stderr[-4000:]}")
    result = json.loads(report.read_text(encoding="utf-8"))
    return Delivery(result["status"], {t["name"]: _fired(t, report.parent) for t in result["triggers"] or ()})


def _fired(trigger: Mapping[str, object], directory: Path) -> Fired:
    files = trigger.get("files") or ()
    assert isinstance(files, list | tuple)
    return Fired(str(trigger["outcome"]), str(trigger.get("why", "")), tuple(directory / str(f) for f in files))


def main(paths: list[str]) -> int:
    """Prints what is refused of the manifests under some paths; 1 when anything is."""
    found = [*admit(*map(Path, paths)), *resolve(*map(Path, paths)), *admit_triggers(*map(Path, paths))]
    print("\n".join([*refusals(found), f"{len(found)} judged"]))
    return int(bool(refusals(found)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
