"""A job's life beyond its steps: secrets, output as it comes, time limits, being taken away, stages, the jobs before."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from tests.runtime.machine import Ended, Job, Machine, run_job
from tests.runtime.test_steps import step, told


@pytest.mark.slow
def test_secrets_reach_only_those_who_ask(machine: Machine, directory: Path) -> None:
    script = step("none", "env | grep SECRET || echo none; ls $GHA_STATE/*/* | grep -c masks || :")
    script += step("asks", 'echo "$GHA_SECRET_ONE" | wc -c', "--secret", "ONE")
    script += step("template", 'printf "%s" "$TOKEN" | tail -n 1 | tr a-z A-Z', "--env", "TOKEN=${{ secrets.Two_3 }}")
    job = run_job(machine, directory, script, GHA_SECRET_ONE="12345", GHA_SECRET_TWO_3="first\nlast line")
    assert told(job.ended.out)[1:] == ["none", "0", "=== asks", "6", "=== template", "LAST LINE"], job.ended
    assert "12345" not in "".join(path.read_text() for path in job.state.rglob("*") if path.is_file())


MASKS = (
    step("say", 'echo "a $A, $B-$B"; echo "::add-mask::hidden%0Aunder"; echo "hidden too under"; echo "##[add-mask]old form"',
         "--env", "A=${{ secrets.A }}", "--env", "B=${{ secrets.B }}", "--id", "s")
    + step("old form ${{ secrets.A }}", "echo leaked=$X >> $GITHUB_OUTPUT; echo kept=x >> $GITHUB_OUTPUT; echo 'old form'", "--id", "o",
           "--env", "X=x${{ secrets.B }}x")
    + "output leaked '${{ steps.o.outputs.leaked }}'\noutput kept '${{ steps.o.outputs.kept }}'\n"
)  # fmt: skip


@pytest.mark.slow
def test_masks(machine: Machine, directory: Path) -> None:
    job = run_job(machine, directory, MASKS, GHA_SECRET_A="sesame", GHA_SECRET_B="sesame.open&*")
    assert told(job.ended.out) == [
        "=== say", "a ***, ***-***", "*** too ***", "=== *** ***", "***", "Output leaked is left out: it may hold a secret",
    ]  # fmt: skip
    assert job.told("outputs/kept") == "x"
    assert job.told("outputs/leaked") is None
    # The next Task knows what was masked here.
    later = run_job(machine, directory, step("later", "echo hidden"))
    assert told(later.ended.out) == ["=== later", "***"]


COMMANDS = {
    "::group::Title": "--- Title",
    "  ::ERROR file=a.py,line=3,col=1::b%25c%0Ad": "Error: a.py:3: b%c\nd",
    "::warning title=t::w": "Warning: w",
    "::notice::n :: m": "Notice: n :: m",
    "::debug::d": None,
    "::endgroup::": None,
    "::unknown::x": "::unknown::x",
    ":: error::x": ":: error::x",
    "text ::error::x": "text ::error::x",
    "##[group]Old": "--- Old",
    "2024 ##[error]old": "Error: old",
    "back\\slash %s $HOME": "back\\slash %s $HOME",
    "::stop-commands::tok": None,
    "::error::kept": "::error::kept",
    "::tok::": None,
    "::error::again": "Error: again",
}


@pytest.mark.slow
def test_workflow_commands(machine: Machine, directory: Path) -> None:
    (directory / "lines").write_text("\n".join(COMMANDS) + "\n")
    job = run_job(machine, directory, step("say", f"cat '{directory}/lines'; echo bad >&2"))
    assert told(job.ended.out)[1:] == "\n".join(line for line in [*COMMANDS.values(), "bad"] if line is not None).split(
        "\n"
    )


@contextmanager
def started(machine: Machine, directory: Path, script: str, **env: str) -> Iterator[subprocess.Popen[bytes]]:
    """A job that runs; what is left of it at the end is killed."""
    state, workspace = directory / "state", directory / "workspace"
    workspace.mkdir()
    (directory / "script").write_text(script)
    environment = machine.environment(
        {"GHA_STATE": str(state), "GITHUB_WORKSPACE": str(workspace), "TMPDIR": str(directory), **env}
    )
    command = [*machine.shell, str(machine.runtime / "job"), str(directory / "script")]
    with subprocess.Popen(
        command, env=environment, cwd=workspace, stdout=subprocess.PIPE, start_new_session=True
    ) as process:
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def until(process: subprocess.Popen[bytes], text: bytes, seconds: float = 10) -> bytes:
    """What the process prints up to a text; what it has printed when the time is over."""
    assert process.stdout
    os.set_blocking(process.stdout.fileno(), False)
    seen, end = b"", time.monotonic() + seconds
    while text not in seen and time.monotonic() < end:
        seen += process.stdout.read() or b""
        time.sleep(0.01)
    return seen


@pytest.mark.slow
def test_output_comes_at_once(machine: Machine, directory: Path) -> None:
    """A line, and a progress bar, are seen while the step still runs."""
    wait = f"until [ -f '{directory}/go' ]; do sleep 0.02; done; rm '{directory}/go'"
    script = step("slow", f"echo one; {wait}; printf '10%%\\r20%%\\r'; {wait}; echo end")
    with started(machine, directory, script) as process:
        assert until(process, b"one\n") == b"=== slow\none\n"
        (directory / "go").touch()
        assert until(process, b"20%\n") == b"10%\n20%\n"
        (directory / "go").touch()
        assert until(process, b"end\n") == b"end\n"
        assert process.wait(10) == 0


@pytest.mark.slow
def test_being_taken_away(machine: Machine, directory: Path) -> None:
    """Tekton signals the whole process group: the step is cancelled and what always runs still does."""
    script = step("long", "trap 'echo caught; exit 9' TERM; echo begun; while :; do sleep 0.05; done")
    script += step("not") + step("clean", "echo cleaned", "--if", "always()") + step("too", ":", "--if", "cancelled()")
    with started(machine, directory, script + step("failed", ":", "--if", "failure()")) as process:
        until(process, b"begun")
        os.killpg(process.pid, signal.SIGTERM)
        assert b"caught\n" in until(process, b"failed: skipped")
        assert process.wait(10) == 1
    job = Job(Ended(1, "", ""), directory / "state", directory / "workspace")
    assert job.outcomes == ["cancelled", "skipped", "success", "success", "skipped"]
    assert job.told("result") == "cancelled"


@pytest.mark.slow
def test_interrupts_reach_what_a_step_runs(machine: Machine, directory: Path) -> None:
    """Notebook kernels are interrupted by SIGINT, to which a shell's background processes are deaf."""
    # A test run in the background has been started deaf itself, and no shell below it could be otherwise.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    body = "import os, signal\ntry:\n    os.kill(os.getpid(), signal.SIGINT)\nexcept KeyboardInterrupt:\n    print('interrupted')"
    job = run_job(
        machine,
        directory,
        step("py", body, "--shell", "python") + step("t", body, "--shell", "python", "--timeout", "1"),
    )
    assert told(job.ended.out) == ["=== py", "interrupted", "=== t", "interrupted"]


