"""The page that lies beside a platform: what it needs, what each part is for, what to do in which order."""

from __future__ import annotations

from collections.abc import Sequence

from gha2tekton.platform import settings
from gha2tekton.platform.dashboard import sections
from gha2tekton.platform.needs import Needs
from gha2tekton.platform.settings import Platform
from gha2tekton.report.supplies import listed

_PARTS = {
    "base": "the namespace with its pod-security labels, and roles for people",
    "storage": "the cache that outlives runs, preloading of data sets, clean-up of old runs and artifacts",
    "gpu": "the priority of runs that hold a GPU, and a Job that shows that a Pod gets one",
    "quota": "the quota, and defaults by which Tekton's own containers live under it",
    "security": "network policies of EventListeners and runs",
    "results": "a small web server over the artifacts, with an index of runs",
    "publish": "sends the artifacts of runs to a store or a registry",
    "monitoring": "what Prometheus reads, alerts, and a Grafana dashboard",
    "secrets": "Secrets from a store by External Secrets",
}


def page(platform: Platform, needed: Needs, parts: Sequence[str], placed: bool) -> str:
    """Markdown."""
    lines = [
        "# The platform around the pipelines",
        "",
        f"Made by gha2tekton for {len(needed.pipelines)} {'Pipeline' if len(needed.pipelines) == 1 else 'Pipelines'}. "
        "Take parts out of `kustomization.yaml` that you have already.",
        "",
        "| part | what it is |",
        "|---|---|",
        *(f"| `{part}/` | {_PARTS[part]} |" for part in parts),
        *(["| `runs/` | over the bundles: nodes and priority of GPU runs, class of claims |"] if placed else []),
        "| `scripts/` | deploy, verify, collect-logs, secrets, rotate-webhook-secret, uninstall; with `--dry-run` |",
        "",
        "## What the workflows need",
        "",
        "| | |",
        "|---|---|",
        f"| GPUs at once, each Pipeline running once | {needed.gpus} of {platform.gpu_resource} |",
        f"| GPUs of one Pod, which a node must have | {needed.gpus_of_a_pod} |",
        *(f"| counted once, as only the run knows how often | `{place}` |" for place in needed.open),
        f"| GPUs that the quota grants | {settings.gpus(platform, needed)} |",
        f"| memory that the quota grants | {settings.memory(platform, needed)} |",
        *(f"| claim `{name}` | {size // 2**30}Gi |" for name, size in sorted(needed.claims.items())),
        *(f"| Secret `{name}` | {listed(keys)} |" for name, keys in needed.secrets.items()),
        *(f"| image | `{image}` |" for image in needed.images),
        "",
        *_left_out(platform, needed),
        "## In this order",
        "",
        "1. `sh scripts/deploy.sh --dry-run`, then without it. It names what Tekton lacks, and can be run again.",
        "2. `sh scripts/secrets.sh` for the Secrets that it says are missing.",
        "3. `sh scripts/verify.sh`, which also starts the Job that looks at a GPU.",
        "4. The webhook, with the address and the secret that `deploy.sh` prints.",
        "",
    ]
    if platform.monitoring:
        lines += ["## Key metrics", "", "Each is a panel of the dashboard.", "", "| metric | query |", "|---|---|"]
        lines += [
            f"| {_named(panel.title, one.legend)} | `{one.query.replace('|', chr(92) + '|')}` |"
            for _, panels in sections(platform)
            for panel in panels
            for one in panel.queries
        ]
        lines.append("")
    return "\n".join(lines)


def _left_out(platform: Platform, needed: Needs) -> list[str]:
    if not needed.artifacts or settings.shows_results(platform, needed):
        return []
    one = [f"`{claim}`" for claim in needed.artifacts if claim not in needed.shared]
    told = f"`results/` is not here: it would hold {', '.join(one)}, which one node mounts at a time, and keep runs "
    return [
        told + "from other nodes. `--results` writes it all the same, `--shared` makes such claims ReadWriteMany.",
        "",
    ]


def _named(title: str, legend: str) -> str:
    """Two queries of one panel are told apart by their legends."""
    return f"{title}: {legend}" if legend and "{{" not in legend else title
