"""One settings file, driven by the environment.

ESTIMATOR_MODE=local (the default) serves plain http on the loopback of one machine and keeps its state in
`.local/`. ESTIMATOR_MODE=production asks for everything it needs by name and refuses to start without it.

    ESTIMATOR_MODE        local | production
    SECRET_KEY            production: at least 50 characters (local: made once, kept in .local/)
    ALLOWED_HOSTS         production: the names the site answers to, comma separated
    DATABASE_URL          postgres://user:password@host:5432/name or sqlite:////path (local: .local/)
    STATIC_ROOT           where collectstatic writes (default .local/static)
    ESTIMATOR_STATE       local: another folder than .local/
    ESTIMATOR_RETENTION_DAYS   saved estimates older than this are removed by purge_estimates (empty: kept)
    ESTIMATOR_SHARE_DAYS  how long a share link works (default 30, from 1 to 365)
    PROXY_SSL_HEADER      the header by which your proxy says "https", e.g. X-Forwarded-Proto
    PROXY_ADDRESS_HEADER  the header in which your proxy itself writes the visitor's address, e.g. X-Forwarded-For
    ESTIMATOR_CLINIC_NAME, ESTIMATOR_CLINIC_PHONE   whom the family's sheet says to call (empty: a line to write on)
    ESTIMATOR_CONTACT     whom to tell about an error on a page: an e-mail address or an https address
    ESTIMATOR_API_RATE    requests a minute that a token of the JSON API may make (default 120)
    ESTIMATOR_QUEUE       redis://host:6379/0: panels are estimated by Celery workers (empty: by processes here)
    ESTIMATOR_QUEUE_NAME  another name than estimator, where two installations share a Redis
    LOG_LEVEL             INFO, WARNING, ...
"""

from datetime import timedelta
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from estimator.localstate import kept_secret, private_folder

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent
STATE_DIR = Path(env("ESTIMATOR_STATE", default=str(BASE_DIR / ".local")))

# Mode

MODE = env("ESTIMATOR_MODE", default="local")
if MODE not in ("local", "production"):
    raise ImproperlyConfigured(f"ESTIMATOR_MODE is {MODE!r}; it must be 'local' or 'production'.")
PRODUCTION = MODE == "production"

DEBUG = env.bool("DEBUG", default=False)

if PRODUCTION:
    SECRET_KEY = env("SECRET_KEY", default="")
    ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[])
    if DEBUG:
        raise ImproperlyConfigured("DEBUG is on. In production it shows visitors our source: unset DEBUG.")
    if len(SECRET_KEY) < 50 or len(set(SECRET_KEY)) < 5 or SECRET_KEY.startswith("django-insecure-"):
        raise ImproperlyConfigured(
            "SECRET_KEY must hold at least 50 random characters in production. Make one with: "
            "python3 -c 'import secrets; print(secrets.token_urlsafe(50))'"
        )
    if not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS:
        raise ImproperlyConfigured(
            "ALLOWED_HOSTS must name the hosts this site answers to (comma separated, never '*'), "
            "e.g. ALLOWED_HOSTS=estimator.example.org"
        )
else:
    private_folder(STATE_DIR)
    SECRET_KEY = env("SECRET_KEY", default="") or kept_secret(STATE_DIR / "secret_key")
    ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]

# Applications

INSTALLED_APPS = [
    "django_otp",
    "django_otp.plugins.otp_totp",  # before ours, which takes its page with the secrets out of the administration
    "estimator",
    "payers",
    "drugs",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "csp",
    "simple_history",
    "import_export",
    "axes",
]

MIDDLEWARE = [
    "csp.middleware.CSPMiddleware",
    "estimator.middleware.isolation_headers",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "estimator.middleware.size_limit",
    "estimator.middleware.readable_address",
    "estimator.sessionlimits.session_limits",
    "estimator.middleware.Rights",
    "estimator.reauthentication.Reauthentication",
    "simple_history.middleware.HistoryRequestMiddleware",
    "axes.middleware.AxesMiddleware",
    "estimator.api_problems.methods_refused",
]

ROOT_URLCONF = "estimator.urls"
WSGI_APPLICATION = "estimator.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# Database: SQLite until an installation outgrows it, then PostgreSQL

DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{STATE_DIR / 'estimator.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # IMMEDIATE takes the write lock when a transaction opens, so that the timeout applies to it;
    # WAL lets readers go on meanwhile.
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;",
    }

# Language and time

LANGUAGE_CODE = "en-us"
LANGUAGES = [("en", "English"), ("es", "Español")]
LOCALE_PATHS = [BASE_DIR / "estimator" / "locale"]
USE_TZ = True
TIME_ZONE = "UTC"

# Static files

