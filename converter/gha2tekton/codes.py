"""Every finding about the input by its code, with its severity: the one table of both.

A code never changes its meaning. docs/diagnostics.md has a section for each.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Severity = Literal["error", "warning", "note"]

_ERRORS = """
    bad-cron bad-default bad-expression bad-id bad-runner-group bad-uses bad-value bad-wait-all bad-yaml
    call-cycle cycle duplicate-id empty-file empty-vector expression-not-allowed filter-conflict missing-image
    missing-input missing-key missing-secret nested-parallel no-first-job not-a-workflow not-an-action
    not-callable too-long too-many-files unclosed-expression unknown-context unknown-function unknown-input
    unknown-job unknown-key unknown-secret unknown-step unreadable-compose-file unreadable-file wrong-type
"""
_WARNINGS = """
    bad-suppression call-not-expanded call-not-found condition-always-true empty-steps gpu-behind-docker gpu-sum
    nodes-differ privileged-docker unknown-vector version-cut
"""
_NOTES = """
    checkout-assumed checkout-of-unknown-commit context-differs default-branch-unknown deleted-ref-ignored
    forks-approved forks-refused gpu-count-assumed image-assumed image-unpinned input-runs-as-code not-split
    payload-text-withheld private-repository programs-missing skip-message-unseen token-starts-runs unused-suppression
"""

SEVERITIES: Mapping[str, Severity] = {
    **dict.fromkeys(_ERRORS.split(), "error"),
    **dict.fromkeys(_WARNINGS.split(), "warning"),
    **dict.fromkeys(_NOTES.split(), "note"),
}
"""An error is what GitHub itself refuses, and stops the conversion; a warning or note does not."""
