"""Every key of workflows and actions reaches the model, typed as GitHub types it."""

from __future__ import annotations

import pytest
from tests.workflow.reading import JOB, action, read, workflow

from gha2tekton.expression import unparse
from gha2tekton.workflow.model import Value

WHOLE = """\
name: All
description: everything
run-name: Run ${{ github.actor }}
on:
  push: {branches: [main, '!x'], tags: v*, paths-ignore: [docs/**]}
  pull_request: {types: [opened]}
  schedule: [{cron: '0 3 * * SUN', timezone: Asia/Taipei}]
  workflow_run: {workflows: [CI], types: completed, branches-ignore: [wip]}
  workflow_dispatch:
    inputs:
      level: {type: choice, options: [low, high], default: low, description: how, required: true}
      flag: {type: boolean, default: true}
  workflow_call:
    inputs: {who: {type: string, default: "${{ github.actor }}"}}
    secrets: {key: {required: true}, other: }
    outputs: {sum: {value: "${{ jobs.a.outputs.sum }}", description: total}}
env: {A: 1.10, B: True, C: , D: 0x1f, E: yes, F: '1.10', G: 2020-01-01}
defaults: {run: {shell: bash, working-directory: src}}
permissions: {contents: read}
concurrency: {group: "g-${{ github.ref }}", cancel-in-progress: true, queue: max}
jobs:
  a:
    name: Job ${{ matrix.v }}
    runs-on: {group: org/gpu, labels: [self-hosted, "${{ matrix.v }}"]}
    if: github.ref == 'refs/heads/main'
    strategy:
      fail-fast: false
      max-parallel: 2
      matrix: {v: [1, 2], include: [{v: 3, w: {x: [y]}}], exclude: "${{ fromJSON('[]') }}"}
    env: {J: "${{ secrets.T }}"}
    outputs: {sum: "${{ steps.s.outputs.sum }}"}
    defaults: {run: {shell: sh}}
    timeout-minutes: 5.5
    cancel-timeout-minutes: 1
    continue-on-error: ${{ matrix.v == 2 }}
    container:
      {image: img, options: --gpus all, env: {K: v}, ports: [80], volumes: ["/a:/b"],
       credentials: {username: u, password: "${{ secrets.P }}"}}
    services: {db: {image: postgres, command: c, entrypoint: e}, cache: redis}
    environment: {name: prod, url: "${{ steps.s.outputs.url }}", deployment: false}
    permissions: read-all
    concurrency: one
    snapshot: {image-name: i, version: 1.*}
    steps:
      - {id: s, name: Say, if: always(), run: echo, shell: "python {0}", working-directory: d, env: {S: t},
         continue-on-error: true, timeout-minutes: 3}
      - {uses: Actions/Checkout@v4, with: {Fetch-Depth: 0}}
      - {uses: ./.github/actions/x}
      - {uses: $/tools/y}
      - uses: docker://alpine:3
      - {id: w, run: sleep 1, background: true}
      - {wait: [w]}
      - {cancel: w}
      - {wait-all: }
      - {parallel: [{run: a}, {run: b}]}
  b:
    needs: [A]
    uses: Owner/Repo/.github/workflows/f.yml@main
    with: {Who: me}
    secrets: inherit
  c: {needs: a, uses: ./.github/workflows/g.yml, secrets: {k: "${{ secrets.K }}"}}
"""


def texts(values: tuple[Value, ...]) -> list[str]:
    return [value.text for value in values]


def test_the_head() -> None:
    found = workflow(WHOLE)
    push, pull, schedule, run, dispatch, call = found.events
    assert found.title == "All"
    assert found.run_name is not None
    assert found.run_name.literal is None
    assert (texts(push.branches), texts(push.tags), texts(push.paths_ignore)) == (["main", "!x"], ["v*"], ["docs/**"])
    assert texts(pull.types) == ["opened"]
    (time,) = schedule.schedules
    assert (time.cron.text, time.timezone and time.timezone.text) == ("0 3 * * SUN", "Asia/Taipei")
    assert (texts(run.workflows), texts(run.types), texts(run.branches_ignore)) == (["CI"], ["completed"], ["wip"])
    level, flag = dispatch.inputs
    assert (level.type, texts(level.options), level.required, flag.type) == ("choice", ["low", "high"], True, "boolean")
    assert flag.default is not None
    assert flag.default.raw is True
    assert [(secret.name, secret.required) for secret in call.secrets] == [("key", True), ("other", False)]
    assert [(output.name, len(output.leaves)) for output in call.outputs] == [("sum", 2)]
    assert {name: value.literal for name, value in found.env.items()} == {
        "A": "1.1", "B": "true", "C": "", "D": "31", "E": "yes", "F": "1.10", "G": "2020-01-01",
    }  # fmt: skip
    assert found.env["A"].raw == 1.1
    assert found.concurrency is not None
    assert found.concurrency.queue is not None
    assert found.concurrency.queue.text == "max"


