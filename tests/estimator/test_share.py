"""Share links: what a token opens, what it never opens, that guessing is slow and that no log knows a token."""

import logging
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from hashlib import sha256
from io import StringIO
from secrets import token_urlsafe
from threading import Event
from time import monotonic, sleep
from uuid import uuid4

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client, RequestFactory, TransactionTestCase
from django.utils import timezone

from estimator import share
from estimator.assemble import Reference
from estimator.masked import MaskedFormatter, mask_arguments, masked
from estimator.models import Estimate, ShareLink, ShareMisses
from estimator.share_views import shared
from tests.people import person

from .filling import TODAY
from .saving import PPO, saved_estimate
from .test_views import text_of

pytestmark = pytest.mark.django_db
ADDRESS = re.compile(r'value="http://testserver(/share/[^"]+)"')


@pytest.fixture
def site(reference, monkeypatch):
    monkeypatch.setattr(Reference, "current", lambda: reference)
    monkeypatch.setattr(timezone, "localdate", lambda *_: TODAY)


@pytest.fixture
def owner():
    return person("maria.owner", "counselor")


@pytest.fixture
def saved(site, reference, owner):
    return saved_estimate(reference, owner, label="blue folder 7")


@pytest.fixture
def counselor(owner):
    client = Client()
    client.force_login(owner)
    return client


@pytest.fixture
def colleague(site):
    client = Client()
    client.force_login(person("colleague", "counselor"))
    return client


@pytest.fixture
def link(saved, owner):
    """A link to the saved estimate and its token."""
    return share.make(saved, by=owner, language="en", key=uuid4())


@pytest.fixture
def token(link):
    return link[1]


@pytest.fixture
def family(site):
    """Somebody not signed in, each test from an address of its own."""
    return Client(REMOTE_ADDR="203.0.113.7")


def page_of(saved):
    return f"/estimates/{saved.public_id}/share/"


def make(client, saved, **fields):
    return client.post(page_of(saved), {"key": uuid4(), "language": "en", **fields})


def made_address(response):
    return ADDRESS.search(text_of(response)).group(1)


def only_link():
    return ShareLink.objects.get()


# The token


def test_a_token_has_256_random_bits_and_only_its_sha_256_is_stored(saved, owner):
    tokens = [share.make(saved, by=owner, language="en", key=uuid4())[1] for _ in range(50)]
    assert len(set(tokens)) == 50
    assert {len(token) for token in tokens} == {43}
    assert share.TOKEN_BYTES * 8 == 256
    stored = set(ShareLink.objects.values_list("token_sha256", flat=True))
    assert stored == {sha256(token.encode()).hexdigest() for token in tokens}


def test_the_database_holds_no_token_anywhere(counselor, saved):
    token = made_address(make(counselor, saved, qr="yes")).removeprefix("/share/")
    dump = StringIO()
    call_command("dumpdata", "estimator", "sessions", "auth", "admin", stdout=dump)
    assert token not in dump.getvalue()
    assert sha256(token.encode()).hexdigest() in dump.getvalue()


def test_a_link_works_thirty_days_unless_the_installation_says_otherwise(saved, owner, settings):
    usual = share.make(saved, by=owner, language="en", key=uuid4())[0]
    assert usual.expires_at - usual.created_at == timedelta(days=30)
    settings.SHARE_DAYS = 7
    short = share.make(saved, by=owner, language="en", key=uuid4())[0]
    assert short.expires_at - short.created_at == timedelta(days=7)