STATIC_URL = "static/"
STATIC_ROOT = Path(env("STATIC_ROOT", default=str(STATE_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_ALLOW_ALL_ORIGINS = False
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# Sign-in

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "estimator.lockout.AddressGuard",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 15 if PRODUCTION else 8},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
SECOND_FACTOR_REQUIRED = PRODUCTION  # for administrators; everybody may have one
OTP_TOTP_ISSUER = "Treatment cost estimate"
SESSION_IDLE_SECONDS = 15 * 60
SESSION_WARNING_SECONDS = 150
SESSION_ABSOLUTE_SECONDS = 12 * 60 * 60
REAUTHENTICATE_SECONDS = 15 * 60  # how long a password or code stands for what comes after it
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = timedelta(minutes=10)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_CLIENT_IP_CALLABLE = "estimator.visitor.address_of"  # behind a proxy all connections have one address
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # what is tried meanwhile is not even written down
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
AXES_ALLOWED_CORS_ORIGINS = ""
AXES_LOCKOUT_TEMPLATE = "429.html"
FAILURES_OF_AN_ADDRESS = 100  # in the same ten minutes, whatever the names

# Headers and cookies

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    },
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True

SESSION_COOKIE_NAME = "__Host-sessionid" if PRODUCTION else "estimator_sessionid"
CSRF_COOKIE_NAME = "__Host-csrftoken" if PRODUCTION else "estimator_csrftoken"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = SESSION_ABSOLUTE_SECONDS
SESSION_EXPIRE_AT_BROWSER_CLOSE = True

if PRODUCTION:
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^health/"]  # a monitor beside the process asks over plain http
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    if proxy_header := env("PROXY_SSL_HEADER", default=""):
        SECURE_PROXY_SSL_HEADER = ("HTTP_" + proxy_header.upper().replace("-", "_"), "https")

# Whom the family's sheet says to call

CLINIC_NAME = env("ESTIMATOR_CLINIC_NAME", default="").strip()
CLINIC_PHONE = env("ESTIMATOR_CLINIC_PHONE", default="").strip()

# Whom the reference pages say to tell about an error

CONTACT = env("ESTIMATOR_CONTACT", default="").strip()
if CONTACT and "@" not in CONTACT and not CONTACT.startswith("https://"):
    raise ImproperlyConfigured(
        f"ESTIMATOR_CONTACT is {CONTACT!r}; it must be an e-mail address or begin with https://, or be empty."
    )

# How long saved estimates are kept

RETENTION_DAYS = env("ESTIMATOR_RETENTION_DAYS", default="") or None
if RETENTION_DAYS is not None:
    if not (RETENTION_DAYS.isascii() and RETENTION_DAYS.isdigit() and 0 < int(RETENTION_DAYS) <= 36_500):
        raise ImproperlyConfigured(
            f"ESTIMATOR_RETENTION_DAYS is {RETENTION_DAYS!r}; it must be a number of days from 1 to 36500, or empty."
        )
    RETENTION_DAYS = int(RETENTION_DAYS)

# Share links. Guesses are counted by address: behind a proxy all visitors have one, unless the proxy tells it.

SHARE_DAYS = env("ESTIMATOR_SHARE_DAYS", default="") or "30"
if not (SHARE_DAYS.isascii() and SHARE_DAYS.isdigit() and 0 < int(SHARE_DAYS) <= 365):
    raise ImproperlyConfigured(
        f"ESTIMATOR_SHARE_DAYS is {SHARE_DAYS!r}; it must be a number of days from 1 to 365, or empty."
    )
SHARE_DAYS = int(SHARE_DAYS)
PROXY_ADDRESS_HEADER = env("PROXY_ADDRESS_HEADER", default="")

# Who shows in the administration what edited terms of a design change (payers/ does not know the estimator)

DESIGN_PREVIEW = "estimator.designpreview.effect_of"

# How often a token of the JSON API may ask within a minute

API_REQUESTS_A_MINUTE = env("ESTIMATOR_API_RATE", default="") or "120"
if not (API_REQUESTS_A_MINUTE.isascii() and API_REQUESTS_A_MINUTE.isdigit() and int(API_REQUESTS_A_MINUTE)):
    raise ImproperlyConfigured(
        f"ESTIMATOR_API_RATE is {API_REQUESTS_A_MINUTE!r}; it must be a number of requests from 1, or empty."
    )
API_REQUESTS_A_MINUTE = int(API_REQUESTS_A_MINUTE)

# Who estimates panels: processes of this machine, or Celery workers that take their tasks from Redis

QUEUE = env("ESTIMATOR_QUEUE", default="").strip()
if QUEUE and not QUEUE.startswith(("redis://", "rediss://")):
    raise ImproperlyConfigured(
        "ESTIMATOR_QUEUE must be the address of a Redis, like redis://127.0.0.1:6379/0, or be empty."
    )
QUEUE_NAME = env("ESTIMATOR_QUEUE_NAME", default="") or "estimator"

# Limits on what a visitor can send

DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
LARGEST_REQUEST = 21 * 1024 * 1024  # a file of 20 MB and its form, from somebody signed in
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
DATA_UPLOAD_MAX_NUMBER_FILES = 5
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o600

# Logs: to stderr, what happened and where, never what a visitor typed nor the token of a share link

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "class": "estimator.masked.MaskedFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env("LOG_LEVEL", default="WARNING")},
    "loggers": {
        "django": {"handlers": [], "level": "WARNING", "propagate": True},
        "django.server": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
    },
}
