"""The objects that are written, and who may do what."""

from __future__ import annotations

import re
from typing import Any

import pytest
from tests.triggers.blocks import BLOCKS
from tests.triggers.reading import NEEDED, SETTINGS, lower, read, run_of

from gha2tekton.journal import Setup
from gha2tekton.lower.triggers.events import lower_triggers
from gha2tekton.lower.triggers.listener import listener_manifests, starter_manifests
from gha2tekton.record import replace
from gha2tekton.source import Source
from gha2tekton.yaml import compose, plain

Manifests = tuple[dict[str, Any], ...]


def of_kind(manifests: Manifests, kind: str) -> dict[str, Any]:
    return next(manifest for manifest in manifests if manifest["kind"] == kind)


def interceptors(trigger: dict[str, Any]) -> list[tuple[str, list[str]]]:
    return [(one["ref"]["name"], [item["name"] for item in one["params"]]) for one in trigger["spec"]["interceptors"]]


def test_the_guides_interceptors_stand_before_everything() -> None:
    triggers, _, _ = lower("on:\n  push:\n    branches: [main, develop]")
    trigger = of_kind(triggers.files["triggers/push.yaml"], "Trigger")
    assert interceptors(trigger) == [("github", ["secretRef", "eventTypes"]), ("cel", ["filter", "overlays"])]
    signature, conditions = trigger["spec"]["interceptors"]
    assert signature["params"] == [
        {"name": "secretRef", "value": {"secretName": "github-webhook-secret", "secretKey": "webhook-secret"}},
        {"name": "eventTypes", "value": ["push"]},
    ]
    assert "body.ref in ['refs/heads/main', 'refs/heads/develop']" in conditions["params"][0]["value"]


def test_github_is_asked_last() -> None:
    triggers, _, _ = lower("on:\n  pull_request:\n    paths: ['src/**']")
    trigger = of_kind(triggers.files["triggers/pull-request.yaml"], "Trigger")
    assert interceptors(trigger) == [
        ("github", ["secretRef", "eventTypes"]),
        ("cel", ["filter"]),
        ("github", ["addChangedFiles"]),
        ("cel", ["filter", "overlays"]),
    ]


def test_the_listener_selects_what_carries_its_repository() -> None:
    triggers, _, _ = lower("on: [push, issues]")
    listener = of_kind(listener_manifests(SETTINGS)["triggers/eventlistener.yaml"], "EventListener")
    wanted = listener["spec"]["labelSelector"]["matchLabels"]
    for file in ("triggers/push.yaml", "triggers/issues.yaml"):
        labels = of_kind(triggers.files[file], "Trigger")["metadata"]["labels"]
        assert labels.items() >= wanted.items()
    assert listener["metadata"]["name"] == "demo-eventlistener"
    assert triggers.deliveries == ("push", "issues")


@pytest.mark.parametrize("block", BLOCKS.values(), ids=list(BLOCKS))
def test_every_param_of_the_template_has_a_value(block: str) -> None:
    needed = {**NEEDED, "title": ("github", "event", "pull_request", "title"), "debug": ("inputs", "debug")}
    triggers, _, _ = lower(block, needed)
    template = of_kind(triggers.files["triggers/template.yaml"], "TriggerTemplate")
    declared = {param["name"]: "default" in param for param in template["spec"]["params"]}
    used = set(re.findall(r"\$\(tt\.params\.([^)]+)\)", str(template["spec"]["resourcetemplates"])))
    assert used <= set(declared)
    for manifests in triggers.files.values():
        if manifests[0]["kind"] == "TriggerBinding":
            bound = {param["name"]: param["value"] for param in manifests[0]["spec"]["params"]}
            assert set(bound) <= set(declared)
            assert all(default or name in bound for name, default in declared.items())
            overlays = {item["key"] for item in overlays_of(manifests[1])}
            assert {name for name, value in bound.items() if value == f"$(extensions.{name})"} == overlays


def overlays_of(trigger: dict[str, Any]) -> list[dict[str, str]]:
    params = [param for one in trigger["spec"]["interceptors"] for param in one["params"]]
    return [overlay for param in params if param["name"] == "overlays" for overlay in param["value"]]


@pytest.mark.parametrize(
    ("event", "forks", "names"),
    [
        ("pull_request", "refuse", 1),
        ("pull_request", "members", 2),
        ("pull_request", "secretless", 2),
        ("pull_request_review", "refuse", 1),
        ("pull_request_review", "members", 1),
        ("pull_request_review", "secretless", 2),
    ],
)
def test_forks(event: str, forks: str, names: int) -> None:
    triggers, _, _ = lower(f"on: {event}", forks=forks)
    found = [one for one in triggers.files[f"triggers/{event.replace('_', '-')}.yaml"] if one["kind"] == "Trigger"]
    same = "body.pull_request.head.repo.full_name == body.repository.full_name"
    filters = [one["spec"]["interceptors"][1]["params"][0]["value"] for one in found]
    assert len(found) == names
    assert all(same in text for text in filters)
    if forks == "members" and event == "pull_request":
        assert interceptors(found[1])[2] == ("github", ["githubOwners"])
    if forks == "secretless":
        name = found[1]["spec"]["template"]["ref"]
        template = next(one for one in triggers.files["triggers/template.yaml"] if one["metadata"]["name"] == name)
        assert template["spec"]["resourcetemplates"][0]["metadata"]["namespace"] == "default-forks"


