"""The scripts do what they say in the right order, judged by a recorded kubectl."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.platform.making import convert, make, objects

from gha2tekton.platform.render import SCRIPTS

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("name", [*SCRIPTS, "../gpu/gpu-preflight"])
def test_scripts_are_clean(platform: Path, name: str) -> None:
    tool = shutil.which("shellcheck", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    if tool is None:
        pytest.skip("there is no shellcheck")
    done = subprocess.run(
        [tool, "-x", "-P", "SCRIPTDIR", "-s", "sh", str(platform / "scripts" / name)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout


KUBECTL = """#!/bin/sh
# Stands for kubectl: keeps what it was asked, and answers as a cluster with everything in its place, but for what a file
# "answers" says first: a line is a pattern, a status, and what is printed.
printf '%s\\n' "$*" >> "$KUBECTL_LOG"
while IFS='	' read -r pattern status text; do
  case "$*" in $pattern) printf '%b' "$text"; [ "$status" -eq 0 ] || printf '%b\\n' "$text" >&2; exit "$status" ;; esac
done < "$KUBECTL_LOG.answers"
case "$*" in
  'version -o json') printf '{ "serverVersion": {\\n "gitVersion": "v1.31.2" } }' ;;
  'get nodes'*jsonpath*) printf '1|40960|a\\n2|15360|b\\n||c\\n' ;;
  'get eventlisteners'*jsonpath*) printf ci-eventlistener ;;
  'get ingress '*) printf 'other x\\nci.example.org el-ci-eventlistener\\n' ;;
  'get deployment '*version*) printf v1.12.0 ;;
  'get clusterrolebindings'*) printf 'gpu-ci-x gpu-ci\\nother-y other\\n' ;;
  'get namespaces -l'*) printf 'namespace/gpu-ci\\n' ;;
  'get job gpu-preflight'*) printf 'SuccessCriteriaMet Complete' ;;
  'get secret'*jsonpath*) printf c2VjcmV0 ;;
  'get pods'*name) echo pod/one ;;
  'get '*' -o name') echo one/a ;;
  'create secret'*'--dry-run=client'*) echo "kind: Secret"; cat > "$KUBECTL_LOG.stdin" ;;
  *'apply'*'-f -'*) cat > "$KUBECTL_LOG.applied" ;;
  *) echo "done: $*" ;;
