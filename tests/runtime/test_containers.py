"""docker, docker compose and nvidia-smi hand what runs in a container to the sidecar that serves it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.runtime.machine import Ended, Machine

TABLE = "image\tdocker.io/library/tool:1\ttool\ncontainer\tnamed\ttool\nservice\tdb\ttool\nimage\tabsent:1\tabsent\n"


class Pod:
    """A shell container and a sidecar that serves, on one file system."""

    def __init__(self, machine: Machine, directory: Path) -> None:
        self.machine, self.directory, self.workspace = machine, directory, directory / "work" / "space"
        self.workspace.mkdir(parents=True)
        (directory / "handoff").mkdir()
        self.variables = {
            "GHA_HANDOFF": str(directory / "handoff"),
            "GHA_CONTAINERS": TABLE,
            "GITHUB_WORKSPACE": str(self.workspace),
            "TMPDIR": str(directory),
        }

    def serve(self, name: str = "tool", **env: str) -> subprocess.Popen[bytes]:
        """A sidecar; `directory` is the one that its image names."""
        words = [*self.machine.shell, str(self.machine.runtime / "serve"), name]
        environment = self.machine.environment({**self.variables, "IN_IMAGE": "yes", **env})
        return subprocess.Popen(words, env=environment, cwd=self.directory, start_new_session=True)

    def docker(self, *words: str, stdin: str | None = None, program: str = "docker", **env: str) -> Ended:
        done = subprocess.run(
            [*self.machine.shell, str(self.machine.runtime / program), *words],
            env=self.machine.environment({**self.variables, **env}),
            cwd=self.workspace,
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    def left(self) -> list[str]:
        """The calls that lie about."""
        return [path.name for path in (self.directory / "handoff" / "tool").glob("call.*")]


def end(sidecar: subprocess.Popen[bytes]) -> None:
    """A container ends with all that runs in it."""
    sidecar.terminate()
    sidecar.wait(10)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(sidecar.pid, signal.SIGKILL)


@pytest.fixture
def pod(machine: Machine, directory: Path) -> Iterator[Pod]:
    """A Pod whose sidecar serves."""
    pod = Pod(machine, directory)
    sidecar = pod.serve()
    while not (directory / "handoff" / "tool" / "ready").exists():
        time.sleep(0.01)
    yield pod
    end(sidecar)


@pytest.mark.slow
def test_a_command_as_it_was_written(pod: Pod) -> None:
    words = ["a b", "it's", '"$HOME"', "", "two\nlines", "*", "\\"]
    ended = pod.docker("run", "--rm", "tool:1", "sh", "-c", 'printf "[%s]" "$@"; echo bad >&2; exit 7', "sh", *words)
    assert (ended.code, ended.out, ended.err) == (7, "".join(f"[{word}]" for word in words), "bad\n")
    assert not pod.left()


SHOW = ("sh", "-c", 'echo "$A|$B|$C|${D-unset}|$IN_IMAGE|$GHA_1|${GHA_SECRET_S-unset}|$(pwd)"')


@pytest.mark.slow
def test_options(pod: Pod) -> None:
    (pod.workspace / "vars").write_text("# none\nB=from file\nC\nD\n")
    (pod.workspace / "sub").mkdir()
    words = [
        "-it",
        "--gpus",
        "all",
        "--shm-size=1g",
        "-eA=1 2",
        "--env-file",
        "vars",
        "--memory-swap",
        "4g",
        "--name",
        "n",
        "-w",
    ]
    ended = pod.docker(
        "run", *words, str(pod.workspace / "sub"), "tool:1", *SHOW, C="here", GHA_1="value", GHA_SECRET_S="s"
    )
    assert ended.out == f"1 2|from file|here|unset|yes|value|unset|{pod.workspace}/sub\n", ended
    ended = pod.docker("-H", "x", "container", "exec", "-ti", "--env=C=c=c", "--detach=false", "named", *SHOW)
    assert ended.out == f"||c=c|unset|yes||unset|{pod.directory}\n", ended


@pytest.mark.slow
def test_stdin_only_when_it_is_asked_for(pod: Pod) -> None:
    assert pod.docker("run", "-i", "tool:1", "tr", "a-z", "A-Z", stdin="text\n").out == "TEXT\n"
    assert pod.docker("compose", "up", "-d").code == 0
    assert pod.docker("compose", "-f", "x.yml", "exec", "-T", "db", "cat", stdin="text\n").out == "text\n"
    loop = 'printf "1\\n2\\n" | while read -r n; do docker run tool:1 sh -c "cat; echo $n"; done'
    env = pod.machine.environment(pod.variables)
    env["PATH"] = f"{pod.machine.runtime}:{env['PATH']}"
    assert pod.machine.run([*pod.machine.shell, "-c", loop], env, pod.workspace).out == "1\n2\n"


@pytest.mark.slow
def test_mounts(pod: Pod) -> None:
    target, outside = pod.directory / "in" / "deep", pod.directory / "outside"
    (pod.workspace / "data" / "x").mkdir(parents=True)
    (pod.workspace / "data" / "file").write_text("workspace")
    (outside / "d").mkdir(parents=True)
    (outside / "d" / "file").write_text("outside")
    # What the image has in that place is not seen, and what is written is in the workspace.
    target.mkdir(parents=True)
    (target / "file").write_text("image")
    script = (
        f"cat {target}/file; echo new > {target}/new; cat {target}2/file; echo changed > {target}2/file; ls {target}3"
    )
    ended = pod.docker("run", "-v", f"{pod.workspace}/data:{target}:ro", "-v", f"{outside}/d:{target}2", "-v", f"named:{target}3",
                       "--mount", f"type=bind,source=./data/x/..,target={target}4", "-v", f"./missing:{target}5/",
                       "tool:1", "sh", "-c", f"{script}; cat {target}4/new; ls {target}5")  # fmt: skip
    assert (ended.code, ended.out, ended.err) == (0, "workspaceoutsidenew\n", "")
    assert (pod.workspace / "data" / "new").read_text() == "new\n"
    assert (outside / "d" / "file").read_text() == "changed\n"
    assert (pod.workspace / "missing").is_dir()
    # A directory that was replaced in between is seen as it is now.
    (pod.workspace / "data").rename(pod.workspace / "old")
    (pod.workspace / "data").mkdir()
    assert pod.docker("run", "-v", f"{pod.workspace}/data:{target}", "tool:1", "ls", f"{target}/").out == ""
    ended = pod.docker("run", "-v", "/var/run/docker.sock:/var/run/docker.sock", "tool:1", "true")
    assert (ended.code, "no daemon" in ended.err) == (125, True)


@pytest.mark.slow
def test_a_mount_above_the_workspace(pod: Pod) -> None:
    """There can be no link in its place: what is made there is in the workspace all the same."""
    (pod.workspace / "old").write_text("old")
    (pod.workspace / "gone").write_text("")
    above = pod.workspace.parent
    script = "pwd; ls; cat old; echo new > new; rm gone; mkdir d; echo deep > d/deep"
    ended = pod.docker("run", "-v", f"{pod.workspace}:{above}", "-w", str(above), "tool:1", "sh", "-c", script)
    assert (ended.code, ended.out, ended.err) == (0, f"{pod.workspace}\ngone\nold\nold", "")
    script = f"cat {above}/new; echo newer > {above}/newer; rm {above}/old"
    ended = pod.docker("run", "-v", f".:{above}", "-w", "/", "tool:1", "sh", "-c", script)
    assert (ended.code, ended.out, ended.err) == (0, "new\n", "")
    assert sorted(str(path.relative_to(pod.workspace)) for path in pod.workspace.rglob("*")) == [
        "d",
        "d/deep",
        "new",
        "newer",
    ]


@pytest.mark.slow
def test_what_the_sidecar_has_in_the_same_place(pod: Pod) -> None:
    """Nothing is copied: what the container writes is there while it still runs."""
    data = pod.directory / "data"
    (data / "models").mkdir(parents=True)
    (data / "models" / "m").write_text("weights")
    there = ("sh", "-c", f"cat {pod.directory}/models/m; : > {pod.directory}/models/new; ls {data}/models")
    mount = f"{data}/models:{pod.directory}/models"
    ended = pod.docker("run", "-v", mount, "tool:1", *there, GHA_SHARED=f"{pod.directory}/dat\n{data}\n")
    assert (ended.code, ended.out) == (0, "weightsm\nnew\n"), ended.err


@pytest.mark.slow
def test_volumes(pod: Pod) -> None:
    """A volume begins with what the image has there, and all calls see it."""
    target = pod.directory / "image"
    target.mkdir()
    (target / "own").write_text("image")
    assert (
        pod.docker("run", "-v", f"v:{target}", "tool:1", "sh", "-c", f"cat {target}/own; echo 1 > {target}/made").out
        == "image"
    )
    assert pod.docker("exec", "named", "cat", f"{target}/made").out == "1\n"
    assert list(pod.workspace.iterdir()) == []


@pytest.mark.slow
def test_names(pod: Pod) -> None:
    names = {"name": "1", "value": "2", "user": "3", "box": "4"}
    words = [word for name in names for word in ("-e", name)]
    ended = pod.docker("run", *words, "tool:1", "sh", "-c", "echo $name$value$user$box", **names)
    assert ended.out == "1234\n"
    script = f"until [ -e {pod.workspace}/stop ]; do sleep 0.05; done"
    told = pod.docker("run", "-d", "--name", "mine", "--cidfile", "id", "tool:1", "sh", "-c", script).out
    assert (pod.workspace / "id").read_text() == told
    assert len(told) == len("0123456789ab\n")
    for name in ("mine", told.strip(), told[:6]):
        assert pod.docker("exec", name, "echo", "a").out == "a\n"
    (pod.workspace / "stop").touch()
    assert pod.docker("wait", "mine").out == "0\n"
    # Nor does what waits for a person end while there is nothing to read, and exec finds what run has said.
    place = pod.directory / "made"
    assert (
        pod.docker("run", "-dit", "--name", "shell", "-w", str(place), "-e", "A=1 2", "-e", "B=b", "tool:1", "sh").code
        == 0
    )
    assert pod.docker("exec", "-e", "B=own", "shell", "sh", "-c", 'echo "$A|$B|$(pwd)"').out == f"1 2|own|{place}\n"
    assert pod.docker("exec", "-w", "/", "shell", "sh", "-c", 'echo "$B|$(pwd)"').out == "b|/\n"
    assert pod.docker("inspect", "-f", "{{.State.Running}}", "shell").out == "true\n"
    assert pod.docker("exec", "named", "sh", "-c", 'echo "${A-unset}"').out == "unset\n"


@pytest.mark.slow
def test_left_running(pod: Pod) -> None:
    """Nothing waits for its end, and once it has ended all that it printed is in its log."""
    script = "cd ..; echo begun; : > begun; while [ ! -e end ]; do sleep 0.1; done; seq 20000; exit 3"
    ended = pod.docker("run", "-d", "-w", str(pod.workspace / "sub"), "tool:1", "sh", "-c", script)
    assert ended.code == 0
    one = ended.out.strip()
    while not (pod.workspace / "begun").exists():
        time.sleep(0.01)
    assert pod.docker("logs", one).out == "begun\n"
    (pod.workspace / "end").touch()
    assert pod.docker("wait", one).out == "3\n"
    assert pod.docker("logs", "-f", one).out == "begun\n" + "".join(f"{n}\n" for n in range(1, 20001))
    assert pod.docker("logs", "--tail", "1", one).out == "20000\n"


@pytest.mark.slow
def test_containers_of_one_image(pod: Pod) -> None:
    """Each has its own end, output and variables; a name may be used again."""
    for name, code in (("a", "1"), ("b", "2")):
        words = ("--name", name, "-e", f"WHO={name}", "-w", str(pod.workspace), "tool:1", "sh", "-c")
        assert (
            pod.docker("run", "-d", *words, f"echo of {name}; until [ -e stop ]; do sleep 0.05; done; exit {code}").code
            == 0
        )
    assert pod.docker("ps", "--format", "{{.Names}}", "--filter", "name=a").out == "a\n"
    assert pod.docker("exec", "b", "sh", "-c", "echo $WHO; pwd").out == f"b\n{pod.workspace}\n"
    (pod.workspace / "stop").touch()
    assert pod.docker("wait", "a", "b").out == "1\n2\n"
    assert pod.docker("logs", "b").out == "of b\n"
    assert pod.docker("inspect", "-f", "{{.State.ExitCode}}", "a", "b").out == "1\n2\n"
    assert pod.docker("ps", "-q").out == ""
    assert (pod.docker("exec", "a", "true").code, pod.docker("rm", "a", "b").out) == (1, "a\nb\n")
    assert pod.docker("ps", "-aq").out == ""
    assert pod.docker("logs", "a").code == 1
    ended = pod.docker("run", "--name", "a", "tool:1", "sh", "-c", "echo once; exit 4")
    assert (ended.code, ended.out) == (4, "once\n")
    assert pod.docker("logs", "a").out == "once\n"
    assert pod.docker("start", "-a", "a").code == 4
    assert pod.docker("logs", "a").out == "once\nonce\n"
    assert pod.docker("inspect", "-f", "{{.State.Status}}", "a").out == "exited\n"


@pytest.mark.slow
def test_containers_that_are_made_and_started(pod: Pod) -> None:
    (pod.directory / "outside").write_text("o")
    words = ("--name", "made", "-v", f"{pod.directory}/outside:{pod.directory}/inside", "tool:1", "cat")
    assert len(pod.docker("create", *words, f"{pod.directory}/inside").out) == len("0123456789ab\n")
    assert pod.docker("inspect", "-f", "{{.State.Status}}", "made").out == "created\n"
    assert pod.docker("cp", "made:/etc/passwd", ".").code == 0
    assert pod.docker("start", "-a", "made").out == "o"
    assert pod.docker("create", "--name", "bare", "tool:1").code == 0
    assert pod.docker("cp", "bare:/etc/passwd", "again").code == 0
    assert pod.docker("start", "bare").code == 125


@pytest.mark.slow
def test_containers_that_are_stopped(pod: Pod) -> None:
    count = pod.workspace / "count"
    script = f"trap 'echo bye; exit 7' TERM; (while :; do echo x >> {count}; sleep 0.05; done) & while :; do sleep 0.05; done"
    assert pod.docker("run", "-d", "--name", "c", "tool:1", "sh", "-c", script).code == 0
    while not count.exists():
        time.sleep(0.05)
    assert pod.docker("rm", "c").code == 1
    assert pod.docker("stop", "c").out == "c\n"
    assert pod.docker("wait", "c").out == "7\n"
    assert pod.docker("logs", "c").out == "bye\n"
    size = count.stat().st_size
    time.sleep(0.2)
    assert count.stat().st_size == size, "what it began goes on"
    assert pod.docker("restart", "c").code == 0
    assert pod.docker("rm", "-f", "c").out == "c\n"
    assert pod.docker("inspect", "c").code == 1
    assert pod.docker("stop", "c").code == 0  # of another Task, perhaps
    assert not pod.left()


@pytest.mark.slow
def test_what_a_command_leaves_running(pod: Pod) -> None:
    """It ends with a container, and goes on where it was exec'd."""
    begun = time.monotonic()
    script = f"(sleep 60; touch {pod.workspace}/mark) & echo done"
    ended = pod.docker("run", "--rm", "tool:1", "sh", "-c", script)
    assert (ended.out, time.monotonic() - begun < 30) == ("done\n", True)
    assert pod.docker("run", "-d", "--name", "c", "tool:1", "sleep", "60").code == 0
    script = (
        f"(until [ -e {pod.workspace}/go ]; do sleep 0.05; done; echo late; touch {pod.workspace}/went) & echo done"
    )
    assert pod.docker("exec", "c", "sh", "-c", script).out == "done\n"
    (pod.workspace / "go").touch()
    assert pod.docker("exec", "-d", "c", "sh", "-c", f"echo unread; touch {pod.workspace}/more").out == ""
    until = time.monotonic() + 20
    while len(list(pod.workspace.iterdir())) < 3 and time.monotonic() < until:
        time.sleep(0.05)
    assert sorted(path.name for path in pod.workspace.iterdir()) == ["go", "more", "went"]
    assert pod.docker("rm", "-f", "c").code == 0


