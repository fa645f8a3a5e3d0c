"""The routes of the local server come from the template as CloudFormation holds it, and from nowhere else."""

from typing import Any

import pytest

from tools.local.routes import Route, TemplateError, cors_of, routes_of


def integration(uri: object) -> dict[str, Any]:
    return {"x-amazon-apigateway-integration": {"type": "aws_proxy", "uri": uri, "payloadFormatVersion": "2.0"}}


def answered_by(function: str) -> dict[str, Any]:
    path = f"path/2015-03-31/functions/${{{function}.Arn}}/invocations"
    return integration({"Fn::Sub": "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:" + path})


def template(body: dict[str, Any]) -> dict[str, Any]:
    return {"Resources": {"Api": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"Body": body}}}}


def test_every_method_and_the_default_become_a_route() -> None:
    paths = {
        "/v2/tasks": {"get": answered_by("ListTasks"), "post": answered_by("CreateTask"), "parameters": []},
        "/v2/any": {"x-amazon-apigateway-any-method": answered_by("Any")},
        "/$default": {"x-amazon-apigateway-any-method": {**answered_by("Unmatched"), "isDefaultRoute": True}},
    }
    assert routes_of(template({"paths": paths})) == [
        Route("GET /v2/tasks", "ListTasks", "2.0"),
        Route("POST /v2/tasks", "CreateTask", "2.0"),
        Route("ANY /v2/any", "Any", "2.0"),
        Route("$default", "Unmatched", "2.0"),
    ]


def test_a_route_that_no_function_of_the_template_answers_is_an_error() -> None:
    paths = {"/": {"get": integration("https://example.test")}}
    with pytest.raises(TemplateError, match="GET /"):
        routes_of(template({"paths": paths}))


def test_a_template_without_an_http_api_is_an_error() -> None:
    with pytest.raises(TemplateError):
        routes_of({"Resources": {}})


def test_cors_settings_are_named_as_the_api_of_api_gateway_names_them() -> None:
    settings = {"allowOrigins": "https://a.test,https://b.test", "allowMethods": ["GET"], "maxAge": 600}
    assert cors_of(template({"x-amazon-apigateway-cors": settings})) == {
        "AllowOrigins": ["https://a.test", "https://b.test"],
        "AllowMethods": ["GET"],
        "MaxAge": 600,
    }


def test_an_api_without_cors_settings_has_none() -> None:
    assert cors_of(template({})) is None
