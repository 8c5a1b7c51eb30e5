"""What a person may choose in place of what became of a part: options, rules, and Tekton's nearest form."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gha2tekton.journal import Outcome
from gha2tekton.report.entries import is_command
from gha2tekton.report.nearest import keys, nearest

_OPTIONS = (
    (r"on\.(pull_request|pull_request_target)\b", "--forks and --pull-request-head say which pull requests run"),
    (r"on\.schedule", "--default-branch names the branch that schedules run on"),
    (r"on(\.|$)", "--triggers pipelines-as-code, or none"),
    (r"jobs\.[^.]+\.runs-on", "--image, --gpu-count, --gpu-resource and --memory say what the Pod has"),
    (r"jobs\.[^.]+\.(container|services)", "--image, or --docker dind for docker itself"),
    (r"jobs\.[^.]+\.(uses|with|secrets)", "--actions-dir DIR with a checkout of the called repository"),
    (r"jobs\.[^.]+\.steps\[\d+\]\.(uses|with)", "a rule of your own: gha2tekton rules new begins it, --rules takes it"),
    (r"jobs\.[^.]+\.steps\[\d+\]\.uses", "--actions-dir DIR with a checkout of the action: its steps are converted"),
    (r"jobs\.[^.]+\.steps\[\d+\]\.run.* command docker", "--docker dind runs docker itself in a privileged sidecar"),
)  # fmt: skip


def alternatives(outcome: Outcome) -> Iterator[str]:
    """One line each; nothing for what is exact by the language's own meaning."""
    form = nearest(outcome.path)
    if outcome.fate == "manual" and form:
        yield f"by hand: {form}"
    if outcome.fate == "manual" and re.search(r"\.steps\[\d+\]", outcome.path):
        yield "--unmapped skip leaves the step out, where it now fails"
    place = keys(outcome.path) + (f" {outcome.subject}" if is_command(outcome) else "")
    if outcome.fate != "exact" or outcome.rule:
        yield from (told for pattern, told in _OPTIONS if re.match(pattern, place))