@pytest.mark.slow
def test_files_are_copied_in_and_out(pod: Pod) -> None:
    (pod.workspace / "a").write_text("a")
    place = pod.directory / "image"
    (place / "dir").mkdir(parents=True)
    (place / "dir" / "b").write_text("b")
    assert pod.docker("cp", "a", f"named:{place}/c").code == 0
    assert (place / "c").read_text() == "a"
    assert pod.docker("cp", f"named:{place}/dir", ".").code == 0
    assert (pod.workspace / "dir" / "b").read_text() == "b"
    assert pod.docker("cp", "named:/not/there", ".").code != 0


@pytest.mark.slow
def test_ended_from_outside(pod: Pod) -> None:
    words = [*pod.machine.shell, str(pod.machine.runtime / "docker"), "run", "tool:1", "sh", "-c"]
    words += ["trap 'echo caught; exit 9' TERM; echo begun; while :; do sleep 0.05; done"]
    env = pod.machine.environment(pod.variables)
    with subprocess.Popen(words, env=env, cwd=pod.workspace, stdout=subprocess.PIPE, text=True) as client:
        assert client.stdout
        assert client.stdout.readline() == "begun\n"
        client.terminate()
        assert client.stdout.read() == "caught\n"
        assert client.wait(10) == 9


class Services:
    """Sidecars of a compose project, each with its own environment."""

    def __init__(self, pod: Pod, table: str, **sidecars: dict[str, str]) -> None:
        self.pod = pod
        pod.variables["GHA_CONTAINERS"] = table
        self.running = [self.start(name, env) for name, env in sidecars.items()]

    def start(self, name: str, env: dict[str, str]) -> subprocess.Popen[bytes]:
        return self.pod.serve(name, **env)

    def __enter__(self) -> Pod:
        return self.pod

    def __exit__(self, *_: object) -> None:
        for one in self.running:
            end(one)


