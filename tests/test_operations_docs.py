"""What the pages and files for operators name is there: pages of the admin, commands, addresses, and what /metrics says."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import get_commands, load_command_class
from django.urls import resolve

from caching.admin.pages import TABS
from caching.metrics import names
from platform_app.metrics import BUILD_INFO
from platform_app.operations.urls import api_urlpatterns

DOCS = Path(__file__).resolve().parents[1] / "docs"
PAGE = (DOCS / "operations.md").read_text(encoding="utf-8")
DASHBOARD = json.loads((DOCS / "grafana" / "cache.json").read_text(encoding="utf-8"))
ALERTS = yaml.safe_load((DOCS / "prometheus" / "alerts.yml").read_text(encoding="utf-8"))
SCRAPE = yaml.safe_load((DOCS / "prometheus" / "prometheus.yml").read_text(encoding="utf-8"))

BY_SERIES = {series: named for named in names.ALL for series in named.series}
# A word before a bracket that is no function, or that stands alone.
_METRIC = re.compile(r"\b(?:cache|ai_cache|gen_ai|platform)_[a-z0-9_]+\b")
_GROUPING = re.compile(r"\b(?:by|without|on|ignoring)\s*\(([^)]*)\)")
_SELECTOR = re.compile(r"\{([^}]*)\}")


def panels() -> Iterator[dict[str, Any]]:
    yield from (panel for panel in DASHBOARD["panels"] if panel["type"] != "row")


def expressions() -> Iterator[tuple[str, str]]:
    """Each with the name of where it stands."""
    for panel in panels():
        yield from ((panel["title"], target["expr"]) for target in panel["targets"])
    for variable in DASHBOARD["templating"]["list"]:
        if variable["type"] == "query":
            yield variable["name"], variable["definition"]
    for group in ALERTS["groups"]:
        yield from ((rule["alert"], rule["expr"]) for rule in group["rules"])


EXPRESSIONS = [pytest.param(expression, id=title) for title, expression in expressions()]


def metrics_of(expression: str) -> set[str]:
    """Without the labels that it selects and groups by, some of which begin as metrics do."""
    bare = _SELECTOR.sub("", _GROUPING.sub("", expression))
    return set(_METRIC.findall(re.sub(r"label_values\(([^,]+),.*\)", r"\1", bare)))


def labels_of(expression: str) -> set[str]:
    grouped = {label.strip() for labels in _GROUPING.findall(expression) for label in labels.split(",")}
    selected = {
        found for inner in _SELECTOR.findall(expression) for found in re.findall(r"(\w+)\s*[=!]", inner)
    }
    return grouped | selected


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_it_asks_for_metrics_and_labels_that_there_are(expression: str) -> None:
    asked = metrics_of(expression)
    assert asked, "asks for nothing"
    assert asked <= BY_SERIES.keys()
    known = {label for series in asked for label in BY_SERIES[series].labels}
    assert labels_of(expression) <= known | {"le"}


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_counters_are_asked_for_their_rate(expression: str) -> None:
    for series in metrics_of(expression):
        if BY_SERIES[series].type != "gauge" and "label_values" not in expression:
            assert re.search(rf"(?:rate|increase)\({series}\b", expression)


def test_every_metric_of_the_cache_is_on_the_dashboard() -> None:
    shown = {BY_SERIES[series] for _, expression in expressions() for series in metrics_of(expression)}
    # They are for people who look into one operation or one process.
    aside = {
        names.CACHED_INPUT_TOKENS,
        names.AI_SECONDS,
        names.NEAR_OPEN,
        names.NEAR_ENTRIES,
        names.REDIS_UPTIME,
    }
    assert set(names.ALL) - shown == aside


def test_the_dashboard_can_be_imported() -> None:
    (given,) = DASHBOARD["__inputs"]
    assert (given["name"], given["type"]) == ("DS_PROMETHEUS", "datasource")
    identities = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(identities) == len(set(identities))
    for panel in panels():
        assert panel["datasource"]["uid"] == "${DS_PROMETHEUS}"
        assert all(target["datasource"]["uid"] == "${DS_PROMETHEUS}" for target in panel["targets"])
        references = [target["refId"] for target in panel["targets"]]
        assert len(references) == len(set(references))


def test_no_panel_lies_on_another() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        place = panel["gridPos"]
        cells = {
            (place["x"] + across, place["y"] + down)
            for across in range(place["w"])
            for down in range(place["h"])
        }
        assert not cells & taken, panel["title"]
        assert place["x"] + place["w"] <= 24
        taken |= cells


def test_alerts_say_what_happens_and_how_grave_it_is() -> None:
    for group in ALERTS["groups"]:
        for rule in group["rules"]:
            assert rule["labels"]["severity"] in {"critical", "warning"}
            assert {"summary", "description"} <= rule["annotations"].keys()


def test_the_scrape_configuration_leads_here() -> None:
    (job,) = SCRAPE["scrape_configs"]
    assert job["metrics_path"] == "/metrics"
    assert SCRAPE["rule_files"] == ["alerts.yml"]


def test_the_page_lists_every_metric() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (counter|gauge|histogram) \| (.+?) \| (.+) \|$", PAGE, re.MULTILINE)
    listed = {name: (kind, tuple(re.findall(r"`(\w+)`", labels)), says) for name, kind, labels, says in rows}
    ours = {named.name: (named.type, named.labels, named.says) for named in names.ALL}
    assert listed.pop(BUILD_INFO)[0] == "gauge"
    assert listed == ours


def test_the_page_lists_the_admin_pages_in_their_order() -> None:
    rows = re.findall(r"^\| ([A-Z][\w ]+) \|", PAGE, re.MULTILINE)
    assert rows == [tab.title for tab in TABS]


@pytest.mark.parametrize("row", re.findall(r"^\| `((?:cache|sessions|ai)_\w+ .*) \|$", PAGE, re.MULTILINE))
def test_commands_and_their_options_are_there(row: str) -> None:
    name = row.split()[0]
    parser = load_command_class(get_commands()[name], name).create_parser("manage.py", name)
    assert set(re.findall(r"--[a-z-]+", row)) <= set(parser._option_string_actions)


def test_every_address_of_the_api_leads_somewhere_and_is_listed() -> None:
    listed = re.findall(r"^\| `(GET|POST) (/api/\S+)` \|", PAGE, re.MULTILINE)
    views = {
        resolve(path.replace("<id>", "1" * (22 if "trace" in path else 1))).func.view_class: method
        for method, path in listed
    }
    assert {view.__name__ for view in views} == {
        pattern.callback.view_class.__name__ for pattern in api_urlpatterns
    }
    assert all(hasattr(view, method.lower()) for view, method in views.items())


@pytest.mark.parametrize("file", re.findall(r"\]\(([a-z./]+)\)", PAGE))
def test_the_page_links_to_files_that_exist(file: str) -> None:
    assert (DOCS / file).is_file()
