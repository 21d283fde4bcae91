"""What the JSON API answers when it cannot: problem details (RFC 9457), naming the field by its JSON pointer."""

import re
from collections.abc import Iterable
from http import HTTPStatus

import orjson
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from estimator.cost import CaseError
from estimator.request import RequestErrors

DEEPEST = 20
"""Levels of objects and lists in a body; a case has seven."""

STRINGS = re.compile(rb'"(?:[^"\\]|\\.)*+(?:"|\Z)', re.DOTALL)
"""One that never ends goes to the end of the body, and nothing is tried twice: a body is read once, however made."""

BRACKETS = re.compile(rb"[\[\]{}]")
STEP = re.compile(r"""\.([^.\[\]]+)|\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]""")


class Problem(Exception):
    """A refusal with its status, in words; `errors` are (JSON path or parameter, what was expected)."""

    def __init__(self, status: int, detail: str, errors: Iterable[tuple[str, str]] = (), **headers: str):
        self.status, self.detail, self.errors, self.headers = status, detail, tuple(errors), headers
        super().__init__(detail)

    def response(self) -> HttpResponse:
        content = {
            "type": "about:blank",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
        }
        if self.errors:
            content["errors"] = [{**place(where), "detail": words} for where, words in self.errors]
        answer = HttpResponse(orjson.dumps(content), "application/problem+json", self.status)
        for name, value in self.headers.items():
            answer.headers[name.replace("_", "-")] = value
        return answer


def place(where: str) -> dict[str, str]:
    """A JSON path is a place in the body; anything else names a parameter."""
    return {"pointer": pointer(where)} if where.startswith("$") else {"parameter": where}


def pointer(path: str) -> str:
    """`$.lines[0].date` as a JSON pointer in an address: `#/lines/0/date`."""
    steps = (next(step for step in match if step) for match in STEP.findall(path))
    return "#" + "".join("/" + step.replace("~", "~0").replace("/", "~1") for step in steps)


def body_of(request: HttpRequest) -> bytes:
    """The JSON text of a request, of bearable size and depth; what is in it is the reader's to judge."""
    if request.content_type != "application/json":
        raise Problem(415, "Send the body as application/json.")
    body = request.body
    if depth(body) > DEEPEST:
        raise Problem(422, f"The body is nested more than {DEEPEST} levels deep.")
    return body


def methods_refused(get_response):
    """Middleware: the framework refuses a method in a way of its own; ours says what every refusal says."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.status_code != 405 or not request.path.startswith("/api/"):
            return response
        allowed = ", ".join(sorted(response.headers["Allow"].split(", ")))
        return Problem(405, f"Here one sends {allowed}.", Allow=allowed).response()

    return middleware


def depth(text: bytes) -> int:
    deepest = level = 0
    for bracket in BRACKETS.findall(STRINGS.sub(b"", text)):
        level += 1 if bracket in b"[{" else -1
        deepest = max(deepest, level)
    return deepest


def answer_problems(api: NinjaAPI) -> None:
    """Every refusal of `api`, ours or the framework's, is answered as problem details."""
    for kind, problem in PROBLEMS.items():
        api.add_exception_handler(kind, lambda request, error, problem=problem: problem(error).response())


def unfit(errors: Iterable[tuple[str, str]]) -> Problem:
    return Problem(422, "The request cannot be answered as it is: see `errors`.", errors)


def of_parameters(error: ValidationError) -> Problem:
    """A parameter of the address or a header that does not fit."""
    return unfit((str(one["loc"][-1]), one["msg"]) for one in error.errors)


PROBLEMS = {
    Problem: lambda problem: problem,
    RequestErrors: lambda error: unfit(error.errors),
    CaseError: lambda error: unfit([(error.path, error.expected)]),
    ValidationError: of_parameters,
    RequestDataTooBig: lambda error: Problem(413, "The body is larger than 1 MiB."),
    UnreadablePostError: lambda error: Problem(400, "The body ended before it was whole."),
    Http404: lambda error: Problem(404, "There is nothing here by that name."),
    AuthenticationError: lambda error: Problem(
        401, "Send a token that works: `Authorization: Bearer ect_...`.", WWW_Authenticate="Bearer"
    ),
    HttpError: lambda error: Problem(error.status_code, error.message),
}