@pytest.mark.slow
def test_a_step_has_its_time(machine: Machine, directory: Path) -> None:
    script = step("quick", "echo done", "--timeout", "5")
    script += step(
        "slow", "sleep 30 & wait; echo never", "--timeout", "env.MINUTES", "--id", "s", "--env", "MINUTES=0.01"
    )
    script += step("after", "echo $O", "--if", "always()", "--env", "O=${{ steps.s.outcome }}")
    began = time.monotonic()
    job = run_job(machine, directory, script)
    assert time.monotonic() - began < 8
    assert told(job.ended.out)[:3] == ["=== quick", "done", "=== slow"]
    assert any(line.startswith("Error: the step has timed out after") for line in told(job.ended.out))
    assert (job.outcomes, told(job.ended.out)[-1]) == (["success", "failure", "success"], "failure")


@pytest.mark.slow
def test_a_job_has_its_time_over_all_stages(machine: Machine, directory: Path) -> None:
    run_job(machine, directory, step("a"), GHA_TIMEOUT_MINUTES="60")
    deadline = int((directory / "state" / "deadline").read_text())
    assert abs(deadline - time.time() - 3600) < 60
    (directory / "state" / "deadline").write_text(str(int(time.time()) - 1))
    job = run_job(machine, directory, step("b") + step("c", ":", "--if", "always()"), GHA_TIMEOUT_MINUTES="60")
    assert any("the job has reached its time limit" in line for line in told(job.ended.out))
    assert job.outcomes == ["success", "skipped", "success"]
    assert (directory / "state" / "result").read_text() == "cancelled"
    (directory / "state" / "deadline").write_text(str(int(time.time()) - 301))
    job = run_job(machine, directory, step("d", ":", "--if", "always()"), GHA_TIMEOUT_MINUTES="60")
    assert job.outcomes == ["success", "skipped", "success", "failure"]


