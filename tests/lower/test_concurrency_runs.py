"""Jobs whose concurrency groups are kept, executed by Tekton's code beside an API server that remembers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from tests.conformance.execution import RunRecord, run
from tests.conversion import convert
from tests.runtime.test_concurrency import LABEL, Cluster, Object, holder, key, named, serving

from gha2tekton.convert import Options
from gha2tekton.lower.settings import Settings
from gha2tekton.tekton.disk import write

pytestmark = pytest.mark.conformance

WORKFLOW = """on: push
jobs:
  a:
    runs-on: ubuntu-latest
    steps: [{run: echo a}]
  b:
    needs: a
    if: always()
    runs-on: ubuntu-latest
    concurrency: main
    steps: [{run: echo b}]
  c:
    needs: b
    if: always()
    runs-on: ubuntu-latest
    steps: [{run: 'echo "b was ${{ needs.b.result }}"'}]
"""


class Living(dict[tuple[str, str], Object]):
    """The objects of a namespace in which each that is spoken of is there."""

    def __contains__(self, item: object) -> bool:
        return True

    def __missing__(self, item: tuple[str, str]) -> Object:
        self[item] = named(*item, 30)
        return self[item]


def executed(folder: Path, others: list[Object]) -> tuple[RunRecord, Cluster]:
    options = Options(output=Settings(concurrency="keep", triggers="none"))
    done = convert(WORKFLOW, options=options)
    write(done.bundle.rendered(), folder / "out")
    cluster = Cluster(others, {}, {})
    cluster.objects = Living(cluster.objects)
    with serving(cluster) as url:
        task = folder / "out/tasks/ci-b-concurrency.yaml"
        yaml = YAML(typ="safe")
        made: dict[str, Any] = yaml.load(task.read_text())
        (step,) = made["spec"]["steps"]
        step["env"] += [{"name": "KUBERNETES_API", "value": url}, {"name": "KUBERNETES_ACCOUNT", "value": "/account"}]
        step["volumeMounts"].append({"name": "account", "mountPath": "/account"})
        made["spec"]["volumes"].append({"name": "account", "configMap": {"name": "account"}})
        account = {"namespace": "ci", "token": "token"}
        supplied = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "account"}, "data": account}
        with task.open("w") as out:
            yaml.dump_all([made, supplied], out)
        return run([folder / "out"], folder / "out/runs/ci.yaml", folder / "ran", network="host"), cluster


def test_a_job_runs_when_nothing_else_of_its_group_does(tmp_path: Path) -> None:
    record, cluster = executed(tmp_path, [])
    assert record.succeeded, record.log
    assert record.task("b-concurrency").results == {"go": "true"}
    assert "b was success" in record.task("c").log
    (hold,) = [one for (kind, _), one in cluster.objects.items() if kind == "taskruns"]
    assert hold["metadata"]["labels"] == {LABEL: key("main"), f"{LABEL}-state": "running"}
    assert hold["metadata"]["annotations"] == {f"{LABEL}-places": "b"}


def test_a_job_that_gives_way_is_cancelled_and_the_others_run_on(tmp_path: Path) -> None:
    older = [named("pipelineruns", "x", 0), holder("h", 1, "running", "x", "b")]
    record, _ = executed(tmp_path, [*older, holder("z", 50, "waiting", "y", "b")])
    assert not record.succeeded
    assert record.task("b-concurrency").status == "False"
    with pytest.raises(KeyError):
        record.task("b")
    assert "b was cancelled" in record.task("c").log
