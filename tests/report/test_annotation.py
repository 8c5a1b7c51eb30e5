"""Manifests say where they come from."""

from __future__ import annotations

from tests.report.conftest import NAME

from gha2tekton.annotation import NAME as KEY
from gha2tekton.conversion import Conversion


def test_each_task_names_its_job_and_each_trigger_its_event(everything: Conversion) -> None:
    found = {
        (document["kind"], file): document["metadata"].get("annotations", {}).get(KEY)
        for file, documents in everything.bundle.files.items()
        for document in documents
    }
    assert found["Task", "tasks/everything-build.yaml"] == f"{NAME}#jobs.build"
    assert found["Task", "tasks/everything-windows.yaml"] == f"{NAME}#jobs.windows"
    assert found["Trigger", "triggers/push.yaml"] == f"{NAME}#on.push"
    assert found["Pipeline", "pipeline.yaml"] == NAME
    assert found["EventListener", "triggers/eventlistener.yaml"] is None
