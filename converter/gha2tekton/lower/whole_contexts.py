"""Contexts that reach a container as a whole, for toJSON, filters and names that only the run knows."""

from __future__ import annotations

from collections.abc import Mapping

from gha2tekton.expression import Context, Expression, Filter, Property
from gha2tekton.tekton.model import EnvFrom

SECRETS = "github-secrets"
VARIABLES = "github-variables"
"""The Secret and the ConfigMap that stand for the repository's secrets and variables."""

RUNNER = "runner-environment"
"""The Secret that stands for the environment of a runner's machine."""

SOURCES: Mapping[str, EnvFrom] = {
    "secrets": EnvFrom("GHA_SECRET_", secret=SECRETS),
    "vars": EnvFrom("GHA_VARS_", config_map=VARIABLES),
}
"""Where all values of a context lie."""

KNOWN = frozenset({"env", "runner", "job"})
"""Contexts of which the runtime knows the values itself."""

DIFFERS = {"job": "of the whole context job there is its status alone"}

WHOLE = "GHA_WHOLE"
"""The variable that tells the runtime which contexts were brought."""

ABOUT_THE_RUN = (
    "ref sha repository run_id run_number actor triggering_actor workflow head_ref base_ref event_name".split()
)
"""What is brought where a script dumps the whole github context."""


def of_needs(node: Expression) -> bool:
    """Whether it is ``needs.*.outputs``."""
    match node:
        case Property(target=Filter(target=Context(name=root)), name=part):
            return (root.lower(), part.lower()) == ("needs", "outputs")
        case _:
            return False
