"""What a job's steps do to each other: order, conditions, outcomes, environment, outputs."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from tests.runtime.machine import Machine, run_job


def step(name: str, body: str = ":", *options: str) -> str:
    """A call of step as the converter writes it."""
    words = " ".join("'" + option.replace("'", "'\\''") + "'" for option in options)
    return f"step '{name}' {words} <<'STEP'\n{body}\nSTEP\n"


def told(out: str) -> list[str]:
    """The lines of a job's log."""
    return out.splitlines()


OUTCOMES: dict[str, tuple[str, list[str], str, int]] = {
    "one after the other": (step("a") + step("b"), ["success", "success"], "success", 0),
    "a failure skips what follows": (
        step("a", "exit 3") + step("b") + step("c", ":", "--if", "always()") + step("d", ":", "--if", "failure()"),
        ["failure", "skipped", "success", "success"], "failure", 1,
    ),
    "a condition without a status function": (
        step("a", "exit 1", "--id", "x") + step("b", ":", "--if", "steps.x.outcome == 'failure'"), ["failure", "skipped"], "failure", 1,
    ),
    "the name of a function in a string": (
        step("a", "exit 1") + step("b", ":", "--if", "'always()' != ''"), ["failure", "skipped"], "failure", 1,
    ),
    "the shell ends at the first failure": (step("a", "false\ntrue"), ["failure"], "failure", 1),
    "the default shell has no pipefail": (step("a", "false | true"), ["success"], "success", 0),
    "bash has it": (step("a", "false | true", "--shell", "bash"), ["failure"], "failure", 1),
    "the shell that runs in an environment goes on after a failure": (
        step("a", "false\n[[ a == a ]]", "--shell", "micromamba-shell {0}"), ["success"], "success", 0,
    ),
    "a failure forgiven": (
        step("a", "exit 1", "--id", "x", "--continue", "true") + step("b", ":", "--if", "steps.x.outcome == 'failure'"),
        ["failure", "success"], "success", 0,
    ),
    "a failure forgiven by an expression": (
        step("a", "echo 'MAY=yes' >> $GITHUB_ENV") + step("b", "exit 1", "--continue", "env.MAY == 'yes'"),
        ["success", "failure"], "success", 0,
    ),
    "a text that says true or false forgives nothing": (
        step("a", "echo 'MAY=true' >> $GITHUB_ENV") + step("b", "exit 1", "--continue", "env.MAY") + step("c", "exit 1", "--continue", "'false'", "--if", "always()"),
        ["success", "failure", "failure"], "failure", 1,
    ),
    "an error in forgiving forgives nothing": (step("a", "exit 1", "--continue", "fromJSON('')"), ["failure"], "failure", 1),
    "a condition that cannot be computed": (step("a", ":", "--if", "fromJSON('')") + step("b"), ["failure", "skipped"], "failure", 1),
    "a variable that cannot be computed": (step("a", ":", "--env", "X=${{ fromJSON('') }}"), ["failure"], "failure", 1),
    "a directory that is not there": (step("a", ":", "--dir", "nowhere"), ["failure"], "failure", 1),
    "a shell without a place for the script": (step("a", ":", "--shell", "cat"), ["failure"], "failure", 1),
    "a disabled command": (step("a", "echo '::set-env name=X::1'"), ["failure"], "failure", 1),
    "a fault in a file command": (step("a", "echo nonsense >> $GITHUB_OUTPUT") + step("b"), ["failure", "skipped"], "failure", 1),
    "an error command does not fail": (step("a", "echo '::error::bad'"), ["success"], "success", 0),
    "the machine speaks UTF-8": (step("a", '[ "$LANG" = C.UTF-8 ]'), ["success"], "success", 0),
    "the machine speaks what the workflow says": (
        step("a", 'echo LANG=xx_XX >> $GITHUB_ENV; [ "$LANG" = yy_YY ]', "--env", "LANG=yy_YY") + step("b", '[ "$LANG" = xx_XX ]'),
        ["success", "success"], "success", 0,
    ),
    "the machine speaks nothing beside LC_ALL": (step("a", '[ "${LANG-none}" = none ]', "--env", "LC_ALL=C"), ["success"], "success", 0),
    "nothing is read from the job's script": (step("a", "cat") + step("b"), ["success", "success"], "success", 0),
}  # fmt: skip


