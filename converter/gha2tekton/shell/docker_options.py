"""The options of docker's and docker compose's commands: which take a value, and their short forms.

https://docs.docker.com/reference/cli/docker/ and https://docs.docker.com/reference/cli/docker/compose/
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gha2tekton.record import Record


class Options(Record, frozen=True):
    """The options that one command knows, by their long names; ``short`` maps a letter to one."""

    valued: frozenset[str]
    flags: frozenset[str]
    short: Mapping[str, str]


class Read(Record, frozen=True):
    """Options as they were given, the words that are none, and those that the command does not know."""

    options: tuple[tuple[str, str | None], ...]
    rest: tuple[str | None, ...]
    unknown: tuple[str, ...]


def _table(text: str) -> Options:
    """``name`` or ``name/n`` for a flag with a short form, ``name=`` or ``name/n=`` where a value follows."""
    valued: set[str] = set()
    flags: set[str] = set()
    short: dict[str, str] = {}
    for item in text.split():
        name, _, letter = item.rstrip("=").partition("/")
        (valued if item.endswith("=") else flags).add(f"--{name}")
        if letter:
            short[letter] = f"--{name}"
    return Options(frozenset(valued), frozenset(flags), short)


CREATE = _table(
    "add-host= annotation= attach/a= blkio-weight= blkio-weight-device= cap-add= cap-drop= cgroup-parent= "
    "cgroupns= cidfile= cpu-count= cpu-percent= cpu-period= cpu-quota= cpu-rt-period= cpu-rt-runtime= "
    "cpu-shares/c= cpus= cpuset-cpus= cpuset-mems= detach/d detach-keys= device= device-cgroup-rule= "
    "device-read-bps= device-read-iops= device-write-bps= device-write-iops= disable-content-trust dns= "
    "dns-opt= dns-option= dns-search= domainname= entrypoint= env/e= env-file= expose= gpus= group-add= "
    "health-cmd= health-interval= health-retries= health-start-interval= health-start-period= health-timeout= "
    "help hostname/h= init interactive/i ip= ip6= ipc= isolation= kernel-memory= label/l= label-file= link= "
    "link-local-ip= log-driver= log-opt= mac-address= memory/m= memory-reservation= memory-swap= "
    "memory-swappiness= mount= name= net= net-alias= network= network-alias= no-healthcheck oom-kill-disable "
    "oom-score-adj= pid= pids-limit= platform= privileged publish/p= publish-all/P pull= quiet/q read-only "
    "restart= rm runtime= security-opt= shm-size= sig-proxy stop-signal= stop-timeout= storage-opt= sysctl= "
    "tmpfs= tty/t ulimit= use-api-socket user/u= userns= uts= volume/v= volume-driver= volumes-from= workdir/w="
)
GLOBAL = _table(
    "config= context/c= debug/D host/H= log-level/l= tls tlscacert= tlscert= tlskey= tlsverify version/v help"
)
COMPOSE = _table(
    "all-resources ansi= compatibility dry-run env-file= file/f= help parallel= profile= progress= "
    "project-directory= project-name/p= verbose version/v"
)
_EXEC = "detach/d detach-keys= env/e= env-file= interactive/i privileged tty/t user/u= workdir/w="
_BUILD = (
    "add-host= allow= annotation= attest= build-arg= build-context= builder= cache-from= cache-to= call= "
    "cgroup-parent= check compress cpu-period= cpu-quota= cpu-shares/c= cpuset-cpus= cpuset-mems= debug/D "
    "disable-content-trust file/f= force-rm iidfile= isolation= label= load memory/m= memory-swap= "
    "metadata-file= network= no-cache no-cache-filter= output/o= platform= progress= provenance= pull push "
    "quiet/q rm sbom= secret= security-opt= shm-size= squash ssh= tag/t= target= ulimit="
)
COMMANDS: Mapping[str, Options] = {
    "exec": _table(_EXEC),
    "build": _table(_BUILD),
    "login": _table("password/p= password-stdin username/u="),
    "logout": _table(""),
    "cp": _table("archive/a follow-link/L quiet/q"),
    "logs": _table("details follow/f since= tail/n= timestamps/t until="),
    "ps": _table("all/a filter/f= format= last/n= latest/l no-trunc quiet/q size/s"),
    "images": _table("all/a digests filter/f= format= no-trunc quiet/q tree"),
    "pull": _table("all-tags/a disable-content-trust platform= quiet/q"),
    "push": _table("all-tags/a disable-content-trust platform= quiet/q"),
    "stop": _table("signal/s= time= timeout/t="),
    "restart": _table("signal/s= time= timeout/t="),
    "kill": _table("signal/s="),
    "rm": _table("force/f link/l volumes/v"),
    "rmi": _table("force/f no-prune platform="),
    "start": _table("attach/a detach-keys= interactive/i"),
    "wait": _table(""),
    "tag": _table(""),
    "save": _table("output/o= platform="),
    "load": _table("input/i= platform= quiet/q"),
    "inspect": _table("format/f= size/s type="),
    "info": _table("format/f="),
    "version": _table("format/f="),
    "manifest create": _table("amend/a insecure"),
    "manifest annotate": _table("arch= os= os-features= os-version= variant="),
    "manifest inspect": _table("insecure verbose/v"),
    "manifest push": _table("insecure purge/p"),
    "buildx imagetools create": _table(
        "annotation= append builder= dry-run file/f= metadata-file= platform= prefer-index progress= tag/t="
    ),
    "buildx imagetools inspect": _table("builder= format= raw"),
    "compose exec": _table(_EXEC + " index= no-tty/T no-TTY"),
    "compose run": _table(
        "build cap-add= cap-drop= detach/d entrypoint= env/e= env-from-file= interactive/i label/l= name= "
        "no-TTY/T no-deps publish/p= pull= quiet/q quiet-build quiet-pull remove-orphans rm service-ports/P "
        "tty/t use-aliases user/u= volume/v= workdir/w="
    ),
    "compose up": _table(
        "abort-on-container-exit abort-on-container-failure always-recreate-deps attach= attach-dependencies "
        "build detach/d exit-code-from= force-recreate menu no-attach= no-build no-color no-deps no-log-prefix "
        "no-recreate no-start pull= quiet-build quiet-pull remove-orphans renew-anon-volumes/V scale= "
        "timeout/t= timestamps wait wait-timeout= watch/w yes/y"
    ),
    "compose down": _table("remove-orphans rmi= timeout/t= volumes/v"),
    "compose cp": _table("all archive/a follow-link/L index="),
    "compose logs": _table("follow/f index= no-color no-log-prefix since= tail/n= timestamps/t until="),
    "compose pull": _table("ignore-buildable ignore-pull-failures include-deps no-parallel parallel policy= quiet/q"),
    "compose build": _table(
        "build-arg= builder= check memory/m= no-cache print progress= provenance= pull push quiet/q sbom= ssh= "
        "with-dependencies"
    ),
    "compose ps": _table("all/a filter= format= no-trunc orphans quiet/q services status="),
    "compose config": _table(
        "environment format= hash= images lock-image-digests models networks no-consistency no-env-resolution "
        "no-interpolate no-normalize no-path-resolution output/o= profiles quiet/q resolve-image-digests "
        "services variables volumes"
    ),
    "compose rm": _table("force/f stop/s volumes/v"),
    "compose stop": _table("timeout/t="),
    "compose start": _table("wait wait-timeout="),
    "compose restart": _table("no-deps timeout/t="),
    "compose kill": _table("remove-orphans signal/s="),
    "compose images": _table("format= quiet/q"),
    "compose wait": _table("down-project"),
}


def read_options(words: Sequence[str | None], table: Options | None, stop: bool = True) -> Read:
    """The options of a command by their long names; ``stop`` ends at the first word that is none.

    Without a table nothing is known to take a value, and no option is reported as unknown.
    """
    options: list[tuple[str, str | None]] = []
    unknown: list[str] = []
    rest: list[str | None] = []
    known = table or Options(frozenset(), frozenset(), {})
    at = 0
    while at < len(words):
        word = words[at]
        at += 1
        if word is None or not word.startswith("-") or word == "-":
            rest.append(word)
            if stop:
                break
        elif word == "--":
            break
        elif word.startswith("--"):
            name, equals, value = word.partition("=")
            if equals:
                options.append((name, value))
            elif name in known.valued:
                options.append((name, words[at] if at < len(words) else None))
                at += 1
            else:
                options.append((name, "true"))
            if table is not None and name not in known.valued and name not in known.flags:
                unknown.append(name)
        else:
            # -itv /a:/b or -eX=1: letters up to one that takes a value.
            for index, letter in enumerate(word[1:], 1):
                name = known.short.get(letter, f"-{letter}")
                if name in known.valued:
                    glued = word[index + 1 :].removeprefix("=")
                    options.append((name, glued or (words[at] if at < len(words) else None)))
                    at += not glued
                    break
                options.append((name, "true"))
                if table is not None and letter not in known.short:
                    unknown.append(name)
    return Read(tuple(options), (*rest, *words[at:]), tuple(unknown))
