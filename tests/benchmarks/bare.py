"""The site with one more page: `/bare/` renders the estimate's template from values that were computed once."""

from django.core.wsgi import get_wsgi_application
from django.urls import path

application = get_wsgi_application()

from django.shortcuts import render  # noqa: E402

from estimator import urls, views  # noqa: E402

kept = {}


def computed_once(request):
    """The first post of each worker computes the page; later ones render what it gave the template."""
    if not kept:
        views.render, rendering = keeping, views.render
        try:
            views.estimate(request)
        finally:
            views.render = rendering
    return render(request, kept["template"], kept["context"])


def keeping(request, template, context, **more):
    kept.update(template=template, context=context)
    return render(request, template, context, **more)


urls.urlpatterns.insert(0, path("bare/", computed_once))
