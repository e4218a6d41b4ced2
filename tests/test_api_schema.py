import io
import re

import pytest
import yaml
from django.core.management import call_command
from django.test import Client

CONTRACT = """
    POST /api/auth/token/
    DELETE /api/auth/token/
    GET /api/me/
    POST /api/documents/
    GET /api/documents/{id}/
    GET /api/documents/{id}/events/
    GET /api/scenarios/
    GET /api/scenarios/{id}/
    PATCH /api/scenarios/{id}/
    DELETE /api/scenarios/{id}/
    POST /api/scenarios/{id}/publish/
    POST /api/scenarios/{id}/simulations/
    GET /api/simulations/{id}/
    GET /api/simulations/{id}/messages/
    POST /api/simulations/{id}/messages/
    POST /api/simulations/{id}/submit/
    GET /api/simulations/{id}/grade/
    GET /api/progress/
    GET /api/cache/ledger/
    GET /api/cache/stats/
    POST /api/cache/invalidate/user/{id}/
    POST /api/cache/invalidate/scenario/{id}/
    POST /api/cache/cleanup/
"""


@pytest.fixture(scope="module")
def schema() -> dict:
    output = io.StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=output)
    return yaml.safe_load(output.getvalue())


def operations(schema: dict):
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


@pytest.mark.parametrize("operation", [line.strip() for line in CONTRACT.strip().splitlines()])
def test_the_schema_knows_the_contract(schema: dict, operation: str):
    known = {re.sub(r"{\w+}", "{id}", name) for name, _ in operations(schema)}
    assert operation in known


def test_every_operation_documents_its_problems(schema: dict):
    problem = {"$ref": "#/components/schemas/Problem"}
    for name, operation in operations(schema):
        refusals = {
            status: answer for status, answer in operation["responses"].items() if status in ("401", "503")
        }
        assert set(refusals) == {"401", "503"}, name
        for answer in refusals.values():
            assert answer["content"]["application/problem+json"]["schema"] == problem, name


def test_what_takes_an_id_may_not_find_it(schema: dict):
    for name, operation in operations(schema):
        if any(parameter["in"] == "path" for parameter in operation.get("parameters", [])):
            assert "404" in operation["responses"], name


def test_signing_in_needs_no_token_and_everything_else_says_what_it_takes(schema: dict):
    assert schema["components"]["securitySchemes"]["bearer"] == {"type": "http", "scheme": "bearer"}
    assert "security" not in schema["paths"]["/api/auth/token/"]["post"]
    assert "429" in schema["paths"]["/api/auth/token/"]["post"]["responses"]
    assert "429" not in schema["paths"]["/api/me/"]["get"]["responses"]
    assert {"bearer": []} in schema["paths"]["/api/me/"]["get"]["security"]


def test_the_password_is_never_sent_back(schema: dict):
    assert "password" not in schema["components"]["schemas"]["Me"]["properties"]
    assert schema["components"]["schemas"]["Credentials"]["properties"]["password"]["writeOnly"]


def test_the_schema_is_served_to_everybody(db: None):
    response = Client().get("/api/schema/")
    assert response.status_code == 200
    assert "/api/me/" in response.text


def test_the_documentation_page_has_no_inline_script_or_style(db: None):
    page = Client().get("/api/docs/").text
    assert "<style" not in page
    assert "<script>" not in page
    script = Client().get("/api/docs/?script=")
    assert script.headers["Content-Type"] == "application/javascript"
    assert "SwaggerUIBundle" in script.text


def test_what_is_limited_says_so(schema: dict):
    for path in (
        "/api/simulations/{id}/messages/",
        "/api/simulations/{id}/submit/",
        "/api/documents/",
        "/api/documents/{id}/retry/",
    ):
        assert "429" in schema["paths"][path]["post"]["responses"], path