@pytest.mark.parametrize("name", OUTCOMES)
@pytest.mark.slow
def test_outcomes(machine: Machine, directory: Path, name: str) -> None:
    script, outcomes, result, code = OUTCOMES[name]
    job = run_job(machine, directory, script)
    assert (job.outcomes, job.told("result"), job.ended.code) == (outcomes, result, code), job.ended


@pytest.mark.slow
def test_a_container_of_the_workflow_speaks_as_its_image_does(machine: Machine, directory: Path) -> None:
    job = run_job(machine, directory, step("a", '[ "${LANG-none}" = none ]'), GHA_CONTAINER="true")
    assert job.outcomes == ["success"], job.ended


EVERYTHING = (
    step(
        "first ${{ 1 }}",
        r"""
echo "one=1" >> "$GITHUB_OUTPUT"
printf 'many<<E\n\na "b" $c\n\nE\n' >> "$GITHUB_OUTPUT"
echo "::set-output name=Old::a%0Ab%25"
printf 'name=workflow\nentry=e\nbody=b\nGITHUB_SHA=mine\nGITHUB_PAT=pat\nNODE_OPTIONS=x\nJOB=changed\n' >> "$GITHUB_ENV"
mkdir -p bin later; echo 'echo from the path' > bin/tool; cp bin/tool later/tool; chmod +x bin/tool later/tool
echo 'echo later' > later/tool
printf '%s\n%s\n' "$PWD/bin" "$PWD/later" >> "$GITHUB_PATH"
echo "[${name-unset}][$GITHUB_ACTION][$CI][$RUNNER_OS][$title]"
echo '# one' >> "$GITHUB_STEP_SUMMARY"
""",
        "--id", "A", "--env", "title=t",
    )
    + step(
        "second",
        """
echo "[$name][$entry][$body][$GITHUB_SHA][$GITHUB_PAT][${NODE_OPTIONS-unset}][$JOB][$LATE]"
echo "[$ONE][$MANY][$OLD]"
tool
echo "[$GITHUB_ACTION][$SIBLING]"
echo '# two' >> "$GITHUB_STEP_SUMMARY"
""",
        "--env", "JOB=step", "--env", "ONE=${{ steps.a.outputs.ONE }}", "--env", "MANY=${{ steps.a.outputs.many }}",
        "--env", "OLD=${{ steps.A.outputs.old }}", "--env", "SIBLING=${{ env.ONE }}", "--env", "GITHUB_SHA=mine",
    )
    + step("third ${{ env.name }}", "echo \"[$JOB][$GITHUB_ACTION]\"; pwd", "--dir", "${{ env.PLACE }}", "--env", "PLACE=bin")
    + "output One '${{ steps.a.outputs.one }}'\n"
    + "output many '${{ steps.a.outputs.many }}' \"$RESULTS/many\"\n"
    + "output none '${{ steps.a.outputs.none }}' \"$RESULTS/none\"\n"
    + "output big '${{ env.BIG }}${{ env.BIG }}' \"$RESULTS/big\"\n"
    + "output env '${{ env.name }}'\n"
)  # fmt: skip


