"""The proofs themselves: sound manifests pass, and each thing broken on purpose turns the right proof red."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.conformance.execution import run
from tests.conformance.judge import Verdict, admit, admit_triggers, fire, kustomize, refusals, resolve
from tests.conformance.requirement import needed
from tests.conformance.toolchain import isolation, judges

pytestmark = [pytest.mark.conformance, pytest.mark.usefixtures("built_judges")]

SOUND = Path(__file__).parent / "sound"
TELLER = {
    "registry.example.com/tools/teller:2": {"entrypoint": ["/bin/echo", "told:"], "env": {"TELLER": "1"}, "uid": 0}
}


@pytest.fixture
def manifests(tmp_path: Path) -> Path:
    return shutil.copytree(SOUND, tmp_path / "manifests")


def broken(manifests: Path, file: str, old: str, new: str) -> Path:
    """The manifests with one place of one file changed."""
    path = manifests / file
    text = path.read_text(encoding="utf-8")
    assert text.count(old) >= 1, f"{file} has no {old!r}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return manifests


def test_sound_manifests_pass_every_judge(manifests: Path) -> None:
    admitted = admit(manifests)
    assert [v.object for v in admitted] == ["Pipeline/counting", "PipelineRun/counting-*", "Task/count", "Task/tell"]
    assert not refusals(admitted)
    assert resolve(manifests) == [Verdict(str(manifests / "run.yaml"), "PipelineRun/counting-*")]
    triggers = admit_triggers(manifests)
    assert {v.object for v in triggers} >= {
        "EventListener/listener",
        "TriggerTemplate/counting",
        "PipelineRun/counting-*",
    }
    assert not refusals(triggers)


ADMISSION = {
    "unknown field": ("tasks.yaml", "workingDir:", "workDir:", 'unknown field "workDir"'),
    "GPU quantity from a param": ("tasks.yaml", '"1"', "$(params.text)", "quantit"),
    "undeclared param": ("tasks.yaml", "value: $(params.text)", "value: $(params.txt)", "params.txt"),
    "value of another type": ("tasks.yaml", "value: $(params.text)", "value: 5", "cannot unmarshal number"),
    "YAML 1.1 boolean": ("pipeline.yaml", 'values: ["yes"]', "values: [yes]", "cannot unmarshal bool"),
    "result of no task": (
        "pipeline.yaml",
        "value: $(tasks.count.results.length)",
        "value: $(tasks.cnt.results.length)",
        "cnt",
    ),
    "name that is no DNS name": ("tasks.yaml", "name: count", "name: Count_it", "RFC 1123"),
    "cycle": ("pipeline.yaml", "  - name: count\n", "  - name: count\n    runAfter: [tell]\n", "cycle"),
}


@pytest.mark.parametrize("case", ADMISSION)
@pytest.mark.parametrize("oldest", [False, True], ids=["newest", "oldest"])
def test_admission_refuses(manifests: Path, case: str, oldest: bool) -> None:
    file, old, new, reason = ADMISSION[case]
    found = refusals(admit(broken(manifests, file, old, new), oldest=oldest))
    assert len(found) == 1, found
    assert reason in found[0]


RESOLUTION = {
    "missing param": (
        "run.yaml",
        "  - name: text\n    value: four\n",
        "  - name: tell\n    value: four\n",
        "missing parameters",
    ),
    "param of another type": ("run.yaml", "value: four", "value: [four]", "type"),
    "Task that does not exist": ("pipeline.yaml", "taskRef:\n      name: tell", "taskRef:\n      name: told", "told"),
    "Pipeline that does not exist": (
        "run.yaml",
        "pipelineRef:\n    name: counting",
        "pipelineRef:\n    name: c",
        '"c" not found',
    ),
    "param that the Task wants": (
        "pipeline.yaml",
        "    - name: text\n      value: $(params.text)",
        "    - name: more\n      value: x",
        "missing values",
    ),
    "result that the Task lacks": (
        "tasks.yaml",
        "  results:\n  - name: length\n",
        "  results:\n  - name: size\n",
        '"length" is not a named result',
    ),
    "workspace without claim": ("run.yaml", "- name: shared", "- name: other", 'workspace with name "shared"'),
    "workspace that the Task lacks": ("pipeline.yaml", "- name: source", "- name: sources", "source"),
    "override of no task": ("run.yaml", "  params:", "  taskRunSpecs: [{pipelineTaskName: train}]\n  params:", "train"),
}


@pytest.mark.parametrize("case", RESOLUTION)
def test_resolution_refuses_what_admission_lets_pass(manifests: Path, case: str) -> None:
    file, old, new, reason = RESOLUTION[case]
    broken(manifests, file, old, new)
    if case == "result that the Task lacks":
        broken(manifests, file, "$(results.length.path)", "$(results.size.path)")
    assert not refusals(admit(manifests))
    found = refusals(resolve(manifests))
    assert len(found) == 1, found
    assert reason in found[0]


def test_resolution_refuses_a_second_claim_in_a_task(manifests: Path) -> None:
    broken(manifests, "tasks.yaml", "  - name: source\n", "  - name: source\n  - name: cache\n")
    broken(manifests, "pipeline.yaml", "  - name: shared\n", "  - name: shared\n  - name: cache\n")
    extra = "    - name: source\n      workspace: shared\n"
    broken(manifests, "pipeline.yaml", extra, f"{extra}    - name: cache\n      workspace: cache\n")
    second = "  workspaces:\n  - name: cache\n    persistentVolumeClaim:\n      claimName: cache\n"
    broken(manifests, "run.yaml", "  workspaces:\n", second)
    assert not refusals(admit(manifests))
    assert ["more than one PersistentVolumeClaim" in r for r in refusals(resolve(manifests))] == [True]


def test_a_pipeline_without_run_is_resolved_with_made_up_values(manifests: Path) -> None:
    (manifests / "run.yaml").unlink()
    assert [v.object for v in resolve(manifests)] == ["Pipeline/counting"]
    broken(manifests, "pipeline.yaml", "taskRef:\n      name: tell", "taskRef:\n      name: told")
    assert refusals(resolve(manifests))


TRIGGERS = {
    "unknown field of a Trigger": ("    bindings:", "    binding: []\n    bindings:", 'unknown field "binding"'),
    "unknown field in a template": (
        "        stepSpecs:",
        "        stepsSpecs: []\n        stepSpecs:",
        'unknown field "stepsSpecs"',
    ),
    "undeclared template param": ("$(tt.params.text)", "$(tt.params.txt)", "tt.params.txt"),
    "template of a Pipeline that does not exist": ("        name: counting\n", "        name: c\n", '"c" not found'),
    "template without a param that the Pipeline wants": (
        "      - name: text\n        value: $(tt",
        "      - name: tell\n        value: $(tt",
        "missing parameters",
    ),
}


@pytest.mark.parametrize("case", TRIGGERS)
def test_admission_of_triggers_refuses(manifests: Path, case: str) -> None:
    old, new, reason = TRIGGERS[case]
    found = refusals(admit_triggers(broken(manifests, "triggers.yaml", old, new)))
    assert any(reason in f for f in found), found


PUSH = {"ref": "refs/heads/main", "head_commit": {"message": 'it\'s $(id) `x`\n"two"'}}


def test_a_signed_delivery_creates_a_run_that_is_admitted(manifests: Path, tmp_path: Path) -> None:
    delivery = fire(manifests, "push", PUSH, tmp_path / "fired")
    fired = delivery.triggers["push"]
    assert (delivery.status, fired.outcome, len(fired.files)) == (202, "created", 1)
    assert not refusals(admit(*fired.files))


@pytest.mark.parametrize(
    ("event", "payload", "sign_with", "why"),
    [
        ("push", PUSH, "another secret", "signature"),
        ("push", PUSH, None, "no X-Hub-Signature-256"),
        ("issues", PUSH, "secret", "event type"),
        ("push", {**PUSH, "ref": "refs/tags/v1"}, "secret", "expression"),
    ],
)
def test_a_wrong_delivery_creates_nothing(
    manifests: Path, tmp_path: Path, event: str, payload: object, sign_with: str | None, why: str
) -> None:
    fired = fire(manifests, event, payload, tmp_path / "fired", sign_with=sign_with).triggers["push"]
    assert (fired.outcome, fired.files) == ("filtered", ())
    assert why in fired.why


def test_a_filter_that_is_no_cel_creates_nothing(manifests: Path, tmp_path: Path) -> None:
    broken(manifests, "triggers.yaml", "body.ref == 'refs/heads/main'", "body.ref == 'refs")
    fired = fire(manifests, "push", PUSH, tmp_path / "fired").triggers["push"]
    assert (fired.outcome, fired.files) == ("filtered", ())
    assert "Syntax error" in fired.why


def test_execution(manifests: Path, tmp_path: Path) -> None:
    needed(isolation, judges)
    done = run([manifests], manifests / "run.yaml", tmp_path / "out", params={"tell": "yes"}, images=TELLER)
    assert done.succeeded, done.log
    assert (done.claim("shared") / "text.txt").read_text() == "four"
    assert (done.claim("shared") / "told.txt").read_text() == "told\n"
    assert done.results == {"length": "4"}
    told = done.task("tell").steps
    assert [(s.name, s.exit_code) for s in told] == [("own-entrypoint", 0), ("keep", 0)]
    assert told[0].log == "told: length is 4\n"


def test_execution_skips_by_when_and_a_dropped_when_shows(manifests: Path, tmp_path: Path) -> None:
    needed(isolation, judges)
    skipped = run([manifests], manifests / "run.yaml", tmp_path / "skipped", images=TELLER)
    assert skipped.succeeded, skipped.log
    assert skipped.skipped == {"tell": "When Expressions evaluated to false"}
    condition = '    when:\n    - input: $(params.tell)\n      operator: in\n      values: ["yes"]\n'
    broken(manifests, "pipeline.yaml", condition, "")
    ran = run([manifests], manifests / "run.yaml", tmp_path / "ran", images=TELLER)
    assert (ran.succeeded, ran.skipped) == (True, {})


def test_execution_of_an_image_that_no_table_names_fails(manifests: Path, tmp_path: Path) -> None:
    needed(isolation, judges)
    done = run([manifests], manifests / "run.yaml", tmp_path / "out", params={"tell": "yes"})
    assert not done.succeeded
    assert "the table of images has no such image" in done.log


def test_execution_is_refused_what_admission_refuses(manifests: Path, tmp_path: Path) -> None:
    needed(isolation, judges)
    broken(manifests, "tasks.yaml", "workingDir:", "workDir:")
    done = run([manifests], manifests / "run.yaml", tmp_path / "out")
    assert (done.exit_status, done.tasks) == (1, ())
    assert 'unknown field "workDir"' in done.message


def test_kustomize_refuses_a_resource_that_does_not_exist(manifests: Path) -> None:
    (manifests / "kustomization.yaml").write_text("resources: [tasks.yaml, pipeline.yaml]\nnamePrefix: a-\n")
    assert "name: a-counting" in kustomize(manifests)
    (manifests / "kustomization.yaml").write_text("resources: [tasks.yaml, pipelines.yaml]\n")
    with pytest.raises(RuntimeError, match=r"pipelines\.yaml"):
        kustomize(manifests)
