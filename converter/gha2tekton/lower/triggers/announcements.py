"""What a person should know of how the events of ``on`` start runs here, where GitHub does otherwise."""

from __future__ import annotations

from collections.abc import Mapping

from gha2tekton.journal import Diagnostic, Journal
from gha2tekton.lower.triggers.bindings import Bound
from gha2tekton.lower.triggers.listener import TriggerSettings, ask_for_namespace
from gha2tekton.lower.triggers.webhooks import Webhook
from gha2tekton.workflow.model import Event, Workflow


def announce_event(event: Event, webhook: Webhook, settings: TriggerSettings, journal: Journal) -> None:
    """Which deliveries of an event start nothing, or start what they would not on GitHub."""

    def note(code: str, message: str) -> None:
        journal.note(Diagnostic(code, "note", message, event.span))

    if event.name == "push":
        note("deleted-ref-ignored", "a push that deletes a branch or tag starts nothing: there is nothing to check out")
    if event.name in ("pull_request", "pull_request_target"):
        message = "a commit message with [skip ci] does not hold back a pull request: the delivery does not carry it"
        note("skip-message-unseen", message)
    if webhook.withheld and settings.forks == "refuse":
        note(
            "forks-refused",
            "pull requests from forks start nothing, since GitHub would withhold secrets and a webhook does not; "
            "--forks secretless or --forks members lets them in",
        )
    if webhook.withheld and settings.forks == "members" and webhook.delivery != "pull_request":
        note("forks-refused", f"{event.name} on pull requests from forks starts nothing: membership cannot be asked")
    if webhook.withheld and settings.forks == "secretless":
        ask_for_namespace(settings, journal)


def announce_token(workflow: Workflow, journal: Journal) -> None:
    """A token of one's own is heard by the webhook, where GitHub's is not: a push by it would start the next run."""
    asked = [value.text for job in workflow.jobs for value in job.permissions]
    asked += [value.text for value in workflow.permissions]
    reads = bool(asked) and not any(text in ("write", "write-all") for text in asked)
    if not reads and any((setup.kind, setup.name) == ("secret", "GITHUB_TOKEN") for setup in journal.setup):
        message = (
            "what the token of the runs does on GitHub starts runs, where GitHub's own token starts none: "
            "name its account by --token-account"
        )
        journal.note(Diagnostic("token-starts-runs", "note", message))


def announce_values(bound: Mapping[str, tuple[Bound, ...]], journal: Journal) -> None:
    """One note for each way in which values are not as on GitHub, with the events it holds for."""
    differences: dict[str, list[str]] = {}
    for event, items in bound.items():
        for difference in dict.fromkeys(item.difference for item in items if item.difference):
            differences.setdefault(difference, []).append(event)
    for difference, events in differences.items():
        journal.note(Diagnostic("context-differs", "note", f"{difference} (on {', '.join(events)})"))