@pytest.mark.slow
def test_what_a_step_leaves_running_does_not_hold_the_job(machine: Machine, directory: Path) -> None:
    script = step(
        "server", f"(until [ -f '{directory}/stop' ]; do sleep 0.05; done; echo gone) & echo started; echo $! > pid"
    )
    script += step("next", f"kill -0 $(cat pid) && echo alive; touch '{directory}/stop'")
    with started(machine, directory, script) as process:
        seen = until(process, b"gone")
        assert seen.decode().splitlines()[:3] == ["=== server", "started", "=== next"]
        assert process.wait(10) == 0


@pytest.mark.slow
def test_much_output_arrives_whole(machine: Machine, directory: Path) -> None:
    job = run_job(
        machine,
        directory,
        step("much", "awk 'BEGIN { for (i = 0; i < 20000; i++) print \"line\", i }'; echo x=1 >> $GITHUB_OUTPUT"),
    )
    lines = told(job.ended.out)
    assert (len(lines), lines[-1]) == (20001, "line 19999")


STAGE = {"GHA_STAGE": "first", "GHA_LAST": "false"}
NEXT = {"GHA_STAGE": "second", "GHA_AFTER": "first"}


@pytest.mark.slow
def test_stages_share_what_a_job_knows(machine: Machine, directory: Path) -> None:
    go = directory / "go"
    one = run_job(machine, directory, step("a", "echo E=e >> $GITHUB_ENV; echo o=1 >> $GITHUB_OUTPUT", "--id", "a"),
                  GHA_RESULT_GO=str(go), **STAGE)  # fmt: skip
    assert (one.ended.code, go.read_text(), one.told("result")) == (0, "true", None)
    two = run_job(machine, directory, step("b", "echo $E$O", "--env", "O=${{ steps.a.outputs.o }}"), **NEXT)
    assert (told(two.ended.out), two.told("result")) == (["=== b", "e1"], "success")


@pytest.mark.parametrize("forgiven", ["", "true"])
@pytest.mark.slow
def test_only_the_stage_that_failed_is_red(machine: Machine, directory: Path, forgiven: str) -> None:
    go, status = directory / "go", directory / "status"
    one = run_job(
        machine, directory, step("a", "exit 1"), GHA_RESULT_GO=str(go), GHA_CONTINUE_ON_ERROR=forgiven, **STAGE
    )
    assert (one.ended.code, go.read_text()) == (1, "false")
    two = run_job(
        machine,
        directory,
        step("b") + step("c", ":", "--if", "always()"),
        GHA_STAGE="mid",
        GHA_AFTER="first",
        GHA_LAST="false",
    )
    assert (two.ended.code, two.outcomes[1:]) == (0, ["skipped", "success"])
    last = run_job(
        machine,
        directory,
        step("d"),
        GHA_STAGE="last",
        GHA_AFTER="mid",
        GHA_RESULT_STATUS=str(status),
        GHA_CONTINUE_ON_ERROR=forgiven,
    )
    wanted = (0, "success") if forgiven else (1, "failure")
    assert (last.ended.code, last.told("result")) == wanted
    assert status.read_text() == wanted[1]


@pytest.mark.slow
def test_a_stage_that_never_ended_has_failed(machine: Machine, directory: Path) -> None:
    job = run_job(machine, directory, step("a") + step("b", ":", "--if", "failure()"), **NEXT)
    assert (job.outcomes, job.told("result"), job.ended.code) == (["skipped", "success"], "failure", 1)
    assert "first did not end" in job.ended.out


