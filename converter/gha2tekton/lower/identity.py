"""Tokens by which a run shows clouds who it is."""

from __future__ import annotations

from gha2tekton.journal import Journal, Setup
from gha2tekton.plan.model import Stage
from gha2tekton.plan.scope import literal
from gha2tekton.record import Record
from gha2tekton.rules.model import Identity
from gha2tekton.tekton.model import EnvVar, Manifest, Mount

_PLACE = "/gha2tekton-identity"


class Identities(Record, frozen=True):
    """What a Task gets so that its steps have the tokens."""

    volumes: tuple[Manifest, ...] = ()
    mounts: tuple[Mount, ...] = ()
    variables: tuple[EnvVar, ...] = ()


def identities(stage: Stage, journal: Journal, namespace: str) -> Identities:
    """A projected token of the run's ServiceAccount for each cloud that the steps log in to.

    https://kubernetes.io/docs/concepts/storage/projected-volumes/#serviceaccounttoken
    """
    audiences: dict[str, str] = {}
    for step in stage.walk():
        asked = step.rule.identity if step.rule is not None else None
        if asked is None or any(name in step.step.inputs for name in asked.unless):
            continue
        given = step.step.inputs.get(asked.input) if asked.input else None
        audience = (literal(step.scope.fold(given)) if given is not None else "") or asked.audience
        audiences[asked.name] = audience
        journal.need(_trust(asked, audience, namespace))
    if not audiences:
        return Identities()
    sources = [
        {"serviceAccountToken": {"path": name, "audience": audience, "expirationSeconds": 3600}}
        for name, audience in audiences.items()
    ]
    return Identities(
        ({"name": "identity", "projected": {"sources": sources}},),
        (Mount("identity", _PLACE, read_only=True),),
        (EnvVar("GHA_IDENTITY", _PLACE),),
    )


def _trust(asked: Identity, audience: str, namespace: str) -> Setup:
    why = (
        f"let {asked.name} trust tokens of the cluster's issuer for audience {audience} and the subject "
        f"system:serviceaccount:{namespace}:<ServiceAccount of the runs>, where it trusted GitHub's"
    )
    return Setup("identity", asked.name, why, "kubectl get --raw /.well-known/openid-configuration")