esac
"""
Answers = Mapping[str, tuple[int, str]]


def script(
    platform: Path,
    name: str,
    *words: str,
    answers: Answers | None = None,
    kubectl: bool = True,
    shell: str = "/bin/sh",
    **env: str,
) -> tuple[subprocess.CompletedProcess[str], list[str]]:
    """Run a script; ``answers`` of kubectl are a status and a text for what its words match."""
    tools = platform.parent / "tools"
    tools.mkdir(exist_ok=True)
    (tools / "kubectl").write_text(KUBECTL)
    (tools / "kubectl").chmod(0o755 if kubectl else 0o644)
    (tools / "sleep").write_text("#!/bin/sh\n")
    (tools / "sleep").chmod(0o755)
    log = platform.parent / "kubectl.log"
    log.unlink(missing_ok=True)
    rows = [f"{pattern}\t{status}\t{text}\n" for pattern, (status, text) in (answers or {}).items()]
    Path(f"{log}.answers").write_text("".join(rows))
    path = f"{tools}:{os.environ['PATH']}" if kubectl else f"{tools}:/usr/lib/nothing"
    given = {"PATH": path, "KUBECTL_LOG": str(log), "HOME": str(platform), **env}
    done = subprocess.run(
        [shell, str(platform / "scripts" / name), *words], env=given, capture_output=True, text=True,
        cwd=platform.parent, stdin=subprocess.DEVNULL, timeout=60,
    )  # fmt: skip
    return done, log.read_text().splitlines() if log.exists() else []


ABSENT: Answers = {"get secret*": (1, "")}


CHANGING = re.compile(r"^(apply|create|delete|patch|rollout restart)\b")


def test_deploy_in_order(platform: Path) -> None:
    done, calls = script(platform, "deploy.sh")
    assert done.returncode == 0, done.stderr
    changes = [call for call in calls if CHANGING.search(call)]
    assert changes == [f"apply --server-side -k {platform}/scripts/.."]
    heads = [
        "version -o json",
        "auth can-i create namespaces",
        "get crd pipelineruns",
        "get deployment",
        "get nodes -l nvidia.com/gpu.present=true",
        "apply",
        "get secret",
        "get eventlisteners",
        "wait -n gpu-ci --for=condition=Ready eventlistener/ci-eventlistener",
        "get ingress",
    ]
    places = [next(n for n, call in enumerate(calls) if call.startswith(head)) for head in heads]
    assert places == sorted(places)
    assert (
        "3 of nvidia.com/gpu on nodes with nvidia.com/gpu.present=true, and the workflows want 2 at once" in done.stdout
    )
    # The platform asks for 16000 MiB.
    assert "GPUs of less than 16000 MiB are on b, and Tekton may place a run's claim there" in done.stdout
    assert "webhook of ci-eventlistener: https://ci.example.org/" in done.stdout
    again, _ = script(platform, "deploy.sh")
    assert again.stdout == done.stdout


def test_bundles_come_after_the_platform(workflow: Path, tmp_path: Path) -> None:
    bundle = convert(workflow, tmp_path / "bundle")
    make(bundle, "-o", tmp_path / "platform")
    _, calls = script(tmp_path / "platform", "deploy.sh")
    first, second = (call for call in calls if "apply" in call)
    assert (first.endswith("scripts/.."), second.endswith("scripts/../runs/1-bundle")) == (True, True)
    assert "-n gpu-ci -k" in second


@pytest.mark.parametrize("shell", [shell for shell in ("dash", "bash") if shutil.which(shell)])
@pytest.mark.parametrize("name", SCRIPTS)
def test_any_shell_will_do(platform: Path, name: str, shell: str) -> None:
    words = {"KEY": "x", "OTHER": "y", "htpasswd": "u:p"}
    done, calls = script(platform, name, shell=str(shutil.which(shell)), **words)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    assert calls


STOPS: list[tuple[Answers, str]] = [
    ({"version*": (1, "connection refused")}, "the cluster does not answer: .*connection refused"),
    (
        {"version*": (0, '{"serverVersion": {"gitVersion": "v1.27.9"}}')},
        "Kubernetes 1.27 is too old: Tekton needs 1.28",
    ),
    ({"version*": (0, '{"serverVersion": {"gitVersion": "v1.9.1"}}')}, "Kubernetes 1.9 is too old"),
    ({"version*": (0, "{}")}, "does not tell its version"),
    ({"get crd pipelineruns*": (1, "")}, "LACKS pipelineruns.tekton.dev\n.*tekton-releases/pipeline/previous/v"),
    ({"get crd eventlisteners*": (1, "")}, "LACKS eventlisteners.triggers.tekton.dev"),
    ({"get crd *coreos*": (1, "")}, "LACKS servicemonitors.monitoring.coreos.com: install its operator, or take"),
    ({"get deployment *": (0, "v0.68.0")}, "LACKS Tekton Pipelines v1.9 or newer: v0.68.0 is here"),
    ({"get deployment *": (0, "v1.8.0")}, "v1.8.0 is here"),
    ({"auth can-i create clusterrolebindings*": (1, "no")}, "LACKS the right to create clusterrolebindings"),
]


@pytest.mark.parametrize(("answers", "told"), STOPS)
def test_deploy_stops_before_it_changes_anything(platform: Path, answers: Answers, told: str) -> None:
    done, calls = script(platform, "deploy.sh", answers=answers)
    assert done.returncode == 1
    assert re.search(told, done.stdout + done.stderr, re.DOTALL), done.stdout + done.stderr
    assert not [call for call in calls if CHANGING.search(call)]


def test_deploy_tells_all_that_lacks_at_once(platform: Path) -> None:
    done, _ = script(platform, "deploy.sh", answers={"get crd *": (1, ""), "auth *": (1, "no")})
    assert len(re.findall("LACKS", done.stdout)) == 3 + 2 + 3
    done, _ = script(platform, "deploy.sh", "--dry-run", answers={"get crd *": (1, "")})
    assert done.returncode == 0
    assert "would run: kubectl apply --server-side -k" in done.stdout


PASSES: list[Answers] = [
    {"version*": (0, '{"serverVersion": {"gitVersion": "v1.28.0"}}')},
    {"version*": (0, '{"serverVersion": {"gitVersion": "v1.33.1+k3s1"}}')},
    {"get deployment *": (0, "v1.9.0")},
    {"get deployment *": (0, "v1.15.0")},
    {"get deployment *": (0, "")},
    {"get nodes*": (1, "forbidden")},
    {"get ingress *": (1, "no such kind")},
    {"get eventlisteners*": (1, "")},
]


@pytest.mark.parametrize("answers", PASSES)
def test_deploy_goes_on(platform: Path, answers: Answers) -> None:
    assert script(platform, "deploy.sh", answers=answers)[0].returncode == 0


BREAKS: list[tuple[Answers, str]] = [
    (
        {"apply*-k*": (1, "forbidden")},
        "the platform is not applied whole: mend what kubectl says above, and run this again",
    ),
    ({"wait *": (1, "timed out")}, "EventListener ci-eventlistener is not ready after three minutes: kubectl describe"),
    ({**ABSENT, "apply*-f -": (1, "forbidden")}, "the webhook has no secret"),
]


@pytest.mark.parametrize(("answers", "told"), BREAKS)
def test_deploy_says_where_it_broke_off(platform: Path, answers: Answers, told: str) -> None:
    done, _ = script(platform, "deploy.sh", answers=answers)
    assert done.returncode == 1
    assert told in done.stderr


SCARCE: list[tuple[str, list[str]]] = [
    (
        "",
        [
            "0 of nvidia.com/gpu",
            "runs will wait for GPUs that are not there",
            "one Pod wants 1, and no node has more than 0",
        ],
    ),
    ("1|40960|a\\n", ["1 of nvidia.com/gpu", "runs will wait"]),
    ("2|40960|a\\n", ["2 of nvidia.com/gpu"]),
    ("2||a\\n", ["2 of nvidia.com/gpu"]),
]


@pytest.mark.parametrize(("nodes", "told"), SCARCE)
def test_deploy_counts_gpus(platform: Path, nodes: str, told: list[str]) -> None:
    done, _ = script(platform, "deploy.sh", answers={"get nodes*": (0, nodes)})
    assert done.returncode == 0
    lines = [line for line in done.stdout.splitlines() if "nvidia.com/gpu on" in line or "WARNING" in line]
    assert len(lines) == len(told)
    assert all(text in line for text, line in zip(told, lines, strict=True))


def test_deploy_makes_the_webhooks_secret_and_names_the_others(platform: Path) -> None:
    done, calls = script(platform, "deploy.sh", answers=ABSENT)
    assert "missing: github-secrets results-users" in done.stdout
    assert [call.split(" -n")[0] for call in calls if CHANGING.search(call)][1:] == [
        "create secret generic github-webhook-secret",
        "apply --server-side --force-conflicts",
    ]


@pytest.mark.parametrize("words", [[], ["--show-secret"]])
def test_the_secret_is_shown_to_those_who_ask(platform: Path, words: list[str]) -> None:
    done, _ = script(platform, "deploy.sh", *words)
    assert ("\nsecret\n" in done.stdout) is bool(words)
    assert ("base64 -d" in done.stdout) is not bool(words)


def test_a_new_secret_has_no_line_end(platform: Path) -> None:
    """The guide's did, and every delivery was refused."""
    made = []
    for _ in range(2):
        done, calls = script(platform, "rotate-webhook-secret.sh")
        assert done.returncode == 0, done.stderr
        secret = Path(f"{platform.parent}/kubectl.log.stdin").read_bytes()
        assert re.fullmatch(rb"[0-9a-f]{40}", secret)
        assert not [call for call in calls if secret.decode() in call]
        made.append(secret)
    assert made[0] != made[1]


