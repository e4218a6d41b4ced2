"""What the OpenAPI schema says of every operation: the bearer token, and that errors are problems (RFC 9457)."""

from __future__ import annotations

from typing import Any

from drf_spectacular.contrib.knox_auth_token import KnoxTokenScheme
from drf_spectacular.openapi import AutoSchema as SpectacularAutoSchema
from drf_spectacular.plumbing import ComponentRegistry, ResolvedComponent

PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "What went wrong, in a sentence for people (RFC 9457).",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference", "example": "about:blank"},
        "title": {"type": "string", "example": "This cannot be accepted"},
        "status": {"type": "integer", "example": 400},
        "detail": {"type": "string", "example": "Some fields need your attention."},
        "errors": {
            "type": "array",
            "description": "The fields at fault, if any.",
            "items": {
                "type": "object",
                "required": ["attr", "code", "detail"],
                "properties": {
                    "attr": {"type": "string", "example": "email"},
                    "code": {"type": "string", "example": "required"},
                    "detail": {"type": "string", "example": "This field is required."},
                },
            },
        },
    },
}


class BearerScheme(KnoxTokenScheme):
    target_class = "platform_app.accounts.authentication.BearerAuthentication"
    name = "bearer"


class AutoSchema(SpectacularAutoSchema):
    """Adds the problems that an operation may answer with, wherever the view has not described them itself."""

    def get_operation(
        self, path: str, path_regex: str, path_prefix: str, method: str, registry: ComponentRegistry
    ) -> dict[str, Any] | None:
        operation: dict[str, Any] | None = super().get_operation(
            path, path_regex, path_prefix, method, registry
        )
        if operation is None:
            return None
        component = ResolvedComponent(
            name="Problem", type=ResolvedComponent.SCHEMA, schema=PROBLEM, object="Problem"
        )
        registry.register_on_missing(component)
        for status, description in self._problems(operation).items():
            content = {"application/problem+json": {"schema": component.ref}}
            operation["responses"].setdefault(status, {"description": description, "content": content})
        return operation

    def _problems(self, operation: dict[str, Any]) -> dict[str, str]:
        """Status and description of what this operation, by its shape, can be refused for."""
        parameters = operation.get("parameters", [])
        problems = {"503": "Redis or the AI provider does not answer; `Retry-After` says when to try again."}
        if "requestBody" in operation or any(parameter["in"] == "query" for parameter in parameters):
            problems["400"] = "The input is not valid; `errors` names the fields."
        if "requestBody" in operation:
            problems["415"] = "The content type is not one of those listed."
        problems["401"] = "No credentials, or they are wrong, expired or revoked."
        if operation.get("security"):
            problems["403"] = "Signed in, but not allowed to do this."
        if not operation.get("security") or self.method in getattr(self.view, "limited_methods", ()):
            problems["429"] = "Too many attempts; `Retry-After` says how long to wait."
        if any(parameter["in"] == "path" for parameter in parameters):
            problems["404"] = "Unknown, or somebody else's."
        return dict(sorted(problems.items()))
