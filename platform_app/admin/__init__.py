"""The Django admin of every model: for looking things up and for first aid. Its doors are the platform's own."""

from platform_app.admin import (
    connections,
    documents,
    jobs,
    scenarios,
    semantic,
    sessions,
    simulations,
    site,
    users,
)

__all__ = [
    "connections",
    "documents",
    "jobs",
    "scenarios",
    "semantic",
    "sessions",
    "simulations",
    "site",
    "users",
]