@pytest.mark.slow
def test_a_sidecar_that_is_killed_ends_the_call(machine: Machine, directory: Path) -> None:
    pod = Pod(machine, directory)
    words = [*machine.shell, str(machine.runtime / "serve"), "tool"]
    sidecar = subprocess.Popen(words, env=machine.environment(pod.variables), start_new_session=True)
    while not (directory / "handoff" / "tool" / "ready").exists():
        time.sleep(0.01)
    call = subprocess.Popen(
        [*machine.shell, str(machine.runtime / "docker"), "run", "tool:1", "sh", "-c", "echo begun; sleep 60"],
        env=machine.environment({**pod.variables, "GHA_SILENCE": "2"}), cwd=pod.workspace, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert call.stdout is not None
    assert call.stdout.readline() == "begun\n"
    os.killpg(sidecar.pid, signal.SIGKILL)
    sidecar.wait()
    out, err = call.communicate(timeout=20)
    assert (call.returncode, out) == (137, "")
    assert "docker: the container tool is gone" in err
    # Nor is a later call taken up.
    late = pod.docker("run", "tool:1", "true", GHA_SILENCE="2")
    assert (late.code, late.out) == (137, "")


@pytest.mark.slow
def test_a_service(machine: Machine, directory: Path) -> None:
    """It starts when it is asked to, with what it mounts as it is then."""
    pod = Pod(machine, directory)
    table = f"service\tdb\ttool\nmount\ttool\t{pod.workspace}/src\t{directory}/mounted\n"
    table += f"mount\ttool\t{pod.workspace}\t{directory}/all\n"
    own = {"GHA_COMMAND": f"sh -c 'echo serving in $(pwd); touch here; ls {directory}/mounted/'"}
    with Services(pod, table, tool={**own, "GHA_WORKING_DIR": str(pod.workspace / "src")}):
        ended = pod.docker("compose", "exec", "db", "true")
        assert (ended.code, ended.err) == (1, 'service "db" is not running\n')
        assert pod.docker("ps", "-q").out == ""
        (pod.workspace / "src").mkdir()
        (pod.workspace / "src" / "made").touch()
        ended = pod.docker(
            "compose", "run", "--rm", "db", "sh", "-c", f"pwd; ls {directory}/mounted/ {directory}/all/src"
        )
        assert (ended.out, ended.err) == (
            f"{pod.workspace}/src\n{directory}/all/src:\nmade\n\n{directory}/mounted/:\nmade\n",
            "",
        )
        assert pod.docker("compose", "up", "-d", "--wait", "db").code == 0
        assert pod.docker("compose", "exec", "db", "ls", f"{directory}/mounted/made", f"{directory}/all/src").code == 0
        assert pod.docker("exec", "proj-db-1", "pwd").out == f"{pod.workspace}/src\n"
        assert pod.docker("exec", "db", "pwd").out == f"{pod.workspace}/src\n"
        assert pod.docker("run", "db", "echo", "a", program="docker-compose").out == "a\n"
        assert pod.docker("compose", "logs", "db").out == f"serving in {pod.workspace}/src\nhere\nmade\n"
        assert pod.docker("ps", "-q").out == ""
        assert pod.docker("ps", "-aq").out == "tool\n"
        assert pod.docker("ps", "-qaf", "name=tool").out == "tool\n"
        assert pod.docker("ps", "-qf", "name=tool").out == pod.docker("ps", "-aqf", "name=other").out == ""
        assert pod.docker("compose", "ps", "-a", "db").out == "NAMES\tIMAGE\tSTATUS\ntool\tdb\tExited (0)\n"
        assert (pod.workspace / "src" / "here").exists()


@pytest.mark.slow
def test_variables_of_a_service(machine: Machine, directory: Path) -> None:
    pod = Pod(machine, directory)
    lines = [
        "service\tdb\ttool", f"home\ttool\t{pod.workspace}", f"env-file\ttool\t{pod.workspace}/vars",
        "env\ttool\tA=$ONE and ${TWO:-second} $$X ${THREE-}${ONE:+!}", "env\ttool\tPASSED", "env\ttool\tABSENT", "env\ttool\tB=${FROM_FILE}",
        "env\ttool\tC=${NONE:-${ONE}}", "env\ttool\tD=it's",
    ]  # fmt: skip
    (pod.workspace / "vars").write_text('# c\nV="quoted value"\nA=under\n')
    (pod.workspace / ".env").write_text("FROM_FILE='in a file' # not this\nFROM_FILE=last # c\nONE=less\n")
    with Services(pod, "\n".join(lines) + "\n", tool={"GHA_COMMAND": "sh -c 'echo $A'"}):
        assert pod.docker("compose", "up", "-d", ONE="1", PASSED="a b").code == 0
        script = 'echo "$A|$PASSED|${ABSENT-unset}|$B|$V|$C|$D"'
        ended = pod.docker("compose", "exec", "db", "sh", "-c", script)
        assert ended.out == "1 and second $X !|a b|unset|last|quoted value|1|it's\n"
        assert pod.docker("compose", "exec", "-e", "A=own", "db", "sh", "-c", 'echo "$A"').out == "own\n"
        (pod.workspace / "other").write_text("FROM_FILE=other\n")
        words = ("compose", "--env-file", "other", "run", "--rm", "db", "sh", "-c", "echo $B")
        assert pod.docker(*words).out == "other\n"
    lines.append("env\ttool\tE=${NEEDED:?set it}")
    (pod.directory / "handoff" / "tool" / "start").unlink()
    (pod.directory / "handoff" / "tool" / "ready").unlink()
    with Services(pod, "\n".join(lines) + "\n", tool={}):
        ended = pod.docker("compose", "up", "-d")
        assert (ended.code, ended.err) == (1, "required variable NEEDED is missing: set it\n")


@pytest.mark.slow
def test_the_order_of_services(machine: Machine, directory: Path) -> None:
    """What has to be healthy, or to have ended, comes first; a profile is started only with its name."""
    pod = Pod(machine, directory)
    log = directory / "order"
    table = "service\tapp\tapp\nservice\tmake\tmake\nservice\tdb\tdb\nservice\textra\textra\nprofiles\textra\tmore\n"
    table += "after\tapp\tdb\tservice_healthy\nafter\tapp\tmake\tservice_completed_successfully\n"
    say = "sh -c 'sleep 0.3; echo {0} >> " + str(log) + "'"
    db = {"GHA_COMMAND": f"sh -c 'sleep 0.5; echo db >> {log}; sleep 60'", "GHA_HEALTH": f"grep -q db {log}"}
    others = {name: {"GHA_COMMAND": say.format(name)} for name in ("app", "make", "extra")}
    with Services(pod, table, db={**db, "GHA_HEALTH_TIMES": "1 5 0"}, **others):
        assert pod.docker("compose", "up", "--wait").code == 0
        assert pod.docker("inspect", "--format", "{{.State.Health.Status}}", "db").out == "healthy\n"
        assert pod.docker("wait", "app").out == "0\n"
        assert [*sorted(log.read_text().split()[:2]), *log.read_text().split()[2:]] == ["db", "make", "app"]
        assert pod.docker("compose", "--profile", "more", "up", "-d").code == 0
        assert pod.docker("wait", "extra").out == "0\n"
        for name in ("app", "make"):  # these had ended, and begin again
            assert pod.docker("wait", name).out == "0\n"
        assert sorted(log.read_text().split()[3:]) == ["app", "extra", "make"]
        assert pod.docker("compose", "ps", "-a", "--format", "{{.Status}}", "extra").out == "Exited (0)\n"


@pytest.mark.slow
def test_services_that_fail(machine: Machine, directory: Path) -> None:
    pod = Pod(machine, directory)
    table = "service\tdb\tdb\nservice\tapp\tapp\nservice\ttests\ttests\nafter\tapp\tdb\tservice_healthy\n"
    db = {"GHA_COMMAND": "sleep 60", "GHA_HEALTH": "false", "GHA_HEALTH_TIMES": "1 1 0"}
    tests = {"GHA_COMMAND": "sh -c 'echo testing; exit 5'"}
    with Services(pod, table, db=db, app={"GHA_COMMAND": "true"}, tests=tests):
        ended = pod.docker("compose", "up", "-d", "app")
        assert (ended.code, ended.err) == (1, "dependency failed to start: container db is unhealthy\n")
        ended = pod.docker("compose", "up", "--exit-code-from", "tests", "tests")
        assert (ended.code, "testing\n" in ended.out) == (5, True)


@pytest.mark.slow
def test_what_an_image_runs_by_itself(machine: Machine, directory: Path) -> None:
    pod = Pod(machine, directory)
    (directory / "bin").mkdir()
    (directory / "bin" / "enter").write_text('#!/bin/sh\nprintf "[%s]" entered "$@"\n')
    (directory / "bin" / "enter").chmod(0o755)
    own = {"GHA_ENTRYPOINT": f"{directory}/bin/enter 'a b'", "GHA_COMMAND": "own 'c d'"}
    with Services(
        pod, "image\ttool:1\ttool\nimage\tother:1\tother\n", tool=own, other={"GHA_ENTRYPOINT": "/is/not/there"}
    ):
        assert pod.docker("run", "tool:1").out == "[entered][a b][own][c d]"
        assert pod.docker("run", "tool:1", "x", "y z").out == "[entered][a b][x][y z]"
        assert pod.docker("run", "--entrypoint", "echo", "tool:1", "x").out == "x\n"
        assert pod.docker("run", "--entrypoint", "", "tool:1", "echo", "y").out == "y\n"
        assert pod.docker("run", "other:1", "echo", "it's").out == "it's\n"
        assert pod.docker("run", "other:1").code == 125


@pytest.mark.slow
def test_images_that_were_pulled(machine: Machine, directory: Path) -> None:
    pod = Pod(machine, directory)
    (directory / "state").mkdir()
    state = {"GHA_STATE": str(directory / "state")}
    assert pod.docker("image", "inspect", "a/b:1", **state).code == 1
    assert pod.docker("images", "-q", "a/b:1", **state).out == ""
    assert pod.docker("pull", "--platform", "linux/amd64", "docker.io/a/b:1", **state).code == 0
    assert pod.docker("image", "inspect", "a/b:1", **state).code == 0
    assert pod.docker("images", "-q", "a/b:1", **state).out == "a/b:1\n"
    assert pod.docker("save", "-o", "x.tar", "a/b:1", **state).code == 0
    assert (pod.workspace / "x.tar").read_text() == ""
    assert pod.docker("load", "-i", "x.tar", **state).code == 0
    assert [pod.docker(one, "prune", "-f", **state).code for one in ("image", "system", "container", "volume")] == [
        0
    ] * 4


@pytest.mark.slow
def test_what_was_built_before_is_not_built(machine: Machine, directory: Path) -> None:
    pod = Pod(machine, directory)
    state = {"GHA_STATE": str(directory), "GHA_BUILT": "a/b:1\nx\n"}
    for words in ("-t x .", "--tag=a/b:1 -q .", "-tx .", "-f x -t y -t x ."):
        ended = pod.docker("build", *words.split(), **state)
        assert (ended.code, "was built by a Task before this one" in ended.err) == (0, True), words
    assert pod.docker("image", "inspect", "x", **state).code == 0
    for words in ("-t y .", "-f x .", "-t a/b ."):
        assert pod.docker("build", *words.split(), **state).code == 125, words
    assert pod.docker("compose", "build", **state).code == 0
    assert pod.docker("compose", "build").code == 125


@pytest.mark.slow
def test_an_image_is_named_by_the_commit_that_was_checked_out(pod: Pod) -> None:
    """A run that was started by hand may have been given the name of a branch."""
    told = {"GHA_CONTAINERS": "image\tx/y:${{github.sha}}-1\ttool\n", "GHA_BUILT": "x/y:${{github.sha}}-1\n"}
    told |= {"GITHUB_SHA": "5e1f", "GHA_STATE": str(pod.directory)}
    assert pod.docker("run", "docker.io/x/y:5e1f-1", "true", **told).code == 0
    assert pod.docker("run", "x/y:main-1", "true", **told).code == 125
    assert pod.docker("build", "-t", "x/y:5e1f-1", ".", **told).code == 0


@pytest.mark.slow
def test_an_image_is_known_by_the_tag_that_its_build_gave_it(pod: Pod) -> None:
    told = {"GHA_CONTAINERS": f"image\tx/y:*\ttool\n{TABLE}", "GHA_BUILT": "x/y:*\n", "GHA_STATE": str(pod.directory)}
    assert pod.docker("run", "x/y:5e1f", "true", **told).code == 125
    assert pod.docker("build", "-t", "x/y:5e1f", ".", **told).code == 0
    assert pod.docker("run", "x/y:5e1f", "true", **told).code == 0
    assert pod.docker("run", "x/y:other", "true", **told).code == 125
    assert pod.docker("build", "-t", "x/y/z:5e1f", ".", **told).code == 125


@pytest.mark.slow
def test_builds(machine: Machine, directory: Path) -> None:
    """buildah is a program that says what it was asked for."""
    pod = Pod(machine, directory)
    (directory / "bin").mkdir()
    buildah = directory / "bin" / "buildah"
    buildah.write_text(
        '#!/bin/sh\n[ "$1" != login ] || { echo login $(cat) "$@"; exit; }\n'
        '[ "$1" != inspect ] || exit 1\nprintf \'[%s]\' "$@" "$BUILDAH_ISOLATION" "${TOKEN-}" "$(pwd)"; echo\n'
    )
    buildah.chmod(0o755)
    path = {"PATH": f"{directory}/bin:{machine.path}"}
    state = {"GHA_STATE": str(directory)}
    end = f"[chroot][][{pod.workspace}]\n"
    with Services(pod, "builder\tbuilder\tmaker\n", maker=path):
        assert (
            pod.docker("login", "-u", "me", "--password-stdin", "r.io", stdin="word").out
            == "login word login -u me --password-stdin r.io\n"
        )
        words = (
            "buildx",
            "build",
            "-tr.io/a:1",
            "--build-arg",
            "A=1 2",
            "--build-arg=B",
            "--cache-from",
            "x",
            "--load",
            "-f",
            "D",
            ".",
        )
        ended = pod.docker(*words, B="b", **state)
        start = "[build][--format][docker][--tag][r.io/a:1][--build-arg][A=1 2][--build-arg][B=b][-f][D][.]"
        assert (ended.code, ended.out) == (0, start + end), ended
        ended = pod.docker(
            "build", "--push", "--secret", "id=t,env=TOKEN", "-t", "a", "-t", "b", ".", TOKEN="s", **state
        )
        assert [line.split("][")[:2] for line in ended.out.splitlines()] == [
            ["[build", "--format"],
            ["[push", "a"],
            ["[push", "b"],
        ]
        assert "[s]" in ended.out.splitlines()[0]
        assert pod.docker("tag", "a", "c").out == f"[pull][-q][a]{end}[tag][a][c]{end}"
        assert pod.docker("push", "-q", "c").out == f"[push][c]{end}"
        assert pod.docker("image", "inspect", "a", **state).code == 0


WORDS = {
    "login -u x --password-stdin nvcr.io": (0, "docker login: no effect in Tekton\n"),
    "pull --quiet x": (0, "docker pull: no effect in Tekton\n"),
    "compose -f a down -v": (0, "docker compose down: no effect in Tekton\n"),
    "system prune -af": (0, "docker system: no effect in Tekton\n"),
    "image rm x": (0, "docker rmi: no effect in Tekton\n"),
    "version": (0, ""),
    "build -t x .": (125, "docker build: there is no daemon in this Pod to do this\n"),
    "push x": (125, "docker push: there is no daemon in this Pod to do this\n"),
    "run": (125, "docker run: nothing is named to run\n"),
    "run --rm other:1 ls": (125, "docker run: no container of this Task is other:1; convert again so that it gets one\n"),
    "exec nobody ls": (1, "docker exec: there is no container nobody in this Task\n"),
    "stop nobody": (0, "docker stop: there is no container nobody in this Task\n"),
    "run -e": (125, "docker run: -e needs a value\n"),
    "compose up other": (125, "docker compose up: no container of this Task is other; convert again so that it gets one\n"),
    "image inspect x": (1, "Error: No such image: x\n"),
    "volume create v": (0, ""),
    "volume prune -f": (0, "docker volume: no effect in Tekton\n"),
    "buildx create --use": (0, "docker buildx: no effect in Tekton\n"),
}  # fmt: skip


@pytest.mark.parametrize("line", WORDS)
@pytest.mark.slow
def test_what_needs_no_sidecar(machine: Machine, directory: Path, line: str) -> None:
    ended = Pod(machine, directory).docker(*line.split(), stdin="password\n")
    assert (ended.code, ended.err) == WORDS[line]


@pytest.mark.slow
def test_the_image_alone(pod: Pod) -> None:
    ended = pod.docker("run", "tool:1")
    assert (ended.code, "write it out" in ended.err) == (125, True)
    assert pod.docker("run", "--entrypoint", "echo", "tool:1", "a").out == "a\n"
    assert pod.docker("inspect", "-f", "{{.State.Health.Status}}", "tool").out == "healthy\n"


@pytest.mark.slow
def test_nvidia_smi(pod: Pod) -> None:
    (pod.directory / "bin").mkdir()
    real = pod.directory / "bin" / "nvidia-smi"
    ended = pod.docker("-L", program="nvidia-smi")
    assert (ended.code, "no GPU" in ended.out) == (0, True)
    path = f"{pod.machine.runtime}:{pod.directory}/bin:{pod.machine.path}"
    real.write_text("#!/bin/sh\necho real $*\n")
    real.chmod(0o755)
    assert pod.docker("-L", program="nvidia-smi", PATH=path).out == "real -L\n"
    real.unlink()
    assert pod.docker("-L", program="nvidia-smi", PATH=path, GHA_GPU_CONTAINER="tool").code == 127