NEEDS = [
    ("success()", {"a": "success", "b": "success"}, "success"),
    ("needs.a.outputs.v == '1'", {"a": "success", "b": "success"}, "success"),
    ("needs.a.outputs.v == '2'", {"a": "success", "b": "success"}, "skipped"),
    ("success()", {"a": "success", "b": "skipped"}, "skipped"),
    ("success()", {"a": "success"}, "skipped"),
    ("always()", {"a": "failure"}, "success"),
    ("failure()", {"a": "skipped", "b": "failure"}, "success"),
    ("failure()", {"a": "skipped", "b": "cancelled"}, "skipped"),
    ("!failure() && !cancelled()", {"a": "skipped", "b": "success"}, "success"),
    ("always() && needs.B.result == 'failure'", {"a": "success"}, "success"),
    ("always() && contains(needs.*.result, 'skipped')", {"a": "success", "b": "skipped"}, "success"),
    ("inputs.flag == 'true'", {"a": "success", "b": "success"}, "success"),
    ("fromJSON('')", {"a": "success", "b": "success"}, "skipped"),
]


@pytest.mark.parametrize(
    ("condition", "results", "wanted"), NEEDS, ids=[f"{c} {'-'.join(r.values())}" for c, r, _ in NEEDS]
)
@pytest.mark.slow
def test_conditions_of_jobs(
    machine: Machine, directory: Path, condition: str, results: dict[str, str], wanted: str
) -> None:
    for name, result in results.items():
        (directory / "jobs" / name / "outputs").mkdir(parents=True)
        (directory / "jobs" / name / "result").write_text(result)
        (directory / "jobs" / name / "outputs" / "v").write_text("1")
    given = {"GHA_NEEDS": str(directory / "jobs"), "GHA_NEEDED": "a b", "GHA_IF": condition, "GHA_INPUTS_FLAG": "true"}
    job = run_job(machine, directory, step("s") + "output o x\n", **given)
    assert (job.told("result"), job.outcomes) == (wanted, [wanted])
    assert job.told("outputs/o") == (None if wanted == "skipped" else "x")
    assert job.ended.code == 0


CALLS = [
    # (condition, GHA_NEEDED, GHA_ANCESTORS or none, results, whether the job runs)
    ("success('a')", "a b", None, "success failure", True),
    ("success('a', 'B')", "a b", None, "success failure", False),
    ("failure('a') || cancelled()", "a b", None, "success failure", False),
    ("success('a+b')", "c", None, "success skipped", True),
    ("success()", "call=a+b", None, "success skipped", True),
    ("success()", "call=a+b", None, "skipped skipped", False),
    ("success()", "call=a+b", "a+b c", "success success skipped", False),
    ("failure()", "call=a+b", None, "skipped failure", True),
    ("needs.call.result == 'success'", "Call=a+b", None, "success skipped", True),
    ("always() && needs.CALL.result == 'cancelled'", "call=a+b", None, "success cancelled", True),
    ("join(needs.*.result) == 'success,success'", "call=a+b c", None, "success skipped success", True),
    ("join(needs.*.result) == 'success'", "a -b -call=c", None, "success success success", True),
    ("needs.a.outputs.v == '1' && needs.b.result == ''", "a -c", "", "success failure", True),
    (
        "always() && needs.a.outputs.v && needs.b.result && needs.c.result",
        "call=a+b -c",
        "",
        "success failure success",
        True,
    ),
    ("success()", "a", "", "failure", True),
]


@pytest.mark.parametrize(("condition", "needed", "above", "results", "runs"), CALLS)
@pytest.mark.slow
def test_calls_are_jobs_to_conditions(
    machine: Machine, directory: Path, condition: str, needed: str, above: str | None, results: str, runs: bool
) -> None:
    for name, result in zip("abc", results.split(), strict=False):
        (directory / "jobs" / name / "outputs").mkdir(parents=True)
        (directory / "jobs" / name / "result").write_text(result)
        (directory / "jobs" / name / "outputs" / "v").write_text("1")
    given = {"GHA_NEEDS": str(directory / "jobs"), "GHA_NEEDED": needed, "GHA_IF": condition}
    given |= {} if above is None else {"GHA_ANCESTORS": above}
    job = run_job(machine, directory, step("s"), **given)
    assert (job.told("result"), job.ended.code) == ("success" if runs else "skipped", 0)


