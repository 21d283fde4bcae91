"""The OpenAPI document of the JSON API: beside what the framework derives from types, JSON bodies and refusals."""

from typing import Any

from ninja import NinjaAPI

from estimator.api_schemas import FieldProblem, ProblemDetails

REFUSALS = {
    400: "The request was not whole",
    401: "No token that works",
    403: "The token lacks the scope",
    404: "There is nothing by that name",
    405: "This address takes another method: Allow names it",
    409: "Not as it was before",
    413: "The body is too large",
    415: "The body is not JSON",
    422: "A field is wrong: `errors` names it",
    429: "Too many requests in this minute; Retry-After says how long to wait",
}
PLACE = "#/components/schemas/{model}"


class DocumentedAPI(NinjaAPI):
    """Says of every operation how it refuses; the refusals themselves stand once, in the components."""

    def get_openapi_schema(self, **options) -> dict:
        found = super().get_openapi_schema(**options)
        found["components"]["schemas"] |= {
            model.__name__: schema_of(model) for model in (ProblemDetails, FieldProblem)
        }
        found["components"]["responses"] = {
            f"Refused{code}": refusal(words) for code, words in REFUSALS.items()
        }
        for operations in found["paths"].values():
            for operation in operations.values():
                refused = {code: {"$ref": f"#/components/responses/Refused{code}"} for code in REFUSALS}
                operation["responses"] = refused | operation["responses"]
        return found


def schema_of(model) -> dict:
    schema = model.model_json_schema(ref_template=PLACE)
    schema.pop("$defs", None)
    return schema


def refusal(words: str) -> dict:
    content = {"application/problem+json": {"schema": {"$ref": PLACE.format(model="ProblemDetails")}}}
    return {"description": words, "content": content}


def json_body(schema: dict, example: Any) -> dict:
    """A body that our own reader reads."""
    content = {"application/json": {"schema": schema, "example": example}}
    return {"requestBody": {"required": True, "content": content}}


def json_answer(schema: dict) -> dict:
    content = {"application/json": {"schema": schema}}
    return {"responses": {200: {"description": "The answer", "content": content}}}