@pytest.mark.parametrize("name", SCRIPTS)
def test_without_kubectl_nothing_begins(platform: Path, name: str) -> None:
    (platform.parent / "tools").mkdir()
    for tool in ("dirname", "basename", "mktemp", "chmod", "rm", "date"):
        (platform.parent / "tools" / tool).symlink_to(str(shutil.which(tool)))
    done, _ = script(platform, name, kubectl=False)
    assert (done.returncode, done.stderr) == (1, "kubectl is not here: https://kubernetes.io/docs/tasks/tools/\n")


@pytest.mark.parametrize("name", SCRIPTS)
def test_dry_runs_change_nothing(platform: Path, name: str) -> None:
    done, calls = script(platform, name, "--dry-run", answers=ABSENT if name != "verify.sh" else None)
    assert done.returncode == 0, done.stderr
    assert not [call for call in calls if CHANGING.search(call)], calls
    assert "would" in done.stdout


@pytest.mark.parametrize("name", SCRIPTS)
def test_what_is_no_option_is_refused(platform: Path, name: str) -> None:
    done, calls = script(platform, name, "--wrong")
    assert (done.returncode, calls) == (2, [])
    assert done.stderr == f"{name}: unknown option --wrong; see --help\n"


@pytest.mark.parametrize("name", SCRIPTS)
def test_help(platform: Path, name: str) -> None:
    done, calls = script(platform, name, "--help")
    assert (done.returncode, calls) == (0, [])
    assert done.stdout.startswith(f"usage: {name} [--dry-run]")