@pytest.mark.slow
def test_what_steps_hand_on(machine: Machine, directory: Path) -> None:
    job = run_job(
        machine, directory, "job_env 'LATE=${{ github.ref }}!'\n" + EVERYTHING, JOB="job", GITHUB_SHA="f" * 40,
        GITHUB_REF="refs/heads/a", BIG="x" * 2000, RESULTS=str(directory), GHA_ARTIFACTS=str(directory / "kept"), GHA_JOB="j",
    )  # fmt: skip
    assert told(job.ended.out) == [
        "=== first 1", "[unset][A][true][Linux][t]",
        "=== second", f"[workflow][e][b][{'f' * 40}][pat][unset][step][refs/heads/a!]", "[1][", 'a "b" $c', "][a", "b%]", "later",
        "[__run][]",
        "=== third workflow", "[changed][__run_2]", f"{job.workspace}/bin",
        f"Output big is too large for a result: it is in {job.state}/outputs only",
    ]  # fmt: skip
    assert not job.ended.err
    outputs = {file.name: file.read_text() for file in (job.state / "outputs").iterdir()}
    assert outputs == {"one": "1", "many": '\na "b" $c\n', "big": "x" * 4000, "env": "workflow"}
    assert [(directory / name).read_text() for name in ("many", "none", "big")] == ['\na "b" $c\n', "", ""]
    assert (directory / "kept" / "summary-j.md").read_text() == "# one\n\n# two\n\n"


ODD = {"IFS": ":", "UID": "7", "PPID": "8", "TMPDIR": "/gone", "POSIXLY_CORRECT": "1", "_scope": "s", "LD_X": "x"}


@pytest.mark.slow
def test_variables_that_change_shells_and_tools(machine: Machine, directory: Path) -> None:
    """They reach the step's process alone, expressions find them, and none takes the place of the runtime's."""
    written = ODD | {"PATH": "/nowhere", "GHA_MINE": "m", "GHA_STATE": "/gone"}
    python = f"{sys.executable} {{0}}"
    show = f"import os; print(*[os.environ[name] for name in {[*ODD, 'GHA_MINE', 'WAS']}])"
    seen = "env._scope == 's' && env.IFS == ':' && env.GHA_MINE == 'm'"
    script = (
        step("write", "".join(f"echo '{name}={value}' >> $GITHUB_ENV\n" for name, value in written.items()))
        + step("read", show, "--if", seen, "--env", "WAS=${{ env.PATH }}", "--shell", python)
        + step("own", show, "--shell", python, "--env", "PATH=/own", "--env", "WAS=none",
               *(word for name in ODD for word in ("--env", f"{name}={ODD[name]}2")))
        + step("words", 'printf "<%s>" "$@"', "--shell", 'sh -e {0} "a  b" "" c\\d \'e f\' $HOME')
    )  # fmt: skip
    job = run_job(machine, directory, script)
    assert (job.outcomes, job.ended.err) == (["success"] * 4, "")
    assert told(job.ended.out) == [
        "=== write", "=== read", " ".join([*ODD.values(), "m /nowhere"]),
        "=== own", " ".join([*(f"{value}2" for value in ODD.values()), "m none"]),
        "=== words", "<a  b><><c\\d><'e><f'><$HOME>",
    ]  # fmt: skip


COMPOSITE = (
    "composite 'outer' --id c --env 'E=${{ env.G }}' --input 'Given=${{ env.E }}' --input 'flag=false'\n"
    + step("in", 'echo "[$X][$E][$F]"; echo y=2 >> $GITHUB_OUTPUT; exit 4', "--id", "a",
           "--env", "X=${{ inputs.given }}", "--env", "F=${{ inputs.flag && 'truthy' }}")
    + "composite 'inner' --if 'always()'\n"
    + step("own status", ":")
    + "end_composite\n"
    + step("skipped")
    + step("own failure", "echo N=new >> $GITHUB_ENV", "--if", "failure()")
    + "end_composite --output 'Res=${{ steps.a.outputs.y }}'\n"
)  # fmt: skip


@pytest.mark.slow
def test_composites(machine: Machine, directory: Path) -> None:
    first = step("a", "echo G=g >> $GITHUB_ENV; echo x=outer >> $GITHUB_OUTPUT", "--id", "a")
    last = step(
        "after", 'echo "[$R][$O][$N][${E-unset}]"', "--if", "always()",
        "--env", "R=${{ steps.c.outputs.res }}", "--env", "O=${{ steps.a.outputs.x }}",
    )  # fmt: skip
    job = run_job(machine, directory, first + COMPOSITE + last)
    assert told(job.ended.out) == [
        "=== a", "=== outer", "=== in", "[g][g][truthy]", "Error: Process completed with exit code 4.", "=== inner", "=== own status",
        "=== skipped: skipped", "=== own failure", "=== after", "[2][outer][new][unset]",
    ]  # fmt: skip
    assert job.outcomes == ["success", "failure", "success"]
    scope = job.state / "steps" / "0002" / "scope" / "steps"
    assert [(entry / "outcome").read_text() for entry in sorted(scope.iterdir())] == [
        "failure",
        "success",
        "skipped",
        "success",
    ]


