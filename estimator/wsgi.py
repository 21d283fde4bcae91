"""The site as a WSGI application, for gunicorn or any other server."""

import os

from django.core.wsgi import get_wsgi_application

from estimator.masked import mask_gunicorn

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "estimator.settings")

mask_gunicorn()
application = get_wsgi_application()