def test_a_target_run_never_checks_out_the_head() -> None:
    triggers, _, _ = lower("on: pull_request_target", {"git-revision": ("git", "revision")})
    trigger = of_kind(triggers.files["triggers/pull-request-target.yaml"], "Trigger")
    assert [item["expression"] for item in overlays_of(trigger)] == [
        "['refs/heads/' + body.repository.default_branch].map(v, v.matches('[$][($]|^gha2tekton:') ? "
        "'gha2tekton:' + v.replace('%', '%25').replace('$', '%24') : v)[0]"
    ]


def test_the_head_of_a_pull_request_by_option() -> None:
    triggers, _, _ = lower("on: pull_request", {"git-revision": ("git", "revision")}, pull_request_head=True)
    binding = of_kind(triggers.files["triggers/pull-request.yaml"], "TriggerBinding")
    assert binding["spec"]["params"] == [{"name": "git-revision", "value": "$(body.pull_request.head.sha)"}]


# -- schedules -----------------------------------------------------------------------------------------------------


def test_a_schedule_creates_the_run_of_a_scheduled_event() -> None:
    needed = {
        "git-revision": ("git", "revision"),
        "event-name": ("github", "event_name"),
        "schedule": ("github", "event", "schedule"),
        "event": ("github", "event"),
        "ref-name": ("github", "ref_name"),
        "debug": ("inputs", "debug"),
        "workflow": ("github", "workflow"),
    }
    text = "name: a $(b)\non:\n  schedule:\n  - cron: '0 3 * * 0'\n    timezone: Asia/Taipei\n  - cron: 5  4 * * *"
    triggers, _, _ = lower(text, needed, default_branch="main")
    first, job, _, second = triggers.files["triggers/schedule.yaml"]
    assert list(triggers.files) == ["triggers/schedule.yaml"]
    assert triggers.scheduled
    assert (job["spec"]["schedule"], job["spec"]["timeZone"]) == ("0 3 * * 0", "Asia/Taipei")
    assert (second["spec"]["schedule"], second["spec"]["timeZone"]) == ("5 4 * * *", "Etc/UTC")
    pod = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    assert pod["volumes"][0]["configMap"]["name"] == first["metadata"]["name"]
    node = compose(Source("run.yaml", first["data"]["pipelinerun.yaml"]))
    assert node
    run = plain(node)
    limits = run["spec"]["taskRunSpecs"][0]["stepSpecs"][0]["computeResources"]["limits"]
    assert limits == {"nvidia.com/gpu": "1"}
    assert {param["name"]: param["value"] for param in run["spec"]["params"]} == {
        "git-revision": "refs/heads/main",
        "event-name": "schedule",
        "schedule": "0 3 * * 0",
        "event": '{"schedule": "0 3 * * 0", "repository": {"default_branch": "main"}}',
        "ref-name": "main",
        "debug": "",
        "workflow": "gha2tekton:a %24(b)",
    }


SCHEDULED = {
    "git-revision": ("git", "revision"),
    "ref": ("github", "ref"),
    "repository": ("github", "repository"),
    "owner": ("github", "repository_owner"),
    "actor": ("github", "actor"),
    "run-number": ("github", "run_number"),
    "git-repo-url": ("git", "url"),
}


@pytest.mark.parametrize(
    ("settings", "wanted", "asked"),
    [
        ({}, {"git-revision": "", "ref": "", "repository": "", "owner": ""}, True),
        (
            {"full_name": "o/r", "default_branch": "trunk"},
            {"git-revision": "refs/heads/trunk", "ref": "refs/heads/trunk", "repository": "o/r", "owner": "o"},
            False,
        ),
    ],
)
def test_a_scheduled_run_knows_what_is_told(settings: dict[str, str], wanted: dict[str, str], asked: bool) -> None:
    triggers, journal, _ = lower("on:\n  schedule:\n  - cron: '0 3 * * 0'", SCHEDULED, **settings)
    held, job = triggers.files["triggers/schedule.yaml"]
    node = compose(Source("run.yaml", held["data"]["pipelinerun.yaml"]))
    assert node
    run = plain(node)
    assert run["metadata"]["labels"].items() >= job["metadata"]["labels"].items()
    assert job["metadata"]["labels"]["gha2tekton.dev/workflow"] == "ci"
    params = {param["name"]: param["value"] for param in run["spec"]["params"]}
    assert params == wanted | {"actor": "", "run-number": "1", "git-repo-url": ""}
    assert any(setup.name == "--github-repository" for setup in journal.setup) is asked
    assert any("github.actor" in finding.message for finding in journal.diagnostics)