@pytest.mark.slow
def test_legs_are_one_job(machine: Machine, directory: Path) -> None:
    jobs = directory / "jobs"
    for leg, (result, outputs) in enumerate([("success", {"v": "0", "w": "w"}), ("skipped", {"v": "1", "x": ""})]):
        (jobs / f"m.{leg}" / "outputs").mkdir(parents=True)
        (jobs / f"m.{leg}" / "result").write_text(result)
        for name, value in outputs.items():
            (jobs / f"m.{leg}" / "outputs" / name).write_text(value)
    given = {"GHA_NEEDS": str(jobs), "GHA_NEEDED": "m"}
    body = step(
        "s",
        "echo $V",
        "--env",
        "V=${{ needs.m.result }} ${{ needs.m.outputs.v }}${{ needs.m.outputs.w }}${{ needs.m.outputs.x }}",
    )
    two = run_job(machine, directory, body, GHA_LEGS="m:2", **given)
    assert told(two.ended.out)[-1] == "skipped 1w"
    three = run_job(machine, directory, body, GHA_LEGS="m:3", **given)
    assert told(three.ended.out)[-1] == "failure 1w"


@pytest.mark.slow
def test_a_skipped_job_takes_no_gpu(machine: Machine, directory: Path) -> None:
    go = directory / "go"
    one = run_job(machine, directory, step("a"), GHA_IF="false", GHA_RESULT_GO=str(go), **STAGE)
    assert (one.ended.code, go.read_text()) == (0, "false")
    two = run_job(machine, directory, step("b"), GHA_IF="false", GHA_STAGE="third", GHA_AFTER="second")
    assert (two.ended.code, two.told("result"), "did not end" in two.ended.out) == (0, "skipped", False)


@pytest.mark.slow
def test_what_was_installed_is_installed_again_in_the_next_stage(machine: Machine, directory: Path) -> None:
    install = 'echo "installing $WITH"; echo a >> "$RUNNER_TEMP/times"; echo X=1 >> "$GITHUB_ENV"; echo s >> "$GITHUB_STEP_SUMMARY"'
    first = (
        step("install", install, "--env", "WITH=first")
        + step("left out", "echo never", "--if", "false")
        + step("fails", "false")
    )
    run_job(machine, directory, first, GHA_STAGE="one", GHA_LAST="false")
    again = step("install", install, "--env", "WITH=then").replace("step ", "again ")
    more = "".join(step(name, "echo not this").replace("step ", "again ") for name in ("left out", "fails", "unknown"))
    job = run_job(
        machine,
        directory,
        again + more + step("use", 'echo "$X"', "--if", "always()"),
        GHA_STAGE="two",
        GHA_AFTER="one",
    )
    assert told(job.ended.out) == ["=== install", "installing then", "=== use", "1"]
    assert (job.outcomes, job.told("temp/times"), job.told("summary.md")) == (
        ["success", "skipped", "failure", "success"],
        "a\na\n",
        "s\n\n",
    )


@pytest.mark.slow
def test_what_cannot_be_installed_again_fails_the_job(machine: Machine, directory: Path) -> None:
    run_job(machine, directory, step("install", ":"), GHA_STAGE="one", GHA_LAST="false")
    job = run_job(
        machine,
        directory,
        step("install", "exit 3").replace("step ", "again ") + step("use"),
        GHA_STAGE="two",
        GHA_AFTER="one",
    )
    assert (job.ended.code, job.outcomes, job.told("result")) == (1, ["success", "skipped"], "failure")


CONDA = """#!/bin/sh
# Environments are directories, named by their first words; the first of CONDA_ENVS_DIRS takes new ones.
first=${CONDA_ENVS_DIRS%%:*}
case $1 in
  env) for one in $(echo "$CONDA_ENVS_DIRS" | tr : ' '); do ls "$one" 2>/dev/null; done ;;
  create) echo "making $5"; mkdir -p "$first/$5" ;;
  install) echo "installing into $5" ;;
  run) echo "$first/$3" ;;
esac
"""


@pytest.mark.slow
@pytest.mark.parametrize(("name", "later"), [("analysis", []), ("base", ["installing into base"])])
def test_an_environment_of_conda_is_there_in_the_next_stage(
    name: str, later: list[str], machine: Machine, directory: Path
) -> None:
    conda = directory / "conda" / "bin" / "conda"
    conda.parent.mkdir(parents=True)
    (directory / "conda" / "envs" / "base").mkdir(parents=True)
    conda.write_text(CONDA)
    conda.chmod(0o755)
    given = {"PATH": f"{conda.parent}:/usr/bin:/bin", "GHA_HOME": str(directory / "home")}
    setup = step("conda", f"setup-conda --name {name} --python 3.12")
    one = run_job(machine, directory, setup, GHA_STAGE="one", GHA_LAST="false", **given)
    assert f"installing into {name}" in told(one.ended.out)
    two = run_job(machine, directory, setup.replace("step ", "again "), GHA_STAGE="two", GHA_AFTER="one", **given)
    assert told(two.ended.out) == ["=== conda", *later]


