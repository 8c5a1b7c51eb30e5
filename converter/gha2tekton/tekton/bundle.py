"""The files of a conversion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gha2tekton.manifests import Constant, dump
from gha2tekton.record import Record, field
from gha2tekton.source import printable
from gha2tekton.tekton.model import Manifest

KUSTOMIZATION = "kustomization.yaml"
REFERENCES = "name-references.yaml"
RUNS = "runs/"
FOR_GIT = ".tekton/"
"""What Pipelines-as-Code reads from the repository itself."""

_HEADER = "# Made by gha2tekton from {origin}. Convert again rather than edit.\n"
REPOSITORY = "OWNER/REPOSITORY"
"""What runs that no delivery starts say where nobody has named the repository."""
UNNAMED = f"# Write the repository in the place of {REPOSITORY}; --github-repository does it for you.\n"
MARK = _HEADER.partition("{")[0]
"""How every file that is ours begins."""


class Bundle(Record, frozen=True):
    """Manifests by their file; what lies under ``runs/`` is for ``kubectl create``, the rest for ``apply -k``."""

    files: Mapping[str, tuple[Manifest, ...]] = field(default_factory=dict)
    origin: str = ""
    namespace: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)
    """Files that are not manifests, such as reports."""
    origins: Mapping[str, str] = field(default_factory=dict)
    """Where single files come from, when that is not ``origin``."""

    @property
    def names(self) -> list[str]:
        """The files' names, in the order of ``rendered``."""
        return [*([KUSTOMIZATION, REFERENCES, *self.files] if self.files else []), *self.texts]

    def rendered(self) -> dict[str, str]:
        """Every file's text, in the order people read them; equal bundles give equal bytes."""
        if not self.files:
            return dict(self.texts)
        out = {KUSTOMIZATION: self._kustomization(), REFERENCES: dump([NAME_REFERENCES])}
        out |= {name: self._text(name, documents) for name, documents in self.files.items()}
        return out | dict(self.texts)

    def _text(self, name: str, documents: Sequence[Manifest]) -> str:
        head = _head(self.origins.get(name, self.origin))
        text = dump(documents, head)
        unnamed = name.startswith(RUNS) and text.find(REPOSITORY, len(head)) >= 0
        return f"{head}{UNNAMED}{text[len(head) :]}" if unnamed else text

    def stream(self) -> str:
        """All manifests as one YAML stream, for a pipe."""
        return dump([document for documents in self.files.values() for document in documents])

    def _kustomization(self) -> str:
        resources = [name for name in self.files if not name.startswith((RUNS, FOR_GIT))]
        kustomization: Manifest = {
            "apiVersion": "kustomize.config.k8s.io/v1beta1",
            "kind": "Kustomization",
            "resources": resources,
            "configurations": [REFERENCES],
        }
        if self.namespace:
            kustomization = {**kustomization, "namespace": self.namespace}
        return dump([kustomization], _head(self.origin))


def _head(origin: str) -> str:
    """The line that each file begins with; file names may hold anything."""
    return _HEADER.format(origin=printable(origin).replace("\n", "\\n"))


def _reference(kind: str, group: str, *fields: tuple[str, str]) -> Manifest:
    specs = [{"kind": where, "path": path} for where, path in fields]
    return {"kind": kind, **({"group": group} if group else {}), "fieldSpecs": specs}


_TEMPLATE_RUN = "spec/resourcetemplates/spec"

NAME_REFERENCES: Manifest = Constant(
    nameReference=[
        _reference(
            "Task", "tekton.dev", ("Pipeline", "spec/tasks/taskRef/name"), ("Pipeline", "spec/finally/taskRef/name")
        ),
        _reference("Pipeline", "tekton.dev", ("TriggerTemplate", f"{_TEMPLATE_RUN}/pipelineRef/name")),
        _reference("TriggerTemplate", "triggers.tekton.dev", ("Trigger", "spec/template/ref")),
        _reference("TriggerBinding", "triggers.tekton.dev", ("Trigger", "spec/bindings/ref")),
        _reference(
            "ConfigMap",
            "",
            ("Task", "spec/volumes/configMap/name"),
            ("Task", "spec/volumes/projected/sources/configMap/name"),
        ),
        _reference(
            "PersistentVolumeClaim",
            "",
            ("TriggerTemplate", f"{_TEMPLATE_RUN}/workspaces/persistentVolumeClaim/claimName"),
        ),
        _reference(
            "ServiceAccount",
            "",
            ("TriggerTemplate", f"{_TEMPLATE_RUN}/taskRunTemplate/serviceAccountName"),
            ("EventListener", "spec/serviceAccountName"),
        ),
    ]
)
"""Where Tekton's kinds name other objects, so that kustomize's prefixes and suffixes reach those places."""
