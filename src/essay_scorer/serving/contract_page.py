"""The OpenAPI document as a page for people."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from html import escape
from typing import Any

from essay_scorer.serving.openapi import document
from essay_scorer.serving.plain_page import plain_page

_CODE = re.compile(r"`([^`]+)`")


@cache
def contract_page(*, original_answer: bool) -> bytes:
    """Return the page, in UTF-8.

    Args:
        original_answer: describe a server that answers in the original system's form.
    """
    table = document(original_answer=original_answer)
    parts = [*_header(table["info"]), '<main id="main" tabindex="-1">', *_servers(table)]
    for path, methods in table["paths"].items():
        for method, operation in methods.items():
            parts += _operation(f"{method.upper()} {path}", operation, table["components"])
    parts += [*_errors(table["components"]["responses"]), '<h2 id="schemas">Schemas</h2>']
    for name, schema in table["components"]["schemas"].items():
        parts += _named_schema(name, schema)
    return plain_page(parts, title="essay-scorer: the HTTP interface", kind="contract")


def _header(info: Mapping[str, str]) -> Iterator[str]:
    yield "<header><div>"
    yield f"<h1>{_prose(info['title'])}: the HTTP interface</h1>"
    yield f"<p>{_prose(info['summary'])} {_prose(info['description'])}</p>"
    yield '<p>For programs: <a href="openapi.json">openapi.json</a> (OpenAPI 3.1). '
    yield 'For teachers: <a href="./">the page</a>.</p>'
    yield "</div></header>"


def _servers(table: Mapping[str, Any]) -> Iterator[str]:
    yield '<nav aria-label="Contents"><ul>'
    for path, methods in table["paths"].items():
        for method, operation in methods.items():
            link = f'<a href="#{operation["operationId"]}"><code>{method.upper()} {path}</code></a>'
            yield f"<li>{link} {_prose(operation['summary'])}</li>"
    yield '<li><a href="#errors">Errors</a></li>'
    yield '<li><a href="#schemas">Schemas</a> of requests and responses</li></ul></nav>'
    yield "<h2>Servers</h2>"
    rows = ((_code(one["url"]), _prose(one["description"])) for one in table["servers"])
    yield from _list(rows)


def _operation(
    heading: str, operation: Mapping[str, Any], components: Mapping[str, Any]
) -> Iterator[str]:
    yield f'<section class="card" aria-labelledby="{operation["operationId"]}">'
    yield f'<h2 id="{operation["operationId"]}">{_code(heading)}</h2>'
    yield f"<p><strong>{_prose(operation['summary'])}.</strong> "
    yield f"{_prose(operation.get('description', ''))}</p>"
    if {} in operation["security"]:
        yield "<p>If the server requires a key, send it as <code>X-Api-Key</code>, or as "
        yield "<code>Authorization: Bearer</code>.</p>"
    if "requestBody" in operation:
        yield from _request_body(operation["requestBody"]["content"], components["schemas"])
    yield "<h3>Headers of the request</h3>"
    headers = (_resolve(one, components) for one in operation["parameters"])
    yield from _list((_code(one["name"]), _prose(one["description"])) for one in headers)
    yield "<h3>Responses</h3>"
    yield from _list(_responses(operation["responses"]))
    yield "</section>"


def _request_body(content: Mapping[str, Any], schemas: Mapping[str, Any]) -> Iterator[str]:
    schema = content["application/json"]["schema"]
    yield f"<h3>Body of the request</h3><p>{_type(schema)}</p>"
    for one in schemas[_name(schema)]["oneOf"]:
        example = json.dumps(schemas[_name(one)]["example"], ensure_ascii=False)
        yield f"<pre>{escape(example)}</pre>"


def _responses(responses: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield a row for each response, and one with links to the errors."""
    for status, one in responses.items():
        if "$ref" not in one:
            yield _code(status), _response(one)
    errors = [status for status, one in responses.items() if "$ref" in one]
    yield "Errors", ", ".join(f'<a href="#error-{status}">{_code(status)}</a>' for status in errors)