@pytest.mark.slow
def test_a_container_that_is_called_where_it_is(machine: Machine, directory: Path) -> None:
    (directory / "workspace").mkdir()
    (directory / "workspace" / "input").write_text("given\n")
    script = step(
        "call",
        'docker run -e WORD="a b" -v ./input:$TMPDIR/of/input -w / tool:1 sh -c "env | sort | grep -v ^_=; cat \\$TMPDIR/of/input"',
    )
    script += step("around", 'echo "$OWN|$IMAGES|$(docker run tool:1 sh -c "exit 3" || echo $?)"')
    script += step("stdin", "printf 'b\\na\\n' | docker run -i tool:1 sort; printf x | docker run tool:1 cat")
    script += step("other", "docker run other:1 true") + step(
        "last", "docker run tool:1 sh -c 'exit 4' || docker run tool:1 false", "--if", "always()"
    )
    table = {"GHA_IN_PLACE": "tool", "GHA_CONTAINERS": "image\ttool:1\ttool\n"}
    job = run_job(
        machine,
        directory,
        script,
        **table,
        GHA_OWN_OWN="the job's",
        GHA_OWN_IMAGES="too",
        IMAGES="it's the image's",
        TMPDIR=str(directory),
    )
    lines = told(job.ended.out)
    assert lines[:3] == ["=== call", f"HOME={machine.runtime}", "IMAGES=it's the image's"], job.ended
    assert lines[3].startswith("PATH=")
    assert str(machine.runtime) not in lines[3].removeprefix("PATH=").split(":")
    # Busybox's shell makes a variable of its own.
    rest = [line for line in lines[4:] if not line.startswith("SHLVL=")]
    assert rest[:10] == [
        "PWD=/",
        "TMPDIR=" + str(directory),
        "WORD=a b",
        "given",
        "=== around",
        "the job's|too|3",
        "=== stdin",
        "a",
        "b",
        "=== other",
    ]
    assert job.outcomes == ["success", "success", "success", "failure", "failure"]
    assert (job.told("result"), [path.name for path in directory.glob("containers.*/tool/call.*")]) == ("failure", [])


@pytest.mark.slow
def test_a_service_that_is_called_where_it_is(machine: Machine, directory: Path) -> None:
    """Its own command runs beside the steps until their end, with its variables, which are none of the job's."""
    mounted = directory / "mounted"
    table = f"service\tlab\ttool\nhome\ttool\t{directory}/workspace\nmount\ttool\t{directory}/workspace\t{mounted}\n"
    main = "trap 'echo told to end; exit 0' TERM; echo begun as $NAME; while :; do [ -e asked ] && mv asked answered; sleep 0.1; done"
    script = step("early", "docker compose exec lab true || echo not yet") + step("up", "docker compose up -d --wait")
    script += step("exec", 'docker compose exec -T lab sh -c \'echo "$NAME $OWN $(pwd)"\'; echo "${NAME-unset} $OWN"')
    script += step("ask", "touch asked; until [ -e answered ]; do sleep 0.1; done; docker exec x-lab-1 ls answered")
    script += step("state", "docker compose ps; docker inspect -f '{{.State.Health.Status}}' lab; docker logs lab")
    script += step("out", "docker compose cp lab:$TMPDIR/mounted/answered copied; ls")
    job = run_job(
        machine,
        directory,
        script,
        GHA_IN_PLACE="tool",
        GHA_CONTAINERS=table,
        GHA_COMMAND=f"sh -c {shlex.quote(main)}",
        GHA_WORKING_DIR=str(mounted),
        GHA_HEALTH="test -e /",
        GHA_HEALTH_TIMES="1 3 0",
        GHA_SERVICE_NAME="it's a lab",
        GHA_SERVICE_OWN="the service's",
        GHA_OWN_OWN="the job's",
        GHA_LAST="false",
        TMPDIR=str(directory),
    )
    assert told(job.ended.out) == [
        *("=== early", 'service "lab" is not running', "not yet", "=== up"),
        *("=== exec", f"it's a lab the service's {mounted}", "unset the job's"),
        *("=== ask", "answered", "=== state", "NAMES\tIMAGE\tSTATUS", "tool\tlab\tUp (healthy)", "healthy"),
        *("begun as it's a lab", "=== out", "answered", "copied"),
    ], job.ended
    assert job.outcomes == ["success"] * 6
    (place,) = directory.glob("containers.*/tool")
    # A shell may say of its child that it was told so, too.
    log = (place / "log").read_text().replace("Terminated\n", "")
    assert (log, (place / "ended").read_text()) == ("begun as it's a lab\ntold to end\n", "0\n")
    later = run_job(
        machine,
        directory,
        step("logs", "docker logs lab; docker compose logs; docker logs none 2> /dev/null || echo none"),
    )
    assert told(later.ended.out) == ["=== logs", "begun as it's a lab", "begun as it's a lab", "none"], later.ended