def test_verify(platform: Path) -> None:
    done, calls = script(platform, "verify.sh")
    assert done.returncode == 0, done.stdout
    assert "WRONG" not in done.stdout
    assert calls.index("delete job gpu-preflight -n gpu-ci --ignore-not-found") < next(
        n for n, call in enumerate(calls) if call.startswith("apply -n gpu-ci -f")
    )
    assert any("persistentvolumeclaim gpu-cache" in call for call in calls)


FAULTS: list[tuple[Answers, str]] = [
    ({"get namespace *": (1, "")}, "WRONG namespace gpu-ci: kubectl get namespace gpu-ci"),
    ({"rollout status*interceptors*": (1, "")}, "WRONG Triggers' interceptors"),
    ({"get resourcequota*": (1, "")}, "WRONG quota"),
    ({"get secret github-webhook-secret*": (1, "")}, "WRONG secret of the webhook"),
    ({"get persistentvolumeclaim *": (1, "")}, "WRONG claim"),
    ({"wait *": (1, "")}, "WRONG EventListener ci-eventlistener"),
    ({"get job *": (0, "FailureTarget Failed")}, "WRONG GPUs in a Pod: this is what the Job says"),
    (
        {"get job *": (0, ""), "get pods *job-name*": (0, "0/3 nodes are available: 3 Insufficient nvidia.com/gpu.")},
        "WRONG GPUs in a Pod: it has waited five minutes for a node\n0/3 nodes are available: 3 Insufficient",
    ),
]


@pytest.mark.parametrize(("answers", "told"), FAULTS)
def test_verify_says_what_is_wrong(platform: Path, answers: Answers, told: str) -> None:
    done, _ = script(platform, "verify.sh", answers=answers)
    assert done.returncode == 1
    assert told in done.stdout


def test_logs_are_collected_without_secrets(platform: Path) -> None:
    done, calls = script(platform, "collect-logs.sh")
    assert done.returncode == 0, done.stderr
    assert not [call for call in calls if "get secret" in call]
    archive = platform.parent / done.stdout.strip()
    names = subprocess.run(["tar", "-tzf", str(archive)], capture_output=True, text=True, check=True).stdout
    assert "gpu-ci-one.log" in names
    assert "pipelineruns.yaml" in names


def test_logs_are_collected_of_what_still_answers(platform: Path) -> None:
    """A cluster in trouble is when they are wanted."""
    done, _ = script(platform, "collect-logs.sh", answers={"get *": (1, "refused"), "logs *": (1, "gone")})
    assert done.returncode == 0, done.stderr
    archive = platform.parent / done.stdout.strip().splitlines()[-1]
    names = subprocess.run(["tar", "-tzf", str(archive)], capture_output=True, text=True, check=True).stdout
    assert "version.txt" in names


def test_secrets_are_made_from_variables(platform: Path) -> None:
    words = {"KEY": "a b'c", "OTHER": "x", "htpasswd": "u:p"}
    done, calls = script(platform, "secrets.sh", answers=ABSENT, **words)
    assert done.returncode == 0, done.stderr
    made = next(call for call in calls if call.startswith("create secret generic github-secrets"))
    assert "a b'c" not in made
    assert re.search(r"--from-file=KEY=\S+ --from-file=OTHER=\S+", made)
    done, calls = script(platform, "secrets.sh", answers=ABSENT)
    assert done.returncode == 1
    assert "KEY is not set: give it by the variable KEY or KEY_FILE, or run this at a terminal" in done.stderr
    assert not [call for call in calls if CHANGING.search(call)]
    done, calls = script(platform, "secrets.sh")
    assert not [call for call in calls if CHANGING.search(call)]