EVENT = {"title": ("github", "event", "pull_request", "title"), "number": ("github", "event", "issue", "number")}
OVERLAYS = [
    ("issues", {"number"}),
    ("pull_request", {"title"}),
    ("pull_request_review", {"title"}),
    ("push", set[str]()),
    ("issue_comment", {"number"}),
    ("label", set[str]()),
]


@pytest.mark.parametrize(("event", "wanted"), OVERLAYS)
def test_what_another_event_carries_alone_is_not_looked_for(event: str, wanted: set[str]) -> None:
    triggers, _, _ = lower(f"on: {event}", EVENT)
    binding, trigger = triggers.files[f"triggers/{event.replace('_', '-')}.yaml"]
    values = {item["name"]: item["value"] for item in binding["spec"]["params"]}
    assert {overlay["key"] for overlay in overlays_of(trigger)} == wanted
    assert values == {name: f"$(extensions.{name})" if name in wanted else "" for name in EVENT}


@pytest.mark.parametrize(("types", "wanted"), [("opened", False), ("closed", True)])
def test_only_a_closed_pull_request_may_be_merged(types: str, wanted: bool) -> None:
    triggers, _, _ = lower(f"on:\n  pull_request:\n    types: [{types}]", {"ref": ("github", "ref")})
    (overlay,) = overlays_of(of_kind(triggers.files["triggers/pull-request.yaml"], "Trigger"))
    assert ("merged == true" in overlay["expression"]) is wanted
    if not wanted:
        assert overlay["expression"] == "'refs/pull/' + string(int(body.pull_request.number)) + '/merge'"


# -- accounts ------------------------------------------------------------------------------------------------------


def test_the_listener_may_do_what_tekton_asks_and_no_more() -> None:
    rights = listener_manifests(replace(SETTINGS, namespace="ml"))["rbac.yaml"]
    account = of_kind(rights, "ServiceAccount")["metadata"]["name"]
    subjects = [{"kind": "ServiceAccount", "name": account, "namespace": "ml"}]
    assert [(one["kind"], one["roleRef"]["name"], one["subjects"]) for one in rights if "roleRef" in one] == [
        ("RoleBinding", "tekton-triggers-eventlistener-roles", subjects),
        ("ClusterRoleBinding", "tekton-triggers-eventlistener-clusterroles", subjects),
    ]
    assert of_kind(rights, "ClusterRoleBinding")["metadata"]["name"] == "ml-demo-eventlistener"
    assert not [one for one in rights if one["kind"] in ("Role", "ClusterRole")]


def test_a_schedule_may_create_runs_and_nothing_else() -> None:
    rights = starter_manifests(SETTINGS, listens=True, schedules=True)["rbac.yaml"]
    role = of_kind(rights, "Role")
    assert role["rules"] == [{"apiGroups": ["tekton.dev"], "resources": ["pipelineruns"], "verbs": ["create"]}]


def test_runs_get_no_key_to_the_cluster() -> None:
    accounts = [one for one in listener_manifests(SETTINGS)["rbac.yaml"] if one["kind"] == "ServiceAccount"]
    assert [one["metadata"]["name"] for one in accounts if one.get("automountServiceAccountToken") is False] == [
        "ci-runner"
    ]


def test_a_host_gets_an_ingress_with_tls() -> None:
    ingress = listener_manifests(replace(SETTINGS, host="hooks.example.org"))["triggers/ingress.yaml"][0]
    assert ingress["spec"]["tls"][0]["hosts"] == ["hooks.example.org"]
    assert ingress["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"]["name"] == "el-demo-eventlistener"


@pytest.mark.parametrize("schedules", [False, True])
def test_nothing_listens_where_no_delivery_is_waited_for(schedules: bool) -> None:
    files = starter_manifests(replace(SETTINGS, runner_account="runner"), listens=False, schedules=schedules)
    assert list(files) == ["rbac.yaml"]
    accounts = [one["metadata"]["name"] for one in files["rbac.yaml"] if one["kind"] == "ServiceAccount"]
    assert accounts == ["runner", SETTINGS.scheduler_account] if schedules else ["runner"]


TOKENS = [
    ("", "", True),
    ("permissions: {contents: write}\n", "", True),
    ("permissions: {contents: read}\n", "", False),
    ("permissions: read-all\n", "", False),
    ("", "robot", False),
]


@pytest.mark.parametrize(("permissions", "account", "told"), TOKENS)
def test_a_token_that_may_write_starts_runs(permissions: str, account: str, told: bool) -> None:
    workflow, journal = read(f"{permissions}on: push")
    journal.need(Setup("secret", "GITHUB_TOKEN", "job build uses it"))
    lower_triggers(workflow, run_of(NEEDED), NEEDED, replace(SETTINGS, token_account=account), journal)
    assert ("token-starts-runs" in {finding.code for finding in journal.diagnostics}) is told