@pytest.mark.slow
def test_a_container_that_is_left_running_where_it_is(machine: Machine, directory: Path) -> None:
    wait = "while [ ! -e stop ]; do sleep 0.1; done; echo ended; exit 4"
    script = step(
        "run",
        f"docker run -dt --name nb -e A=1 -v .:$TMPDIR/w -w $TMPDIR/w tool:1 sh -c 'echo begun; {wait}' > $TMPDIR/id",
    )
    script += step("exec", "docker exec -e B=2 nb sh -c 'echo \"$A $B\"; touch made'; ls made; docker logs nb")
    script += step("end", "touch stop; docker wait nb; docker logs nb")
    script += step(
        "idle", "docker run -dit --name other tool:1 sh > $TMPDIR/id; docker inspect -f '{{.State.Running}}' other"
    )
    table = {"GHA_IN_PLACE": "tool", "GHA_CONTAINERS": "image\ttool:1\ttool\n"}
    job = run_job(machine, directory, script, **table, TMPDIR=str(directory))
    assert told(job.ended.out) == [
        *("=== run", "=== exec", "1 2", "made", "begun", "=== end", "4", "begun", "ended"),
        *("=== idle", "true"),
    ], job.ended


INPUTS = [
    ("--one-of fast 'very slow'", "very slow", ""),
    ("--one-of fast 'very slow'", "slow", "one of fast, very slow"),
    *(
        pytest.param(*row, marks=pytest.mark.slow)
        for row in (
            ("--boolean", "true", ""),
            ("--boolean", "yes", "true or false"),
            ("--number", "-1.5e3", ""),
            ("--number", "1\n2x", "a number"),
            ("--number", "", ""),
        )
    ),
]


@pytest.mark.parametrize(("wanted", "given", "refused"), INPUTS)
@pytest.mark.slow
def test_inputs_are_what_github_would_take(
    wanted: str, given: str, refused: str, machine: Machine, directory: Path
) -> None:
    body = f'input mode "$GHA_INPUTS_MODE" {wanted}\n' + step("a", "echo ran", "--if", "always()")
    job = run_job(machine, directory, body, GHA_INPUTS_MODE=given)
    assert ("ran" in told(job.ended.out), job.ended.code) == (not refused, int(bool(refused)))
    assert not refused or f"Error: the input mode is {given}, and must be {refused}" in job.ended.out


@pytest.mark.slow
def test_credentials_for_git_are_those_of_each_pod(machine: Machine, directory: Path) -> None:
    """A home that goes from Task to Task leads to them, and holds none itself."""
    pod, home = directory / "pod", directory / "home"
    pod.mkdir()
    (pod / ".git-credentials").write_text("https://a:b@github.com\n")
    script = step("told", "cat ~/.git-credentials 2> /dev/null || echo none")
    for there in (True, False, True):
        if there:
            (pod / ".git-credentials").write_text("https://a:b@github.com\n")
        else:
            (pod / ".git-credentials").unlink()
        done = run_job(machine, directory, script, HOME=str(pod), GHA_HOME=str(home))
        assert ("https://a:b@github.com" if there else "none") in told(done.ended.out)
        assert not (home / ".git-credentials").is_file() or (home / ".git-credentials").is_symlink()
