"""Traces are wanted, and what makes them is not there: `manage.py check`."""

from __future__ import annotations

from typing import Any

from django.core import checks

from platform_app import telemetry


def check_installed(**_: Any) -> list[checks.CheckMessage]:
    """platform_app.W001"""
    if not telemetry.is_wanted() or telemetry.is_installed():
        return []
    return [
        checks.Warning(
            "OTEL_EXPORTER_OTLP_ENDPOINT is set, but OpenTelemetry is not installed: nothing is traced.",
            hint="Install the extra, python -m pip install --require-hashes -r requirements-otel.txt, or unset the variable.",
            id="platform_app.W001",
        )
    ]


def register() -> None:
    checks.register(check_installed, "telemetry")