@pytest.mark.parametrize(
    "wrong",
    [
        {"token_sha256": "short"},
        {"expires_at": timezone.now() - timedelta(days=400)},
        {"revoked_at": timezone.now() - timedelta(days=400)},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_the_database_itself_refuses_a_link_that_cannot_be(link, wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        ShareLink.objects.update(**wrong)


# Making and revoking


def test_the_new_link_is_shown_once(counselor, saved, family):
    page = make(counselor, saved)
    address = made_address(page)
    assert "no-store" in page.headers["Cache-Control"]
    assert family.get(address).status_code == 200
    assert address not in text_of(counselor.get(page_of(saved)))


def test_a_double_click_makes_one_link_and_does_not_show_it_again(counselor, saved):
    key = uuid4()
    assert ADDRESS.search(text_of(make(counselor, saved, key=key)))
    again = text_of(make(counselor, saved, key=key))
    assert not ADDRESS.search(again)
    assert "shown only once" in again
    assert ShareLink.objects.count() == 1


def test_who_made_and_who_revoked_a_link_stays_written_down(counselor, colleague, saved):
    make(counselor, saved, language="es")
    link = only_link()
    assert (link.created_by_name, link.language, link.revoked_by_name) == ("maria.owner", "es", "")
    assert colleague.post(f"{page_of(saved)}{link.pk}/revoke/").status_code == 302
    link = only_link()
    assert (link.revoked_by_name, link.state) == ("colleague", "revoked")
    first = link.revoked_at
    counselor.post(f"{page_of(saved)}{link.pk}/revoke/")
    assert (only_link().revoked_by_name, only_link().revoked_at) == ("colleague", first)
    get_user_model().objects.all().delete()
    assert (only_link().created_by_name, only_link().revoked_by_name) == ("maria.owner", "colleague")


def test_the_counselor_sees_how_often_and_when_it_was_last_opened(counselor, saved, family):
    address = made_address(make(counselor, saved))
    assert "never" in text_of(counselor.get(page_of(saved)))
    for _ in range(3):
        family.get(address)
    link = only_link()
    assert link.views == 3
    assert timezone.now() - link.last_seen_at < timedelta(minutes=1)
    assert f"{link.last_seen_at:%H:%M}" in text_of(counselor.get(page_of(saved)))


def test_strangers_make_list_and_revoke_nothing(family, link, saved):
    for method, address in (
        ("get", page_of(saved)),
        ("post", page_of(saved)),
        ("post", f"{page_of(saved)}{link[0].pk}/revoke/"),
    ):
        answer = getattr(family, method)(address)
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/sign-in/?next=")
    assert [one.state for one in ShareLink.objects.all()] == ["working"]


def test_making_and_revoking_ask_for_the_csrf_token(owner, link, saved):
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)
    assert make(client, saved).status_code == 403
    assert client.post(f"{page_of(saved)}{link[0].pk}/revoke/").status_code == 403
    assert only_link().state == "working"


def test_nothing_is_revoked_by_looking(counselor, link, saved):
    assert counselor.get(f"{page_of(saved)}{link[0].pk}/revoke/").status_code == 405
    assert only_link().state == "working"


def test_a_link_is_revoked_by_way_of_its_own_estimate_alone(counselor, link, reference, owner):
    other = saved_estimate(reference, owner, PPO)
    assert counselor.post(f"{page_of(other)}{link[0].pk}/revoke/").status_code == 404
    assert only_link().state == "working"


def test_a_deleted_estimate_is_not_shared(counselor, saved):
    counselor.post(f"/estimates/{saved.public_id}/delete/")
    assert counselor.get(page_of(saved)).status_code == 404
    assert make(counselor, saved).status_code == 404


def test_a_record_that_was_tampered_with_is_not_shared(counselor, saved, family, token):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE estimator_estimate SET in_short = '$1'")
    assert counselor.get(page_of(saved)).status_code == 409
    assert make(counselor, saved).status_code == 409
    assert family.get(f"/share/{token}").status_code == 404
    assert only_link().views == 0


def test_the_admin_shows_who_and_when_and_changes_nothing(link, token, saved):
    chief = Client()
    chief.force_login(get_user_model().objects.create_superuser("chief"))
    there = f"/admin/estimator/sharelink/{link[0].pk}/"
    for address in ("/admin/estimator/sharelink/", f"{there}change/"):
        page = text_of(chief.get(address))
        assert "maria.owner" in page
        assert saved.number in page
        assert token not in page
        assert link[0].token_sha256 not in page
    assert chief.post(f"{there}change/", {"views": "9"}).status_code == 403
    assert chief.post(f"{there}delete/", {"post": "yes"}).status_code == 403
    assert chief.get("/admin/estimator/sharelink/add/").status_code == 403


# The QR code


def test_a_qr_code_is_there_only_when_asked_for(counselor, saved):
    plain, with_code = text_of(make(counselor, saved)), text_of(make(counselor, saved, qr="yes"))
    assert "QR code of the link" not in plain
    assert "QR code of the link" in with_code
    assert "$10,778.74" in with_code
    assert "QR code of the link" not in text_of(counselor.get(f"/estimates/{saved.public_id}/sheet/"))


def test_the_qr_code_is_that_of_the_link(counselor, saved):
    page = text_of(make(counselor, saved, qr="yes"))
    address = "http://testserver" + ADDRESS.search(page).group(1)
    assert share.qr_code(address).replace("'", "&#x27;") in page
    assert share.qr_code(address) != share.qr_code(address + "x")


def test_the_sheet_with_the_qr_code_is_in_the_language_of_the_link(counselor, saved):
    page = text_of(make(counselor, saved, qr="yes", language="es"))
    assert '<html lang="es">' in page
    assert "Código QR del enlace" in page
    assert re.search(r"teléfono hasta el \d+ de [a-z]+ de 20\d\d", page)


# The family's page


def test_the_link_opens_the_estimate(family, token):
    page = family.get(f"/share/{token}")
    assert page.status_code == 200
    assert "$10,778.74" in text_of(page)
    assert "Spinraza" in text_of(page)


def test_the_page_says_that_it_is_an_estimate_and_until_when_it_is_there(family, link, token):
    page = text_of(family.get(f"/share/{token}"))
    assert "an estimate, not a bill" in page
    assert f"{link[0].expires_at:%B} {link[0].expires_at.day}, {link[0].expires_at.year}" in page


def test_the_page_is_in_the_language_of_the_link_and_in_the_other_one_by_a_click(family, saved, owner):
    token = share.make(saved, by=owner, language="es", key=uuid4())[1]
    spanish, english = text_of(family.get(f"/share/{token}")), text_of(family.get(f"/share/{token}?lang=en"))
    assert '<html lang="es">' in spanish
    assert "Quien tenga este enlace" in spanish
    assert re.search(r"hasta el \d+ de [a-z]+ de 20\d\d", spanish)
    assert '<html lang="en">' in english
    assert "Whoever has this link" in english
    assert "$10,778.74" in spanish
    assert text_of(family.get(f"/share/{token}?lang=xx")) == spanish


@pytest.mark.parametrize("language", ["en", "es"])
def test_neither_label_nor_owner_nor_account_is_shown(counselor, family, link, token, saved, language):
    for reader in (family, counselor):
        page = text_of(reader.get(f"/share/{token}?lang={language}"))
        for private in (saved.label, "maria.owner", "Sign out", str(saved.public_id), saved.sha256, token):
            assert private not in page


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_page_leads_nowhere_within_the_site(family, token, language):
    page = text_of(family.get(f"/share/{token}?lang={language}"))
    led = re.findall(r'(?:href|action|formaction|src)="([^"]*)"', page)
    outside = [address for address in led if not address.startswith(("/static/", "data:image/", "tel:"))]
    assert outside == [f"?lang={'es' if language == 'en' else 'en'}"]
    assert "<form" not in page


def test_the_page_neither_sets_nor_needs_a_cookie(family, token):
    page = family.get(f"/share/{token}")
    assert page.cookies == {}
    assert "Cookie" not in page.headers.get("Vary", "")


@pytest.fixture
def every_state(family, token, saved, owner):
    """The address and status of the page in every state, throttled last."""
    revoked, its_token = share.make(saved, by=owner, language="en", key=uuid4())
    share.revoke(revoked, owner)
    states = [(f"/share/{token}", 200), (f"/share/{its_token}", 404), (f"/share/{token_urlsafe(32)}", 404)]
    return [*states, *[("/share/x", 404)] * 18, ("/share/x", 429), (f"/share/{token}", 429)]


def test_every_answer_stays_out_of_caches_indexes_and_the_next_site(family, every_state):
    for address, status in every_state:
        answer = family.get(address)
        assert answer.status_code == status
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["X-Robots-Tag"] == "noindex, nofollow, noarchive"
        assert '<meta name="robots" content="noindex' in text_of(answer)
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options"])
def test_nothing_but_reading_is_answered(token, method):
    answer = getattr(Client(enforce_csrf_checks=True), method)(f"/share/{token}")
    assert answer.status_code == 405
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert (only_link().views, only_link().state) == (0, "working")


def test_head_tells_that_the_page_is_there_and_is_not_counted(family, token):
    answer = family.head(f"/share/{token}")
    assert (answer.status_code, answer.content) == (200, b"")
    assert only_link().views == 0


@pytest.mark.parametrize(
    "bot", ["facebookexternalhit/1.1", "Slackbot-LinkExpanding 1.0", "WhatsApp/2.23.20.0"]
)
def test_opening_by_a_preview_bot_changes_nothing_but_the_count(family, token, saved, bot):
    before = Estimate.objects.filter(pk=saved.pk).values().get()
    link = ShareLink.objects.values().get()
    assert family.get(f"/share/{token}", headers={"user-agent": bot}).status_code == 200
    assert Estimate.objects.filter(pk=saved.pk).values().get() == before
    changed = {name for name, value in ShareLink.objects.values().get().items() if value != link[name]}
    assert changed == {"views", "last_seen_at"}


# What a link never opens


def test_a_link_opens_its_own_estimate_and_no_other(family, reference, owner, token, saved):
    other = saved_estimate(reference, owner, PPO, label="other")
    for estimate, amount in ((saved, "$10,778.74"), (other, other.in_short.split()[0])):
        opened = share.make(estimate, by=owner, language="en", key=uuid4())[1]
        assert amount in text_of(family.get(f"/share/{opened}"))
    for more in (f"?id={other.public_id}", f"?estimate={other.pk}&public_id={other.public_id}"):
        assert text_of(family.get(f"/share/{token}{more}")) == text_of(family.get(f"/share/{token}"))


def test_whoever_holds_a_link_reaches_neither_the_list_nor_the_admin(family, token, saved):
    family.get(f"/share/{token}")
    for address in (
        "/estimates/",
        f"/estimates/{saved.public_id}/",
        f"/estimates/{saved.public_id}/estimate.json",
        f"/estimates/{saved.public_id}/ledger.csv",
        page_of(saved),
        "/admin/",
    ):
        answer = family.get(address)
        assert answer.status_code == 302
        assert "sign-in" in answer.headers["Location"] or "login" in answer.headers["Location"]


@pytest.mark.parametrize(
    "more", ["/", "/../../estimates/", "/estimates/", "%2F..%2Fadmin", "%0A", "%00", "é"]
)
def test_what_stands_behind_a_token_makes_it_another_token(family, token, more):
    assert family.get(f"/share/{token}{more}").status_code == 404


# Refusals


@pytest.fixture
def refusals(saved, owner, reference):
    """Tokens that open nothing, by the reason."""

    def one(**values):
        link, token = share.make(saved, by=owner, language="en", key=uuid4())
        ShareLink.objects.filter(pk=link.pk).update(**values)
        return token

    deleted = saved_estimate(reference, owner, PPO)
    of_deleted = share.make(deleted, by=owner, language="en", key=uuid4())[1]
    now = timezone.now() + timedelta(seconds=1)
    Estimate.objects.filter(pk=deleted.pk).update(deleted_at=now)
    return {
        "unknown": token_urlsafe(32),
        "expired": one(created_at=now - timedelta(days=31), expires_at=now - timedelta(minutes=1)),
        "revoked": one(revoked_at=now),
        "deleted": of_deleted,
        "short": "x",
        "long": "x" * 2000,
        "no text": "\x00\xff",
        "path": "a/b/c",
        "stored hash": only_hash(saved),
    }


def only_hash(saved):
    return saved.share_links.first().token_sha256


def test_every_refused_token_gets_the_same_answer(family, refusals):
    answers = {reason: family.get(f"/share/{token}") for reason, token in refusals.items()}
    assert {answer.status_code for answer in answers.values()} == {404}
    assert len({answer.content for answer in answers.values()}) == 1
    assert len({tuple(sorted(answer.headers.items())) for answer in answers.values()}) == 1
    assert "$" not in text_of(answers["expired"])
    assert 'lang="es"' in text_of(answers["expired"])


def test_every_refused_token_asks_the_database_the_same(family, refusals, django_assert_num_queries):
    family.get("/share/first-miss-of-this-address")
    for token in refusals.values():
        with django_assert_num_queries(3):  # throttled? working link? count the miss
            assert family.get(f"/share/{token}").status_code == 404


def test_a_link_that_expires_while_it_is_open_opens_no_more(family, link, token, monkeypatch):
    assert family.get(f"/share/{token}").status_code == 200
    later = link[0].expires_at + timedelta(seconds=1)
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert family.get(f"/share/{token}").status_code == 404


def test_a_link_comes_back_with_its_estimate_when_the_deletion_is_undone(family, counselor, saved, token):
    counselor.post(f"/estimates/{saved.public_id}/delete/")
    assert family.get(f"/share/{token}").status_code == 404
    counselor.post(f"/estimates/{saved.public_id}/undo/")
    assert family.get(f"/share/{token}").status_code == 200


def test_a_link_goes_with_its_estimate(counselor, saved, token, monkeypatch):
    counselor.post(f"/estimates/{saved.public_id}/delete/")
    later = timezone.now() + timedelta(hours=1)
    monkeypatch.setattr(timezone, "now", lambda: later)
    call_command("purge_estimates", stdout=StringIO())
    assert not ShareLink.objects.exists()


def test_what_is_revoked_while_the_page_is_made_is_not_sent(family, link, token, owner, monkeypatch):
    """The last question comes after the page is ready, so that nothing is read after the revocation."""
    asked = share.still_works

    def revoked_just_before(found, **options):
        share.revoke(found, owner)
        return asked(found, **options)

    monkeypatch.setattr(share, "still_works", revoked_just_before)
    answer = family.get(f"/share/{token}")
    assert answer.status_code == 404
    assert "$" not in text_of(answer)
    assert only_link().views == 0


# Guessing


def test_guesses_hit_nothing_and_are_throttled_from_the_twenty_first_on(token):
    """The view itself, without the middleware around it. A token has 256 bits: what counts is the throttle."""
    asked = RequestFactory(REMOTE_ADDR="203.0.113.7").get("/share/guess")
    statuses = [shared(asked, token_urlsafe(32)).status_code for _ in range(60)]
    assert statuses == [404] * 20 + [429] * 40
    assert ShareMisses.objects.get().misses == 20
    assert only_link().views == 0


def test_a_token_opens_nothing_when_a_single_character_is_another(link, token):
    for place in range(len(token)):
        other = "A" if token[place] != "A" else "B"
        assert share.found(token[:place] + other + token[place + 1 :]) is None
    assert share.found(token) == link[0]


def test_whoever_is_throttled_cannot_tell_a_hit_from_a_miss(family, token):
    for _ in range(20):
        family.get("/share/guess")
    hit, miss = family.get(f"/share/{token}"), family.get("/share/guess")
    assert hit.status_code == miss.status_code == 429
    assert hit.content == miss.content
    assert hit.headers["Retry-After"] == "3600"
    assert "Try your link again in an hour" in text_of(hit)
    assert "Espere una hora" in text_of(hit)
    assert only_link().views == 0


def test_others_are_not_throttled_with_somebody(family, token):
    for _ in range(21):
        family.get("/share/guess")
    assert Client(REMOTE_ADDR="203.0.113.8").get(f"/share/{token}").status_code == 200


def test_after_an_hour_the_link_opens_again(family, token, monkeypatch):
    for _ in range(21):
        family.get("/share/guess")
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(hours=1, seconds=1))
    assert family.get(f"/share/{token}").status_code == 200
    family.get("/share/guess")
    assert ShareMisses.objects.get().misses == 1


def test_opening_a_link_that_works_is_never_counted_as_a_guess(family, token):
    for _ in range(50):
        assert family.get(f"/share/{token}").status_code == 200
    assert not ShareMisses.objects.exists()


def test_head_is_no_way_around_the_throttle(family, token):
    statuses = [family.head("/share/guess").status_code for _ in range(21)]
    assert statuses == [404] * 20 + [429]


def test_no_address_is_stored_and_counts_are_forgotten_after_an_hour(family, monkeypatch):
    family.get("/share/guess")
    assert "203.0.113.7" not in str(ShareMisses.objects.values().get())
    call_command("purge_estimates", stdout=StringIO())
    assert ShareMisses.objects.count() == 1
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(hours=1))
    call_command("purge_estimates", stdout=StringIO())
    assert ShareMisses.objects.count() == 0