def test_a_job() -> None:
    job = workflow(WHOLE).jobs[0]
    assert job.runs_on is not None
    assert job.runs_on.group is not None
    assert (job.runs_on.group.text, texts(job.runs_on.labels)) == ("org/gpu", ["self-hosted", "${{ matrix.v }}"])
    assert job.condition is not None
    assert unparse(job.condition.tree) == "github.ref == 'refs/heads/main'"
    assert job.strategy is not None
    assert (list(job.strategy.vectors), len(job.strategy.include)) == (["v"], 1)  # type: ignore[arg-type]
    assert isinstance(job.strategy.exclude, Value)
    assert job.container is not None
    assert job.container.password is not None
    assert (job.container.image.text, job.container.password.text) == ("img", "${{ secrets.P }}")
    assert ([port.raw for port in job.container.ports], texts(job.container.volumes)) == ([80.0], ["/a:/b"])
    assert {name: one.image.text for name, one in job.services.items()} == {"db": "postgres", "cache": "redis"}
    assert job.environment is not None
    assert job.environment.deployment is not None
    assert job.environment.deployment.raw is False
    assert job.timeout_minutes is not None
    assert job.timeout_minutes.raw == 5.5
    assert [value.path for value in job.snapshot] == ["jobs.a.snapshot.image-name", "jobs.a.snapshot.version"]


def test_steps() -> None:
    steps = workflow(WHOLE).jobs[0].steps
    kinds = [(step.uses.kind, step.uses.name, step.uses.ref) for step in steps if step.uses]
    assert kinds == [
        ("remote", "actions/checkout", "v4"),
        ("local", ".github/actions/x", ""),
        ("local", "tools/y", ""),
        ("docker", "alpine:3", ""),
    ]
    assert steps[1].inputs["fetch-depth"].literal == "0"
    assert (texts(steps[6].wait), steps[7].cancel and steps[7].cancel.text, len(steps[9].parallel)) == (["w"], "w", 2)
    assert steps[0].path == "jobs.a.steps[0]"


def test_calls() -> None:
    found = workflow(WHOLE)
    second, third = found.jobs[1:]
    assert second.uses is not None
    assert (second.uses.name, second.uses.ref, second.needed) == ("owner/repo/.github/workflows/f.yml", "main", ("a",))
    assert list(second.inputs) == ["who"]
    assert isinstance(second.secrets, Value)
    assert isinstance(third.secrets, dict)
    assert found.job("A") is found.jobs[0]


def test_actions_of_all_kinds() -> None:
    composite = action(
        "name: n\ndescription: d\ninputs: {a: {default: x, required: true}, b: }\n"
        "outputs: {o: {value: '${{ steps.s.outputs.v }}'}}\n"
        "runs: {using: composite, steps: [{id: s, run: x, shell: bash}, {uses: ./y}]}\n"
    )
    assert ([one.name for one in composite.inputs], len(composite.steps)) == (["a", "b"], 2)
    docker = action("runs: {using: docker, image: Dockerfile, args: ['${{ inputs.a }}'], entrypoint: e, env: {A: 1}}\n")
    assert docker.image is not None
    assert (docker.image.text, len(docker.arguments), list(docker.env)) == ("Dockerfile", 1, ["A"])
    assert action("runs: {using: node20, main: index.js}\n").using.text == "node20"


def test_a_lone_string_in_an_expression_is_that_string() -> None:
    (job,) = workflow(JOB + "    name: ${{ 'a ${{ b }}' }}\n").jobs
    assert job.name is not None
    assert job.name.literal == "a ${{ b }}"


def test_a_whole_environment_by_one_expression_is_kept_under_no_name() -> None:
    (job,) = workflow(JOB + "    steps: [{run: x, env: \"${{ fromJSON('{}') }}\"}]\n").jobs
    assert list(job.steps[0].env) == [""]


@pytest.mark.parametrize(("text", "tree"), [("''", "success()"), ("true", "true"), ("${{ a }}", None), ("' x '", None)])
def test_conditions(text: str, tree: str | None) -> None:
    found, _ = read(JOB + f"    if: {text}\n")
    assert (found is None) == (tree is None)
    if found is not None:
        assert found.jobs[0].condition is not None
        assert unparse(found.jobs[0].condition.tree) == tree


def test_carriage_returns_and_a_byte_order_mark() -> None:
    (job,) = workflow("\ufeff" + (JOB + "    steps:\n    - run: |\n        a\n        b\n").replace("\n", "\r\n")).jobs
    assert job.steps[0].run is not None
    assert job.steps[0].run.text == "a\nb\n"
