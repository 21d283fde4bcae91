"""Tables in and out of the admin: Export gives the list as shown, Import shows every change before it is taken."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST
from import_export.admin import ImportExportMixin
from import_export.forms import ImportForm

from drugs.acts import acted
from drugs.safecsv import BadTable, SafeCSV

LARGEST_TABLE = 2 * 1024 * 1024
WAITING, MOST_WAITING = "tables to confirm", 5


class TableForm(ImportForm):
    def clean_import_file(self):
        file = self.cleaned_data["import_file"]
        if file.size > LARGEST_TABLE:
            self.add_error("import_file", f"At most {LARGEST_TABLE // 1024**2} MB at once. Send it in parts.")
        return file


class TransferAdmin(ImportExportMixin):
    """Beside the admin of a model with `resource_classes`. Reading asks for the right to view, importing for those
    to add and to change."""

    formats = (SafeCSV,)
    import_form_class = TableForm
    import_template_name = "admin/drugs/import.html"

    def has_import_permission(self, request):
        return self.has_add_permission(request) and self.has_change_permission(request)

    def has_export_permission(self, request):
        return self.has_view_permission(request)

    def get_export_formats(self):
        return list(self.formats)

    get_import_formats = get_export_formats

    def export_action(self, request):
        """The rows of the list as it is filtered now, every column, as text."""
        if not self.has_export_permission(request):
            raise PermissionDenied
        (resource,) = self.get_export_resource_classes(request)
        table = SafeCSV().export_data(resource().export(self.get_export_queryset(request)))
        acted("export", self.opts.label_lower, by=request.user)
        name = f"{self.opts.model_name}-{timezone.localdate()}.csv"
        disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
        return HttpResponse(table, content_type="text/csv; charset=utf-8", headers=disposition)

    def get_import_data_kwargs(self, **kwargs):
        return super().get_import_data_kwargs(**kwargs) | {"rollback_on_validation_errors": True}

    def add_data_read_fail_error_to_form(self, form, e):
        words = str(e) if isinstance(e, BadTable) else "This file cannot be read as csv text in UTF-8."
        form.add_error("import_file", words)

    def get_confirm_form_initial(self, request, import_form):
        """The session remembers which files wait for its own yes."""
        initial = super().get_confirm_form_initial(request, import_form)
        if name := initial.get("import_file_name"):
            request.session[WAITING] = [*request.session.get(WAITING, []), name][-MOST_WAITING:]
        return initial

    @method_decorator(require_POST)
    def process_import(self, request, **kwargs):
        """Only a file that this session has shown, and once: any other name would be read, and removed, as well."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        waiting = request.session.get(WAITING, [])
        name = request.POST.get("import_file_name", "")
        if name not in waiting:
            messages.error(request, "Nothing was imported: this file waits here no more. Send it once more.")
            return redirect(reverse("admin:{}_{}_import".format(*self.get_model_info())))
        request.session[WAITING] = [other for other in waiting if other != name]
        return super().process_import(request, **kwargs)

    @transaction.atomic
    def process_dataset(self, dataset, form, request, **options):
        result = super().process_dataset(dataset, form, request, **options)
        if not (result.has_errors() or result.has_validation_errors()):
            rows = {how: count for how, count in result.totals.items() if count}
            acted("import", self.opts.label_lower, by=request.user, rows=rows)
        return result

    def process_result(self, result, request):
        """What was fine when it was shown may no longer be: then nothing of it is taken."""
        if not (result.has_errors() or result.has_validation_errors()):
            return super().process_result(result, request)
        messages.error(
            request, "Nothing was imported: the data has changed since. Look at the file once more."
        )
        return redirect(reverse("admin:{}_{}_import".format(*self.get_model_info())))