def address_of(remote, **headers):
    return share.address_of(RequestFactory(REMOTE_ADDR=remote).get("/", headers=headers))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("203.0.113.7", "203.0.113.8", False),
        ("203.0.113.7", "::ffff:203.0.113.7", True),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("", "unix:", True),
    ],
)
def test_an_ipv6_household_is_one_address(one, other, same):
    assert (address_of(one) == address_of(other)) is same


def test_what_a_visitor_says_of_his_address_counts_only_where_a_proxy_is_named(settings):
    spoofed = {"x-forwarded-for": "198.51.100.1"}
    assert address_of("10.0.0.1", **spoofed) == address_of("10.0.0.1")
    settings.PROXY_ADDRESS_HEADER = "X-Forwarded-For"
    assert address_of("10.0.0.1", **spoofed) == address_of("198.51.100.1")
    two = {"x-forwarded-for": "192.0.2.66, 198.51.100.1"}
    assert address_of("10.0.0.1", **two) == address_of("198.51.100.1")
    assert address_of("10.0.0.1") == address_of("10.0.0.1", **{"x-forwarded-for": ""})


# Logs


@pytest.mark.parametrize(
    "line",
    [
        '"GET /share/{} HTTP/1.1" 200 512',
        "Not Found: /share/{}",
        'referer "https://estimator.example.org/share/{}?lang=es"',
        "/%73hare/{} and /share%2F{}",
        "bare {}.",
    ],
)
def test_a_log_line_loses_its_token_and_keeps_the_rest(line):
    token = token_urlsafe(32)
    assert token not in masked(line.format(token, token))
    assert "[masked]" in masked(line.format(token, token))
    assert masked("GET /share/wrong-by-hand HTTP/1.1") == "GET /share/[masked] HTTP/1.1"
    assert masked("GET /estimates/ 200") == "GET /estimates/ 200"


