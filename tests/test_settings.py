"""Production refuses to start half configured, and every answer carries its headers."""

import runpy
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.test import Client
from django.urls import include, path

SETTINGS = Path(__file__).resolve().parent.parent / "estimator" / "settings.py"
PRODUCTION = {
    "ESTIMATOR_MODE": "production",
    "SECRET_KEY": "k9" + "abcdefghijklmnopqrstuvwxyz" * 2,
    "ALLOWED_HOSTS": "estimator.example.org",
}
OTHERS = (
    "DEBUG",
    "DATABASE_URL",
    "ESTIMATOR_RETENTION_DAYS",
    "ESTIMATOR_SHARE_DAYS",
    "PROXY_ADDRESS_HEADER",
    "PROXY_SSL_HEADER",
    "STATIC_ROOT",
    "LOG_LEVEL",
)


@pytest.fixture
def settings_with(monkeypatch, tmp_path):
    """The settings as they would be in this environment."""

    def read(**environment):
        for name in (*PRODUCTION, *OTHERS):
            monkeypatch.delenv(name, raising=False)
        for name, value in {"ESTIMATOR_STATE": str(tmp_path / "state"), **environment}.items():
            monkeypatch.setenv(name, value)
        return runpy.run_path(str(SETTINGS))

    return read


def test_local_mode_answers_the_loopback_alone_with_debug_off(settings_with):
    local = settings_with()
    assert local["ALLOWED_HOSTS"] == ["127.0.0.1", "localhost", "[::1]"]
    assert local["DEBUG"] is False
    assert local["SESSION_COOKIE_SECURE"] is False


def test_local_mode_makes_its_secret_once_and_keeps_it_private(settings_with, tmp_path):
    assert settings_with()["SECRET_KEY"] == settings_with()["SECRET_KEY"]
    assert (tmp_path / "state").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "state" / "secret_key").stat().st_mode & 0o777 == 0o600


def test_production_starts_with_a_secret_and_a_host(settings_with):
    production = settings_with(**PRODUCTION)
    assert production["SECURE_SSL_REDIRECT"] is True
    assert production["SECURE_HSTS_SECONDS"] >= 31_536_000
    assert production["SESSION_COOKIE_NAME"] == "__Host-sessionid"
    assert production["CSRF_COOKIE_NAME"] == "__Host-csrftoken"
    assert production["SESSION_COOKIE_SECURE"] is production["CSRF_COOKIE_SECURE"] is True


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"DEBUG": "1"}, "DEBUG is on"),
        ({"SECRET_KEY": ""}, "SECRET_KEY must hold"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY must hold"),
        ({"SECRET_KEY": "a" * 60}, "SECRET_KEY must hold"),
        ({"SECRET_KEY": "django-insecure-" + PRODUCTION["SECRET_KEY"]}, "SECRET_KEY must hold"),
        ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS must name"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS must name"),
        ({"ALLOWED_HOSTS": "estimator.example.org,*"}, "ALLOWED_HOSTS must name"),
    ],
)
def test_production_refuses_to_start_and_says_why(settings_with, change, words):
    with pytest.raises(ImproperlyConfigured, match=words):
        settings_with(**PRODUCTION | change)


def test_an_unknown_mode_is_refused(settings_with):
    with pytest.raises(ImproperlyConfigured, match="must be 'local' or 'production'"):
        settings_with(ESTIMATOR_MODE="prod")


def test_the_proxy_is_believed_only_when_its_header_is_named(settings_with):
    assert "SECURE_PROXY_SSL_HEADER" not in settings_with(**PRODUCTION)
    named = settings_with(**PRODUCTION, PROXY_SSL_HEADER="X-Forwarded-Proto")
    assert named["SECURE_PROXY_SSL_HEADER"] == ("HTTP_X_FORWARDED_PROTO", "https")


def test_a_database_url_switches_to_postgresql(settings_with):
    database = settings_with(DATABASE_URL="postgres://u:p@db.example.org:5432/estimator")["DATABASES"][
        "default"
    ]
    assert database["ENGINE"] == "django.db.backends.postgresql"
    assert database["NAME"] == "estimator"


def broken_view(request):
    raise RuntimeError("broken on purpose")


urlpatterns = [path("broken/", broken_view), path("", include("estimator.urls"))]

ANSWERS = [("/admin/login/", 200), ("/admin/", 302), ("/no-such-page/", 404), ("/broken/", 500)]
HEADERS = {
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
}
POLICY = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
}


@pytest.mark.django_db
@pytest.mark.urls(__name__)
@pytest.mark.parametrize(("address", "status"), ANSWERS)
def test_every_answer_carries_every_header(address, status):
    response = Client(raise_request_exception=False).get(address)
    assert response.status_code == status
    assert {name: response.headers.get(name) for name in HEADERS} == HEADERS
    assert set(response.headers["Content-Security-Policy"].split("; ")) == POLICY
    assert "camera=()" in response.headers["Permissions-Policy"]
    assert "no-store" in response.headers["Cache-Control"]


