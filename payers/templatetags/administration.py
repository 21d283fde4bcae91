"""Links into the administration, for those alone whom it lets in."""

from urllib.parse import urlsplit

from django import template
from django.urls import resolve

register = template.Library()


@register.filter
def opens_to(address: str, user) -> bool:
    """Whether this person may look at the page of the administration at this address."""
    page = resolve(urlsplit(address).path)
    if page.url_name == "index":
        return user.is_staff
    if page.url_name == "app_list":
        return user.has_module_perms(page.kwargs["app_label"])
    app, model, *_ = page.url_name.split("_")
    return user.has_perm(f"{app}.view_{model}")
