"""What fixtures expect for Triggers is admitted, and recorded webhooks make it create runs that can start."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.conformance.fixture_outputs import EXPECTED, holds, named
from tests.conformance.judge import admit, admit_triggers, fire, refusals, resolve

pytestmark = [pytest.mark.conformance, pytest.mark.usefixtures("built_judges")]

PAYLOADS = sorted((Path(__file__).parents[1] / "triggers" / "payloads").glob("*.json"))
WITH_TRIGGERS = [d for d in EXPECTED if holds(d, "triggers.tekton.dev/")]
WITH_LISTENER = [d for d in WITH_TRIGGERS if holds(d, "kind: EventListener")]


def test_there_are_payloads_to_fire() -> None:
    assert len({file.name.partition(".")[0] for file in PAYLOADS}) > 10


@pytest.mark.parametrize("directory", named(WITH_TRIGGERS))
@pytest.mark.parametrize("oldest", [False, True], ids=["newest", "oldest"])
def test_triggers_and_what_templates_create_are_admitted(directory: Path, oldest: bool) -> None:
    assert not refusals(admit_triggers(directory, oldest=oldest))


@pytest.mark.parametrize("directory", named(WITH_LISTENER))
def test_every_recorded_delivery_is_answered(directory: Path, tmp_path: Path) -> None:
    for file in PAYLOADS:
        event = file.name.partition(".")[0]
        if not holds(directory, event):
            continue
        out = tmp_path / file.stem
        delivery = fire(directory, event, json.loads(file.read_text(encoding="utf-8")), out)
        assert delivery.status == 202, file.name
        failed = {name: fired.why for name, fired in delivery.triggers.items() if fired.outcome in ("error", "nothing")}
        assert not failed, file.name
        made = [f for fired in delivery.triggers.values() for f in fired.files]
        assert not refusals(admit(*made)) if made else True
        assert not [v for v in resolve(directory, *made) if v.reason and Path(v.file) in made]
