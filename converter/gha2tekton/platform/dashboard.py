"""The Grafana dashboard: the guide's key metrics, each with the query that gives it today."""

from __future__ import annotations

import json
from typing import Any

from gha2tekton import resources
from gha2tekton.record import Record
from gha2tekton.yaml import documents


class Panel(Record, frozen=True):
    """One metric: ``unit`` is Grafana's name of it."""

    title: str
    query: str
    unit: str
    legend: str = ""
    kind: str = "timeseries"


def panels(namespace: str) -> tuple[Panel, ...]:
    """The key metrics of a namespace's runs."""
    file = resources.mappings() / "platform" / "monitoring" / "panels.yaml"
    (rows,) = documents(file.read_text(encoding="utf-8").replace("@namespace@", namespace), file.name)
    return tuple(Panel(**row) for row in rows)


def dashboard(namespace: str) -> str:
    """The dashboard as JSON for Grafana 10 and later."""
    source = {"name": "datasource", "type": "datasource", "query": "prometheus", "label": "Data source"}
    board = {
        "title": f"Tekton GPU runs: {namespace}",
        "uid": f"tekton-gpu-{namespace}"[:40],
        "schemaVersion": 39,
        "tags": ["tekton", "gpu"],
        "time": {"from": "now-24h", "to": "now"},
        "refresh": "1m",
        "templating": {"list": [source]},
        "panels": [_panel(number, panel) for number, panel in enumerate(panels(namespace))],
    }
    return json.dumps(board, indent=1, ensure_ascii=False) + "\n"


def _panel(number: int, panel: Panel) -> dict[str, Any]:
    source = {"type": "prometheus", "uid": "${datasource}"}
    return {
        "id": number + 1,
        "type": panel.kind,
        "title": panel.title,
        "datasource": source,
        "gridPos": {"x": 12 * (number % 2), "y": 8 * (number // 2), "w": 12, "h": 8},
        "fieldConfig": {"defaults": {"unit": panel.unit}, "overrides": []},
        "targets": [{"refId": "A", "expr": panel.query, "legendFormat": panel.legend, "datasource": source}],
    }
