"""The JSON API, /api/v1/: what the commands `estimate` and `simulate` answer, reference data, saved estimates.

Every call sends a token of an account (`Authorization: Bearer ect_...`) that has the call's scope; cookies are not
looked at. Money is integer cents. Refusals are problem details. The readers are those of the commands.
"""

from collections.abc import Callable, Iterable
from typing import Annotated
from uuid import UUID

import orjson
from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from ninja import Header, Query, Status
from ninja.security import HttpBearer

from estimator import api_examples as examples
from estimator import api_schemas as schemas
from estimator import api_tokens as tokens
from estimator import saved_files
from estimator.api_models import SCOPES
from estimator.api_openapi import DocumentedAPI, json_answer, json_body
from estimator.api_problems import Problem, answer_problems, body_of
from estimator.api_saving import saved_once
from estimator.assemble import Reference
from estimator.cost import read_case, simulate
from estimator.cost.contract import load_json
from estimator.estimate import estimate
from estimator.models import Estimate
from estimator.request import load_request
from estimator.saved import is_intact
from estimator.saved_list import INDEX, ON_A_PAGE
from estimator.version import ENGINE

api = DocumentedAPI(
    title="Treatment cost estimate",
    version=ENGINE,
    urls_namespace="api",
    docs_url=None,
    description="What a family pays for an expensive drug, dose by dose. All money is integer cents, all rates are "
    "thousandths of a percent. An estimate is not a bill and not a promise of cover.",
)
answer_problems(api)


class Token(HttpBearer):
    """Lets in whoever sends a working token with this scope (empty: with any), not too often."""

    def __init__(self, scope: str):
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str):
        found = tokens.found(token)
        if found is None:
            return None
        now = timezone.now()
        if tokens.counted(found, now) > settings.API_REQUESTS_A_MINUTE:
            raise Problem(
                429,
                f"This token may ask {settings.API_REQUESTS_A_MINUTE} times a minute. Wait for the next minute.",
                Retry_After=str(60 - now.second),
            )
        if self.scope and self.scope not in found.may:
            raise Problem(403, f"This token lacks the scope {self.scope}.")
        if self.scope and self.scope not in tokens.open_to(found.owner):
            raise Problem(403, f"The account of this token may not {SCOPES[self.scope]}.")
        request.user = found.owner
        return found


def json(content: dict) -> HttpResponse:
    return HttpResponse(orjson.dumps(content), "application/json")


# What the commands answer


@api.post(
    "/estimate",
    auth=Token("estimate:run"),
    summary="What a family pays (scope estimate:run)",
    openapi_extra=json_body(schemas.REQUEST, examples.REQUEST) | json_answer(schemas.ESTIMATE),
)
def run_estimate(request: HttpRequest):
    """The request and the answer of `manage.py estimate`. Nothing is stored."""
    asked = load_request(body_of(request))
    return json(estimate(asked, Reference.current(), timezone.localdate()).as_json())


@api.post(
    "/simulate",
    auth=Token("estimate:run"),
    summary="A case with every term given (scope estimate:run)",
    openapi_extra=json_body(schemas.CASE, examples.CASE) | json_answer(schemas.RESULT),
)
def run_simulation(request: HttpRequest, totals: bool = False):
    """The case and the answer of `manage.py simulate`; `totals` leaves the claim lines out."""
    return json(simulate(read_case(load_json(body_of(request)))).as_json(lines=not totals))


# Reference data


def offer(many: str, one: str, schema: type, words: tuple[str, str], values: Callable[[], Iterable]) -> None:
    """A list, and each of it by its short name."""
    scope = "reference:read"

    def listing(request: HttpRequest):
        return values()

    def single(request: HttpRequest, slug: str):
        return named(slug, values())

    kinds = ((f"/{many}", many, list[schema], listing), (f"/{many}/{{slug}}", one, schema, single))
    for (path, name, response, view), said in zip(kinds, words, strict=True):
        api.get(
            path,
            auth=Token(scope),
            response=response,
            summary=f"{said} (scope {scope})",
            url_name=name,
            operation_id=f"estimator_api_{name}",
        )(view)


offer("drugs", "drug", schemas.Drug, ("Drugs", "One drug"), lambda: Reference.current().drugs.drugs)
offer(
    "designs",
    "design",
    schemas.Design,
    ("Benefit designs", "One benefit design"),
    lambda: Reference.current().payers.designs,
)
offer(
    "programs",
    "program",
    schemas.Program,
    ("Assistance programs", "One assistance program"),
    lambda: Reference.current().payers.programs,
)


def named(slug: str, values: Iterable):
    for value in values:
        if value.slug == slug:
            return value
    raise Http404


# Saved estimates


@api.get(
    "/estimates",
    auth=Token("estimates:read"),
    response=schemas.SavedEstimates,
    summary="Saved estimates (scope estimates:read)",
)
def estimates(request: HttpRequest, page: Annotated[int, Query(ge=1, le=1_000_000)] = 1):
    """Newest first. A page beyond the last is empty."""
    found = Paginator(Estimate.objects.kept().only("drug", "as_of", *INDEX), ON_A_PAGE)
    on_page = found.page(page).object_list if page <= found.num_pages else []
    return {"count": found.count, "page": page, "pages": found.num_pages, "estimates": list(on_page)}


@api.get(
    "/estimates/{public_id}",
    auth=Token("estimates:read"),
    summary="One saved estimate, whole (scope estimates:read)",
    openapi_extra=json_answer({"type": "object"}),
)
def saved_estimate(request: HttpRequest, public_id: UUID):
    """The file that its page exports: request, case, result, findings, ledger."""
    saved = Estimate.objects.kept().filter(public_id=public_id).first()
    if saved is None:
        raise Http404
    if not is_intact(saved):
        raise Problem(409, "This estimate is no longer as it was saved. It is shown to nobody.")
    return HttpResponse(saved_files.as_json(saved), "application/json")


@api.post(
    "/estimates",
    auth=Token("estimates:write"),
    response={201: schemas.SavedEstimate, 200: schemas.SavedEstimate},
    summary="Save an estimate (scope estimates:write)",
    openapi_extra=json_body(schemas.TO_SAVE, {"request": examples.REQUEST, "label": "blue folder 7"}),
)
def save_estimate(
    request: HttpRequest,
    response: HttpResponse,
    idempotency_key: Annotated[UUID, Header(alias="Idempotency-Key")],
):
    """Saves once for each key: asked again with it, the estimate that is there is given with status 200."""
    saved, is_new = saved_once(load_request(body_of(request)), request.user, idempotency_key)
    response.headers["Location"] = reverse("api:saved_estimate", args=[saved.public_id])
    return Status(201 if is_new else 200, saved)


@api.api_operation(
    ["GET", "POST", "PUT", "PATCH", "DELETE"], "/{path:rest}", auth=Token(""), include_in_schema=False
)
def nothing_here(request: HttpRequest, rest: str):
    raise Http404