def test_our_own_logs_never_hold_a_token(family, token, every_state, settings):
    """Through the formatter of the settings, at the finest level, in every state."""
    written = logging.StreamHandler(StringIO())
    formatter = settings.LOGGING["formatters"]["line"]
    assert formatter["class"] == "estimator.masked.MaskedFormatter"
    written.setFormatter(MaskedFormatter(formatter["format"]))
    loggers = [logging.getLogger(name) for name in ("", "django.request")]
    for logger in loggers:
        logger.addHandler(written)
    try:
        for address, _ in every_state:
            family.get(address)
        family.post(f"/share/{token}")
    finally:
        for logger in loggers:
            logger.removeHandler(written)
    log = written.stream.getvalue()
    assert "Not Found: /share/[masked]" in log
    assert not any(address.removeprefix("/share/") in log for address, _ in every_state if len(address) > 20)


def test_gunicorn_access_log_never_holds_a_token():
    """With every atom that names the address: request line, path, referrer."""
    glogging = pytest.importorskip("gunicorn.glogging")
    token = token_urlsafe(32)
    atoms = glogging.SafeAtoms(
        {"r": f"GET /share/{token} HTTP/1.1", "U": f"/share/{token}", "s": "200", "B": 9}
    )
    atoms["{referer}i"] = f"https://estimator.example.org/share/{token}"
    record = logging.LogRecord(
        "gunicorn.access", logging.INFO, "", 0, "%(r)s %(U)s %({referer}i)s %(s)s", (atoms,), None
    )
    assert mask_arguments(record)
    assert token not in record.getMessage()
    assert record.getMessage().startswith("GET /share/[masked] HTTP/1.1")
    assert record.getMessage().endswith(" 200")