def _errors(responses: Mapping[str, Any]) -> Iterator[str]:
    yield '<section class="card" aria-labelledby="errors"><h2 id="errors">Errors</h2>'
    yield "<p>Codes are stable; messages are not.</p>"
    yield from _list(
        (f'<span id="error-{status}">{_code(status)}</span>', _response(one))
        for status, one in responses.items()
    )
    yield "</section>"


def _response(response: Mapping[str, Any]) -> str:
    kinds = {
        f"{_type(one['schema'])} (<code>{escape(kind)}</code>)"
        for kind, one in response.get("content", {}).items()
        if "$ref" in str(one["schema"]) or kind != "application/json"
    }
    return "<br>".join([_prose(response["description"]), *sorted(kinds)])


def _named_schema(name: str, schema: Mapping[str, Any]) -> Iterator[str]:
    yield f'<section class="card" aria-labelledby="schema-{name}">'
    yield f'<h3 id="schema-{name}">{escape(name)}</h3>'
    if "description" in schema:
        yield f"<p>{_prose(schema['description'])}</p>"
    rows = list(_fields(schema, ""))
    if rows:
        yield from _list(rows)
    else:
        yield f"<p>{_type(schema)}</p>"
    yield "</section>"


def _fields(schema: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, str]]:
    """Yield a row for each property, those of inner objects included."""
    for name, one in schema.get("properties", {}).items():
        optional = "" if name in schema.get("required", ()) else ", optional"
        text = f"<br>{_prose(one['description'])}" if "description" in one else ""
        yield _code(prefix + name), f"{_type(one)}{optional}{_limits(one)}{text}"
        yield from _fields(one, f"{prefix}{name}.")
        yield from _fields(one.get("items", {}), f"{prefix}{name}[].")


def _type(schema: Mapping[str, Any]) -> str:
    """Return what a value is, in a few words."""
    if "$ref" in schema:
        return f'<a href="#schema-{_name(schema)}">{_name(schema)}</a>'
    for key in ("oneOf", "anyOf"):
        if key in schema:
            return " or ".join(map(_type, schema[key]))
    if "const" in schema:
        return _code(json.dumps(schema["const"]))
    if "enum" in schema:
        return "one of " + ", ".join(map(_code, schema["enum"]))
    kinds = schema.get("type", "anything")
    if kinds == "array":
        return f"array of {_type(schema['items'])}"
    return " or ".join(kinds) if isinstance(kinds, list) else str(kinds)


def _limits(schema: Mapping[str, Any]) -> str:
    words = {
        "minimum": "at least {}",
        "exclusiveMinimum": "more than {}",
        "maximum": "at most {}",
        "minLength": "at least {} characters",
        "maxLength": "at most {} characters",
        "minItems": "at least {} items",
        "maxItems": "at most {} items",
        "contentEncoding": "{}",
        "default": "default {}",
    }
    said = [
        text.format(_code(json.dumps(schema[key]).strip('"')))
        for key, text in words.items()
        if key in schema
    ]
    return "".join(f", {one}" for one in said)


def _list(rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    yield "<dl>"
    yield from (f"<div><dt>{term}</dt><dd>{text}</dd></div>" for term, text in rows)
    yield "</dl>"


def _resolve(value: Mapping[str, Any], components: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a parameter or a response that may be a reference to a component."""
    if "$ref" not in value:
        return value
    kind, name = value["$ref"].split("/")[-2:]
    found: Mapping[str, Any] = components[kind][name]
    return found


def _name(schema: Mapping[str, Any]) -> str:
    return str(schema["$ref"]).rpartition("/")[2]


def _code(text: object) -> str:
    return f"<code>{escape(str(text))}</code>"


def _prose(text: str) -> str:
    return _CODE.sub(r"<code>\1</code>", escape(text))
