"""Commit statuses back to GitHub: pending by a first task, the verdict by a ``finally`` task.

https://docs.github.com/rest/commits/statuses#create-a-commit-status
"""

from __future__ import annotations

from collections.abc import Mapping

from gha2tekton.lower.params import about
from gha2tekton.lower.settings import MANAGED
from gha2tekton.lower.values import sent
from gha2tekton.record import Record
from gha2tekton.tekton.model import Container, EnvVar, Param, PipelineTask, Task

TASK = "github-status"
IMAGE = "docker.io/curlimages/curl:8.16.0"

PATHS: Mapping[str, tuple[str, ...]] = {
    "github-status-repository": ("github", "repository"),
    "github-status-api": ("github", "api_url"),
    "github-status-sha": ("git", "head"),
}
"""The Pipeline params that the tasks read, with what triggers must bind to them."""

TOLD = " on Tekton"
"""How the description of every status of ours ends: such a status starts no runs, or a run would start the next."""

SCRIPT = r"""#!/bin/sh
# Sets one commit status for every line of STATES: a state as Tekton or GitHub words it, a tab, the check's name.
set -u
if [ -z "${SHA}" ] || [ -z "${REPOSITORY}" ]; then
  echo "the event names no commit: no status is set"
  exit 0
fi
if [ -z "${TOKEN:-}" ]; then
  echo "there is no token: no status is set" >&2
  exit 1
fi
json() { printf '%s' "$1" | sed 's/\\/\\\\/g; s/"/\\"/g' | tr '\n\t\r' '   '; }
failed=0
tab=$(printf '\t')
while IFS="$tab" read -r word check; do
  # A name that Tekton must not read comes written for the way.
  case $check in gha2tekton:*) check=$(printf '%s\n' "${check#gha2tekton:}" | sed 's/%24/$/g; s/%25/%/g') ;; esac
  # Of a job whose group is kept, what kept it comes first: it failed where the job gave way.
  case $word in 'Failed None') word=cancelled ;; *' '*) word=${word##* } ;; esac
  case $word in
    "") continue ;;
    pending) state=pending text='In progress' ;;
    cancelled) state=error text='Cancelled' ;;
    *Failed*) state=failure text='Failing' ;;
    *Succeeded* | *Completed* | success) state=success text='Successful' ;;
    *None* | skipped) state=success text='Skipped' ;;
    *) state=failure text='Failing' ;;
  esac
  body="{\"state\":\"$state\",\"context\":\"$(json "$check")\",\"description\":\"$text on Tekton\""
  [ -z "${TARGET_URL}" ] || body="$body,\"target_url\":\"$(json "$TARGET_URL")\""
  if printf '%s}' "$body" | curl --silent --show-error --fail --retry 3 --max-time 30 \
    --header "Authorization: Bearer $TOKEN" --header 'Accept: application/vnd.github+json' \
    --header 'Content-Type: application/json' --data @- --output /dev/null \
    "${API:-https://api.github.com}/repos/$REPOSITORY/statuses/$SHA"; then
    echo "$state: $check"
  else
    echo "GitHub did not take the status of $check" >&2
    failed=1
  fi
done <<EOF
$STATES
EOF
exit "$failed"
"""


class Check(Record, frozen=True):
    """A check of GitHub's: its name, which branch protection asks for, and where Tekton holds its verdict."""

    name: str
    verdict: str
    """What a ``finally`` task may read, such as ``$(tasks.build.status)`` or ``$(tasks.build.results.status)``."""


def status_task(name: str, token_secret: tuple[str, str]) -> Task:
    """The Task that sets statuses; that GitHub cannot be reached never fails a run, but its step says so."""
    env = (
        EnvVar("REPOSITORY", "$(params.repository)"),
        EnvVar("API", "$(params.api)"),
        EnvVar("SHA", "$(params.sha)"),
        EnvVar("TARGET_URL", "$(params.target-url)"),
        EnvVar("STATES", "$(params.states)"),
        EnvVar("TOKEN", secret=token_secret),
    )
    return Task(
        name,
        (Container("set", IMAGE, script=SCRIPT, env=env, on_error="continue"),),
        description="Sets commit statuses on GitHub.",
        labels=MANAGED,
        params=(
            Param("repository", "owner/repository"),
            Param("api", "The root of GitHub's API"),
            Param("sha", "The commit; empty sets nothing"),
            Param("target-url", "Where the details are", ""),
            Param("states", "One a line: state, tab, name of the check"),
        ),
    )


def status_params() -> tuple[Param, ...]:
    """What a Pipeline declares for them; a manual run has no commit to speak of."""
    target = Param("github-status-target-url", "Where the details of commit statuses are", "")
    return (*(Param(name, about(path), "") for name, path in PATHS.items()), target)


def pending(name: str, task: str, checks: tuple[Check, ...]) -> PipelineTask:
    """The first task: nothing waits for it."""
    return _pipeline_task(name, task, [("pending", check.name) for check in checks])


def verdict(name: str, task: str, checks: tuple[Check, ...]) -> PipelineTask:
    """The ``finally`` task."""
    return _pipeline_task(name, task, [(check.verdict, check.name) for check in checks])


def _pipeline_task(name: str, task: str, states: list[tuple[str, str]]) -> PipelineTask:
    params = {
        "repository": "$(params.github-status-repository)",
        "api": "$(params.github-status-api)",
        "sha": "$(params.github-status-sha)",
        "target-url": "$(params.github-status-target-url)",
        "states": "\n".join(f"{state}\t{sent(' '.join(check.split()))}" for state, check in states),
    }
    return PipelineTask(name, task, timeout="10m0s", params=params)
