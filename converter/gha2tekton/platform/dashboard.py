"""The Grafana dashboard: the guide's key metrics, each with the query that gives it today."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from gha2tekton import resources
from gha2tekton.platform.settings import Platform
from gha2tekton.record import Record, field
from gha2tekton.yaml import documents

SCHEMA = 39
"""Grafana's number of the form of the JSON, of its versions 10.3 to 11.4; later ones read it."""
_WIDTH = 24
_SOURCE = {"type": "prometheus", "uid": "${datasource}"}


class Query(Record, frozen=True):
    query: str
    legend: str = ""


class Panel(Record, frozen=True):
    """One metric: ``unit`` is Grafana's name of it, ``thresholds`` are colours by the values from which they count."""

    title: str
    description: str
    unit: str
    queries: tuple[Query, ...]
    kind: str = "timeseries"
    width: int = 12
    height: int = 8
    min: float | None = None
    max: float | None = None
    thresholds: Mapping[str, float | None] = field(default_factory=dict)


def metric_of(resource: str) -> str:
    """The name that kube-state-metrics gives a resource in labels."""
    return re.sub(r"[^A-Za-z0-9_]", "_", resource)


Sections = tuple[tuple[str, tuple[Panel, ...]], ...]


def sections(platform: Platform) -> Sections:
    """The panels of each row of the dashboard, for a namespace's runs."""
    return _sections(platform.namespace, platform.gpu_resource)


@cache
def _sections(namespace: str, gpu_resource: str) -> Sections:
    file = resources.mappings() / "platform" / "monitoring" / "panels.yaml"
    text = file.read_text(encoding="utf-8")
    for token, value in (
        ("@namespace@", namespace),
        ("@gpu-metric@", metric_of(gpu_resource)),
        ("@gpu-resource@", gpu_resource),
    ):
        text = text.replace(token, value)
    (rows,) = documents(text, file.name)
    return tuple((row["section"], tuple(_read(one) for one in row["panels"])) for row in rows)


def dashboard(platform: Platform) -> str:
    """The dashboard as JSON."""
    variable = {
        "name": "datasource",
        "type": "datasource",
        "query": "prometheus",
        "label": "Data source",
        "hide": 0,
        "current": {},
        "options": [],
        "regex": "",
    }
    board = {
        "title": f"Tekton GPU runs: {platform.namespace}",
        "uid": f"tekton-gpu-{platform.namespace}"[:40],
        "schemaVersion": SCHEMA,
        "tags": ["tekton", "gpu"],
        "time": {"from": "now-24h", "to": "now"},
        "timezone": "browser",
        "refresh": "1m",
        "graphTooltip": 1,
        "templating": {"list": [variable]},
        "annotations": {"list": []},
        "panels": list(_laid_out(platform)),
    }
    return json.dumps(board, indent=1, ensure_ascii=False) + "\n"


def _read(row: Mapping[str, Any]) -> Panel:
    return Panel(**{**row, "queries": tuple(Query(**one) for one in row["queries"])})


def _laid_out(platform: Platform) -> Iterator[dict[str, Any]]:
    """From left to right and down, each section under its heading."""
    number, top = 0, 0
    for title, panels in sections(platform):
        number += 1
        place = {"x": 0, "y": top, "w": _WIDTH, "h": 1}
        yield {"id": number, "type": "row", "title": title, "collapsed": False, "gridPos": place, "panels": []}
        left, top, height = 0, top + 1, 0
        for panel in panels:
            if left + panel.width > _WIDTH:
                left, top, height = 0, top + height, 0
            number += 1
            yield _panel(number, panel, {"x": left, "y": top, "w": panel.width, "h": panel.height})
            left, height = left + panel.width, max(height, panel.height)
        top += height


def _panel(number: int, panel: Panel, place: Mapping[str, int]) -> dict[str, Any]:
    many = len(panel.queries) > 1 or "{{" in panel.queries[0].legend
    return {
        "id": number,
        "type": panel.kind,
        "title": panel.title,
        "description": panel.description,
        "datasource": _SOURCE,
        "gridPos": place,
        "fieldConfig": {"defaults": _defaults(panel), "overrides": []},
        "options": _STAT if panel.kind == "stat" else _lines(many),
        "targets": [
            {"refId": letter, "expr": one.query, "legendFormat": one.legend, "datasource": _SOURCE}
            for letter, one in zip("ABCDEFGH", panel.queries, strict=False)
        ],
    }


_STAT = {
    "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
    "colorMode": "value",
    "graphMode": "area",
    "textMode": "auto",
}


def _lines(many: bool) -> dict[str, Any]:
    return {
        "legend": {"displayMode": "list", "placement": "bottom", "showLegend": many},
        "tooltip": {"mode": "multi" if many else "single", "sort": "desc"},
    }


def _defaults(panel: Panel) -> dict[str, Any]:
    found: dict[str, Any] = {"unit": panel.unit}
    for name, value in (("min", panel.min), ("max", panel.max)):
        if value is not None:
            found[name] = value
    if panel.thresholds:
        steps = [{"color": color, "value": value} for color, value in panel.thresholds.items()]
        found["thresholds"] = {"mode": "absolute", "steps": steps}
        found["color"] = {"mode": "thresholds"} if panel.kind == "stat" else {"mode": "palette-classic"}
        if panel.kind != "stat":
            found["custom"] = {"thresholdsStyle": {"mode": "line"}}
    return found