def test_every_worker_masks_before_it_answers():
    import estimator.wsgi  # noqa: F401

    for name in ("gunicorn.access", "gunicorn.error"):
        assert mask_arguments in logging.getLogger(name).filters


# Revoking under load


class Together(TransactionTestCase):
    """Readers on connections of their own while the link is revoked."""

    @pytest.fixture(autouse=True)
    def known(self, reference):
        self.reference = reference

    def test_nobody_reads_after_the_revocation_is_committed(self):
        owner = get_user_model().objects.create_user("quick")
        saved = saved_estimate(self.reference, owner)
        link, token = share.make(saved, by=owner, language="en", key=uuid4())
        committed, reads = Event(), []
        after = {"started": 0, "read": 0}

        def loop(number):
            client, ends = Client(REMOTE_ADDR=f"198.51.100.{number}"), monotonic() + 30
            try:
                for _ in range(10_000):
                    began_after = committed.is_set()
                    status = client.get(f"/share/{token}").status_code
                    if began_after:
                        after["started"] += 1
                        after["read"] += status == 200
                        if status == 429 or monotonic() > ends:
                            return
                    elif status == 200:
                        reads.append(number)
            finally:
                connection.close()

        with ThreadPoolExecutor(8) as pool:
            readers = [pool.submit(loop, number) for number in range(8)]
            until = monotonic() + 60
            while len(reads) < 40 and monotonic() < until:
                sleep(0.01)
            share.revoke(link, owner)
            committed.set()
            for reader in readers:
                reader.result()
        assert len(reads) >= 40
        assert after["started"] >= 8
        assert after["read"] == 0
        assert ShareLink.objects.get().views >= len(reads)

    def test_misses_at_once_are_all_counted(self):
        def guess(_):
            try:
                return Client(REMOTE_ADDR="198.51.100.99").get("/share/guess").status_code
            finally:
                connection.close()

        with ThreadPoolExecutor(8) as pool:
            statuses = list(pool.map(guess, range(80)))
        assert set(statuses) == {404, 429}
        # Requests already past the first question may each count one more; none is lost.
        assert 20 <= ShareMisses.objects.get().misses == statuses.count(404) <= 20 + 7
