"""Programs of machines of one's own: what a job calls there that no table of ours knows."""

from __future__ import annotations

from collections.abc import Iterable

from gha2tekton.plan.model import PlannedStep
from gha2tekton.plan.tools import EVERYWHERE
from gha2tekton.rules import machines
from gha2tekton.rules.load import RuleSet
from gha2tekton.rules.model import ImageChoice

_OF_ANY_LINUX = frozenset(
    "awk chgrp chmod chown chroot cmp comm dd diff egrep env expand expr fgrep find fold free groupadd groupmod "
    "groups head hostname id install join killall less logname lsblk lscpu lsmod md5sum mkfifo mknod more mount "
    "nice nl nohup od paste pathchk pgrep pkill pr ps realpath rev sha1sum sha256sum sha512sum shred shuf split "
    "stdbuf stty sum sync sysctl tac timeout top tput truncate tty umount unlink uptime useradd usermod users "
    "vmstat watch who whoami xargs yes".split()
)


def own_programs(job: str, steps: Iterable[PlannedStep], choice: ImageChoice, rules: RuleSet) -> str:
    """What a person is told of programs of a machine of their own, which no table knows; empty where there are none.

    What is called after a script has installed what a file names may be of that.
    """
    there = {"*", "*.py"}
    brought, names = set[str](), dict[str, None]()
    for part in (part for step in steps for part in step.walk()):
        brought |= part.provided | part.brings
        if part.action is not None or (part.rule is not None and part.rule.program):
            brought.add("*")  # a program may bring anything
        if part.step.run is not None and not there & brought:
            names |= dict.fromkeys(sorted(part.tools - brought - choice.holds - EVERYWHERE))
    known = frozenset[str]().union(*(image.holds for image in machines.images(rules)))
    known |= _OF_ANY_LINUX
    own = [name for name in names if name not in known and name.islower() and rules.command(name, [name]) is None]
    image = choice.image.reference.partition(":")[0]
    return (
        f"job {job} calls {', '.join(own)}, which a machine of your own may have and {image} has not: install it in a "
        "step, or name an image that holds it with --image"
        if own
        else ""
    )