@pytest.mark.slow
def test_a_composite_that_is_skipped_or_forgiven(machine: Machine, directory: Path) -> None:
    script = (
        "composite 'no' --id n --if 'false' --input 'a=${{ fromJSON(1) }}'\n" + step("x") + "end_composite --output 'o=1'\n"
        "composite 'bad' --id b --continue true\n" + step("y", "exit 1") + "end_composite --output 'o=kept'\n"
        "composite 'broken' --input 'a=${{ fromJSON() }}' --continue true\n" + step("z") + "end_composite\n"
    )  # fmt: skip
    last = step("end", 'echo "[$N][$B]"', "--env", "N=${{ steps.n.outputs.o }}", "--env", "B=${{ steps.b.outputs.o }}")
    job = run_job(machine, directory, script + last)
    assert job.outcomes == ["skipped", "failure", "failure", "success"], job.ended
    assert told(job.ended.out)[-1] == "[][kept]"
    assert job.told("result") == "success"


ENV_FILES = Path(__file__).parent / "env_files.jsonl"


def test_the_grammar_of_file_commands(machine: Machine, directory: Path) -> None:
    """All cases in one process: what stood before a fault was kept, and a fault is told."""
    cases = [json.loads(line) for line in ENV_FILES.read_text(encoding="utf-8").splitlines()]
    for index, case in enumerate(cases):
        (directory / f"{index:03}").mkdir()
        (directory / f"{index:03}.in").write_bytes(case["text"].encode())
    script = 'for f in "$1"/*.in; do LC_ALL=C awk -v into="${f%.in}" -f "$GHA_RUNTIME/envfile.awk" "$f" > "${f%.in}.err" 2>&1'
    (directory / "all").write_text(script + ' || echo "failed" >> "${f%.in}.err"; done\n')
    machine.run([*machine.shell, str(directory / "all"), str(directory)], machine.environment())
    for index, case in enumerate(cases):
        place = directory / f"{index:03}"
        found = {file.name: file.read_bytes().decode() for file in place.iterdir()}
        faulty = bool(place.with_suffix(".err").read_text())
        # The runner refuses to keep a value without a name, after it has read it.
        wanted = {name: value for name, value in case["pairs"] if name}
        assert (found, faulty) == (wanted, bool(case["fault"]) or any(not name for name, _ in case["pairs"])), case


@pytest.mark.slow
def test_scripts_in_a_config_map(machine: Machine, directory: Path) -> None:
    (directory / "scripts").mkdir()
    (directory / "scripts" / "key").write_text("echo 'a\rb'")
    job = run_job(machine, directory, "step 'file' --file key\n", GHA_SCRIPTS=str(directory / "scripts"))
    assert told(job.ended.out) == ["=== file", "a", "b"]


@pytest.mark.slow
def test_python_and_custom_shells(machine: Machine, directory: Path) -> None:
    script = step("py", "import sys\nprint(sys.argv[1:], sys.stdin.read() == '')", "--shell", "python")
    script += step("custom", 'BEGIN { print "awk" ARGC }', "--shell", "awk -f {0} one two")
    script += step("sh", "echo $0 $-", "--shell", "sh")
    script += step("quoted", "echo $#:$1", "--shell", "sh -c \"exec sh -e {0} 'of two'\"")
    script += step("slashes", 'echo "$#:$1:$2:$3"', "--shell", 'sh -e {0}  "a  *"\t\\"b\\" c\\\\"" ')
    job = run_job(machine, directory, script)
    lines = told(job.ended.out)
    assert lines[:4] == ["=== py", "[] True", "=== custom", "awk3"], job.ended
    assert lines[-4:] == ["=== quoted", "1:of two", "=== slashes", '3:a  *:"b":c\\'], job.ended