@pytest.mark.django_db
def test_production_sends_http_visitors_to_https_with_all_headers(settings_with, settings):
    for name, value in settings_with(**PRODUCTION).items():
        if name.startswith(("SECURE_", "SESSION_COOKIE", "CSRF_COOKIE", "ALLOWED_HOSTS")):
            setattr(settings, name, value)
    plain = Client().get("/admin/login/", headers={"host": "estimator.example.org"})
    assert plain.status_code == 301
    assert plain.headers["Location"] == "https://estimator.example.org/admin/login/"
    assert plain.headers["X-Frame-Options"] == "DENY"
    secure = Client().get("/admin/login/", secure=True, headers={"host": "estimator.example.org"})
    assert secure.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"
    cookie = secure.cookies["__Host-csrftoken"]
    assert (cookie["secure"], cookie["httponly"], cookie["path"], cookie["domain"]) == (True, True, "/", "")
    assert cookie["samesite"] == "Lax"


@pytest.mark.django_db
def test_a_foreign_host_name_is_refused(client):
    assert client.get("/admin/login/", headers={"host": "evil.example.com"}).status_code == 400


@pytest.mark.django_db
def test_ten_wrong_passwords_lock_the_sign_in(client, settings, django_user_model):
    django_user_model.objects.create_superuser("chief", password="horse-battery")
    for _ in range(settings.AXES_FAILURE_LIMIT):
        answer = client.post("/admin/login/", {"username": "chief", "password": "wrong"})
    assert answer.status_code == 429
    answer = client.post("/admin/login/", {"username": "chief", "password": "horse-battery"})
    assert answer.status_code == 429
    assert "Too many wrong passwords" in answer.text


@pytest.mark.django_db
def test_a_failed_sign_in_is_logged_without_saying_who(client, caplog):
    client.post("/admin/login/", {"username": "chief@example.org", "password": "hunter2-hunter2"})
    assert "login failure" in caplog.text
    assert "chief" not in caplog.text
    assert "127.0.0.1" not in caplog.text
    assert "hunter2" not in caplog.text


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_a_broken_page_is_logged_without_what_was_typed(caplog):
    Client(raise_request_exception=False).post("/broken/?label=Ann", {"income": "31415"})
    assert "RuntimeError: broken on purpose" in caplog.text
    assert "Ann" not in caplog.text
    assert "31415" not in caplog.text


@pytest.mark.django_db
def test_the_right_password_signs_in(client, django_user_model):
    django_user_model.objects.create_superuser("chief", password="horse-battery")
    answer = client.post("/admin/login/?next=/admin/", {"username": "chief", "password": "horse-battery"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/admin/")


@pytest.mark.django_db
def test_sqlite_lets_readers_go_on_while_one_writes():
    if connection.vendor != "sqlite":
        pytest.skip("says how SQLite is set up")
    with connection.cursor() as cursor:
        assert cursor.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert cursor.execute("PRAGMA busy_timeout").fetchone() == (20_000,)
    assert connection.transaction_mode == "IMMEDIATE"


def test_saved_estimates_are_kept_unless_a_retention_is_set(settings_with):
    assert settings_with(ESTIMATOR_RETENTION_DAYS="")["RETENTION_DAYS"] is None
    assert settings_with(ESTIMATOR_RETENTION_DAYS="730")["RETENTION_DAYS"] == 730


@pytest.mark.parametrize("days", ["0", "-1", "two years", "1.5", "40000", "３０"])
def test_a_retention_that_is_no_number_of_days_is_refused(settings_with, days):
    with pytest.raises(ImproperlyConfigured, match="ESTIMATOR_RETENTION_DAYS"):
        settings_with(ESTIMATOR_RETENTION_DAYS=days)


def test_share_links_work_thirty_days_unless_said_otherwise(settings_with):
    assert settings_with(ESTIMATOR_SHARE_DAYS="")["SHARE_DAYS"] == 30
    assert settings_with(ESTIMATOR_SHARE_DAYS="7")["SHARE_DAYS"] == 7


@pytest.mark.parametrize("days", ["0", "-1", "for ever", "1.5", "366", "３０"])
def test_a_share_time_that_is_no_number_of_days_is_refused(settings_with, days):
    with pytest.raises(ImproperlyConfigured, match="ESTIMATOR_SHARE_DAYS"):
        settings_with(ESTIMATOR_SHARE_DAYS=days)


def test_no_header_tells_a_visitors_address_unless_one_is_named(settings_with):
    assert settings_with()["PROXY_ADDRESS_HEADER"] == ""
    assert settings_with(PROXY_ADDRESS_HEADER="X-Real-IP")["PROXY_ADDRESS_HEADER"] == "X-Real-IP"
