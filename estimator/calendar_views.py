"""The calendar file of an estimate. Answers are posted, never put into an address; nothing is kept."""

from uuid import UUID, uuid4

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from estimator import views
from estimator.assemble import Reference
from estimator.calendarfile import Entry, calendar_of, entries_of
from estimator.estimate import estimate
from estimator.forms import EstimateForm
from estimator.request import RequestErrors
from estimator.saved import is_intact, thawed
from estimator.saved_views import exported, kept_or_404, tampered


@never_cache
@require_POST
def calendar(request: HttpRequest) -> HttpResponse:
    """The file; where the answers make no estimate, the form says why."""
    reference, today = Reference.current(), timezone.localdate()
    form = EstimateForm(request.POST.dict(), reference, today, asked=True)
    if not form.is_complete:
        return views.page(request, form)
    try:
        found = estimate(form.request(), reference, today)
    except RequestErrors:
        return views.page(request, form)
    return file(form.drug.slug, calendar_of(entries_of(found), uuid4(), found.request.as_of))


@never_cache
@login_required
@require_GET
def saved_calendar(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The file of a saved estimate, from its snapshot alone; those saved before it was kept have none."""
    saved = kept_or_404(public_id)
    if not is_intact(saved):
        return tampered(request)
    kept = thawed(saved.shown).get("calendar")
    if kept is None:
        raise Http404
    entries = [Entry(**one) for one in kept]
    exported(request, saved, "calendar")
    return file(f"estimate-{saved.number}", calendar_of(entries, saved.public_id, saved.as_of))


def file(name: str, content: bytes) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}-calendar.ics"'}
    return HttpResponse(content, content_type="text/calendar; charset=utf-8", headers=headers)