def test_a_secret_that_is_taken_whole_is_made_from_a_file(workflow: Path, tmp_path: Path) -> None:
    text = workflow.read_text().replace("nvidia-smi", "echo '${{ toJSON(secrets) }}'")
    workflow.write_text(text)
    platform = tmp_path / "platform"
    assert make(workflow, "-o", platform, "--secret-store", "vault").exit_code == 0
    assert "| Secret `github-secrets` | all that GitHub has, and KEY, OTHER |" in (platform / "README.md").read_text()
    (store,) = [one for one in objects(platform) if one.get("kind") == "ExternalSecret"]
    assert store["spec"]["dataFrom"] == [{"extract": {"key": "github-secrets"}}]
    values = tmp_path / "values"
    values.write_text("# mine\n\nKEY=a b'c=\nMORE=$(id)")
    done, calls = script(platform, "secrets.sh", answers=ABSENT, github_secrets_FILE=str(values), OTHER="x")
    assert done.returncode == 0, done.stderr
    made = next(call for call in calls if call.startswith("create secret generic github-secrets"))
    assert re.findall(r"--from-file=(\w+)=", made) == ["KEY", "MORE", "OTHER"]
    for wrong in ("", "x\n", "../up=1\n"):
        values.write_text(wrong)
        words = {"github_secrets_FILE": str(values)} if wrong else {}
        done, calls = script(platform, "secrets.sh", answers=ABSENT, OTHER="x", KEY="y", **words)
        assert (done.returncode, [call for call in calls if CHANGING.search(call)]) == (1, [])


def test_a_secret_of_several_lines_keeps_them(platform: Path) -> None:
    """A key for ssh without its last line end is none."""
    key = platform.parent / "key"
    key.write_text("-----BEGIN-----\nx\n-----END-----\n")
    copy = 'for word; do case $word in --from-file=KEY=*) cat "${word#--from-file=KEY=}" > "$KUBECTL_LOG.key" ;; esac; done\n'
    text = KUBECTL.replace("while IFS", copy + "while IFS")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(script.__globals__, "KUBECTL", text)
        done, _ = script(platform, "secrets.sh", answers=ABSENT, KEY_FILE=str(key), OTHER="x", htpasswd="u:p")
    assert done.returncode == 0, done.stderr
    assert Path(f"{platform.parent}/kubectl.log.key").read_text() == key.read_text()
    done, _ = script(platform, "secrets.sh", answers=ABSENT, KEY_FILE="/none", OTHER="x", htpasswd="u:p")
    assert (done.returncode, "KEY: /none cannot be read" in done.stderr) == (1, True)


def test_uninstall_takes_only_what_deploy_brought(platform: Path) -> None:
    done, calls = script(platform, "uninstall.sh")
    assert done.returncode == 0, done.stderr
    deleted = [call for call in calls if call.startswith("delete")]
    labels = r"(gha2tekton.dev/repository|app.kubernetes.io/(managed-by=gha2tekton|part-of=gha2tekton-platform))"
    bindings = [call for call in deleted if "clusterrolebinding " in call]
    assert bindings == ["delete clusterrolebinding gpu-ci-x --ignore-not-found"]
    assert all(
        re.search(rf"-n gpu-ci -l {labels} --ignore-not-found$", call) for call in deleted if call not in bindings
    )
    assert not [
        call for call in deleted if re.search(r"namespaces?/? |persistentvolumeclaim|secrets? |priorityclass", call)
    ]
    kinds = [call.split()[1] for call in deleted]
    assert kinds.index("eventlisteners.triggers.tekton.dev") < kinds.index("pipelineruns.tekton.dev")
    assert kinds.index("pipelineruns.tekton.dev") < kinds.index("tasks.tekton.dev") < kinds.index("serviceaccounts")


def test_a_second_time_there_is_nothing_to_take(platform: Path) -> None:
    gone = {"get clusterrolebindings*": (0, ""), "get *-o name": (0, ""), "get namespace *": (1, "")}
    done, calls = script(platform, "uninstall.sh", answers=gone)
    assert (done.returncode, [call for call in calls if call.startswith("delete")]) == (0, [])


@pytest.mark.parametrize("others", ["", "namespace/another\\n"])
def test_data_goes_when_it_is_named(platform: Path, others: str) -> None:
    """What namespaces share stays for the others."""
    answers = {"get namespaces -l*": (0, f"namespace/gpu-ci\\n{others}")}
    done, calls = script(platform, "uninstall.sh", "--data", answers=answers)
    assert done.returncode == 0, done.stderr
    assert "delete namespace gpu-ci --ignore-not-found" in calls
    assert any(call.startswith("delete priorityclasses,storageclasses") for call in calls) is not bool(others)