@pytest.mark.slow
def test_a_script_left_early_has_failed(machine: Machine, directory: Path) -> None:
    job = run_job(machine, directory, step("a") + "exit 0\n" + step("b"))
    assert (job.ended.code, job.told("result"), job.outcomes) == (1, "failure", ["success"])


@pytest.mark.slow
def test_names_that_no_shell_can_hold(machine: Machine, directory: Path) -> None:
    read = 'BEGIN { print ENVIRON["a-b"] "," ENVIRON["c-d"] "," ENVIRON["e.f"] }'
    script = "job_env 'a-b=job ${{ github.ref }}'\n" + step(
        "one", read, "--shell", "awk -f {0}", "--env", "c-d=${{ env.a-b }}!"
    )
    script += step("write", "echo e.f=file >> $GITHUB_ENV; echo a-b=over >> $GITHUB_ENV")
    script += step("two", read, "--shell", "awk -f {0}", "--if", "env.a-b == 'over' && !env.c-d", "--timeout", "1")
    script += "output both '${{ env.a-b }} ${{ env['\\''e.f'\\''] }}'\n"
    job = run_job(machine, directory, script, GITHUB_REF="main")
    assert told(job.ended.out) == ["=== one", "job main,job main!,", "=== write", "=== two", "over,,file"]
    assert job.told("outputs/both") == "over file"


@pytest.mark.slow
def test_what_is_done_at_the_end_of_steps_that_ran(machine: Machine, directory: Path) -> None:
    script = step("one", 'echo kept > "$GHA_LEFT/x"; echo "::save-state name=y::a%0Ab"', "--main", "k1") + step(
        "two", "echo no", "--if", "false", "--main", "k2"
    )
    script += step("Post two", "echo no", "--after", "k2", "--if", "always()") + step(
        "Post one", 'cat "$GHA_LEFT/x" "$GHA_LEFT/saved/y"', "--after", "k1"
    )
    script += step("other", 'echo "[$GHA_LEFT]"')
    job = run_job(machine, directory, script)
    assert told(job.ended.out) == [
        "=== one",
        "=== two: skipped",
        "=== Post two: skipped",
        "=== Post one",
        "kept",
        "a",
        "b",
        "=== other",
        "[]",
    ]


LOGIN = """\
step add --shell 'bash -l {0}' <<'STEP'
mkdir "$GITHUB_WORKSPACE/bin"
echo "$GITHUB_WORKSPACE/bin" >> "$GITHUB_PATH"
[ ! -e ~/.profile ] || echo "PROFILE=$MARK" > profile.txt
STEP
step look --shell 'bash -el {0}' <<'STEP'
echo "$PATH" > path.txt
STEP
step later --shell 'bash -e -o pipefail {0}' <<'STEP'
env | grep LOGIN_PATH > login.txt || :
STEP
"""


@pytest.mark.slow
@pytest.mark.parametrize("profile", [None, ".profile", ".bash_profile"])
def test_a_login_shell_keeps_the_path_of_the_step(machine: Machine, directory: Path, profile: str | None) -> None:
    if profile is not None:
        (directory / profile).write_text("MARK=read; PATH=/first:$PATH\n")
    done = run_job(machine, directory, LOGIN, HOME=str(directory))
    assert done.outcomes == ["success"] * 3, done.ended
    path = (done.workspace / "path.txt").read_text().strip().split(":")
    assert path[: 1 if profile else 0] == ["/first"][: 1 if profile else 0]
    assert str(done.workspace / "bin") in path
    assert (done.workspace / "login.txt").read_text() == ""
    if profile == ".profile":
        assert (done.workspace / "profile.txt").read_text() == "PROFILE=read\n"


@pytest.mark.slow
def test_a_login_shell_of_a_container_of_the_workflow_is_as_it_is(machine: Machine, directory: Path) -> None:
    run_job(machine, directory, LOGIN, HOME=str(directory), GHA_CONTAINER="true")
    assert not (directory / ".bash_profile").exists()


