"""The site's own settings for a server that a test starts: static files from their folders, and a word to SQLite."""

import os

from estimator.settings import *  # noqa: F403
from estimator.settings import DATABASES, STORAGES

STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
if words := os.environ.get("TEST_SQLITE"):
    DATABASES["default"]["OPTIONS"]["init_command"] += words
