"""Pages of the admin as a browser meets them: their addresses, and forms sent back as they came."""

from html.parser import HTMLParser

from django.urls import reverse


def page(model, name, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=args)


def filled(response):
    """What a browser would send back of a form that nobody touched."""
    sent = typed(response.context["adminform"].form)
    for inline in response.context.get("inline_admin_formsets", ()):
        for form in (inline.formset.management_form, *inline.formset.forms):
            sent |= typed(form)
    return sent


def typed(form):
    sent = {form[name].html_name: form[name].value() for name in form.fields}
    return {name: value for name, value in sent.items() if value is not None and value is not False}


class Controls(HTMLParser):
    """The values of a page's POST form, control by control, as the page itself holds them."""

    def __init__(self, text):
        super().__init__()
        self.sent, self.inside, self.select, self.area = {}, False, None, None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        own = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.inside = own.get("method") == "post" and own.get("id", "").endswith("_form")
        if not self.inside:
            return
        if tag == "input" and own.get("name") and own["type"] not in ("submit", "file"):
            is_box = own["type"] in ("checkbox", "radio")
            if not is_box or "checked" in own:
                self.sent.setdefault(own["name"], []).append(own.get("value", "on" if is_box else ""))
        elif tag == "select":
            self.select = own["name"]
        elif tag == "option" and self.select and "selected" in own:
            self.sent.setdefault(self.select, []).append(own["value"])
        elif tag == "textarea":
            self.area = own["name"]
            self.sent[self.area] = [""]

    def handle_endtag(self, tag):
        if tag == "select":
            self.select = None
        elif tag == "textarea":
            self.area = None
        elif tag == "form":
            self.inside = False

    def handle_data(self, data):
        if self.area:
            self.sent[self.area][0] += data.removeprefix("\n")


def controls(response):
    """What a browser would send back of the page: read from its HTML."""
    return Controls(response.content.decode()).sent