MACHINES = [("ubuntu-latest", "success"), ("", "success"), ("windows-2022", "failure"), ("macOS-14", "failure")]


@pytest.mark.slow
@pytest.mark.parametrize(("machine_of_run", "result"), MACHINES)
def test_a_machine_that_no_pod_is(machine: Machine, directory: Path, machine_of_run: str, result: str) -> None:
    script = f"runs_on '${{{{ vars.M }}}}'\n{step('a', 'echo')}"
    done = run_job(machine, directory, script, GHA_VARS_M=machine_of_run)
    assert (done.told("result"), done.ended.code) == (result, int(result != "success"))
    skipped = run_job(machine, directory / "other", script, GHA_VARS_M=machine_of_run, GHA_IF="false")
    assert (skipped.told("result"), skipped.ended.code) == ("skipped", 0)


@pytest.mark.slow
def test_a_directory_of_the_workspace_has_a_second_place(machine: Machine, directory: Path) -> None:
    there = directory / "image" / "cache"
    there.mkdir(parents=True)
    (there / "of-the-image").write_text("hidden")
    workspace = '"$GITHUB_WORKSPACE"'
    script = f"volume {workspace}/cache {there}\nvolume {workspace} {directory}/new/place\n"
    script += step("a", f"echo made > {there}/file; ls {there}; cat {directory}/new/place/cache/file")
    job = run_job(machine, directory, script)
    assert told(job.ended.out) == ["=== a", "file", "made"], job.ended
    assert (job.workspace / "cache" / "file").read_text() == "made\n"


@pytest.mark.slow
def test_a_volume_that_cannot_be_mounted_fails_the_job(machine: Machine, directory: Path) -> None:
    (directory / "file").write_text("")
    job = run_job(
        machine,
        directory,
        f'volume "$GITHUB_WORKSPACE" {directory}/file/x\n' + step("a") + step("b", ":", "--if", "always()"),
    )
    assert told(job.ended.out) == [
        f"Error: {job.workspace} cannot be mounted at {directory}/file/x in this container",
        "=== a: skipped",
        "=== b",
    ]
    assert job.ended.code == 1


@pytest.mark.slow
def test_bytes_that_some_tools_stumble_over(machine: Machine, directory: Path) -> None:
    script = step("write", r"printf 'n=a\0b\nü=1\n' >> $GITHUB_OUTPUT", "--id", "w")
    script += step("read", 'echo "$ALL"', "--env", "ALL=${{ toJSON(steps.w.outputs) }}")
    job = run_job(machine, directory, script)
    assert told(job.ended.out) == ["=== write", "=== read", "{", '  "n": "ab",', '  "ü": "1"', "}"]


@pytest.mark.slow
def test_what_a_skipped_step_would_read_is_not_asked_for(machine: Machine, directory: Path) -> None:
    script = step("skipped", "echo no", "--if", "env.JSON", "--env", "GHA_1=${{ fromJSON(env.JSON) }}", "--id", "a")
    script += step("forgiven", "echo no", "--continue", "true", "--env", "GHA_1=${{ fromJSON(env.JSON) }}")
    long = "${{ format('{0}{0}', env.LONG) }}"
    script += step("long", "echo no", "--continue", "true", "--env", f"GHA_1={long}{long}{long}{long}")
    script += step("wrong", "echo no", "--continue", "true", "--env", "A=${{ fromJSON(env.JSON) }}")
    script += step("wrong too", "echo no", "--if", "always() && fromJSON('')", "--continue", "true")
    job = run_job(machine, directory, script, LONG="x" * 20000)
    assert job.outcomes == ["skipped", "failure", "failure", "failure", "failure"], job.ended
    conclusions = [(entry / "conclusion").read_text() for entry in sorted((job.state / "steps").iterdir())]
    assert conclusions == ["skipped", "success", "success", "failure", "failure"], job.ended
    assert "GHA_1 would be longer than the 128 KiB" in job.ended.out + job.ended.err
