"""The HTTP Observatory's score of an answer, by its published rules (developer.mozilla.org/observatory, "Tests and
scoring", read 2026-11-21): 100, less the penalties; from 90 on the bonuses are added.

What only a visit from outside can tell is left out and counted as nothing: the list of preloaded sites (+5), the
certificate, and files for plug-ins. Where the rules have several penalties for one header, the worst that
applies counts.
"""

import re

SESSION = re.compile(r"sess|sid", re.IGNORECASE)
SIX_MONTHS = 15_768_000
PRIVATE = {"no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"}


def score(answer, plain) -> tuple[int, dict[str, int]]:
    """Of an answer over https, and of the answer to the same question over http."""
    modifiers = {
        "content security policy": csp(policy(answer)),
        "cookies": cookies(answer),
        "cross-origin resource sharing": -50
        if answer.headers.get("Access-Control-Allow-Origin") == "*"
        else 0,
        "redirection": redirection(plain),
        "referrer policy": referrer(answer.headers.get("Referrer-Policy", "")),
        "strict transport security": transport(answer.headers.get("Strict-Transport-Security", "")),
        "subresource integrity": scripts(answer),
        "content type options": 0 if answer.headers.get("X-Content-Type-Options") == "nosniff" else -5,
        "frames": frames(answer),
        "cross-origin resource policy": resource(answer.headers.get("Cross-Origin-Resource-Policy")),
    }
    base = 100 + sum(value for value in modifiers.values() if value < 0)
    bonus = sum(value for value in modifiers.values() if value > 0)
    return max(0, base + bonus if base >= 90 else base), modifiers


def policy(answer) -> dict[str, list[str]]:
    parts = (part.split() for part in answer.headers.get("Content-Security-Policy", "").split(";"))
    return {part[0].lower(): part[1:] for part in parts if part}


def csp(found: dict[str, list[str]]) -> int:
    if not found:
        return -25
    default = found.get("default-src", ["*"])
    active = found.get("script-src", default) + found.get("object-src", default)
    styles = found.get("style-src", default)
    broad = {"'unsafe-inline'", "data:", "https:", "http:", "*"}
    if broad & set(active):
        return -20
    if "'unsafe-eval'" in active + styles:
        return -10
    if any(source.startswith("http:") for sources in found.values() for source in sources):
        return -20
    if broad & set(styles):
        return 0
    return 10 if default == ["'none'"] else 5


def cookies(answer) -> int:
    worst = 5 if answer.cookies else 0
    for name, cookie in answer.cookies.items():
        is_session = bool(SESSION.search(name))
        if not cookie["secure"]:
            worst = min(worst, -40 if is_session else -20)
        if is_session and not cookie["httponly"]:
            worst = min(worst, -30)
        if cookie["samesite"] not in ("Strict", "Lax"):
            worst = min(worst, -20 if cookie["samesite"] or "csrf" in name.lower() else 0)
    return worst


def redirection(plain) -> int:
    if plain.status_code not in (301, 302, 307, 308):
        return -20
    return 0 if plain.headers["Location"].startswith("https://") else -20


def referrer(value: str) -> int:
    if not value:
        return 0
    return 5 if value in PRIVATE else -5


def transport(value: str) -> int:
    age = re.search(r"max-age=(\d+)", value)
    if not age:
        return -20
    return 0 if int(age.group(1)) >= SIX_MONTHS else -10


def scripts(answer) -> int:
    if "text/html" not in answer.headers.get("Content-Type", ""):
        return 0
    foreign = re.findall(r"<script\b[^>]*\bsrc=[\"'](?:https?:)?//", answer.content.decode(), re.IGNORECASE)
    return -50 if foreign else 0


def frames(answer) -> int:
    if policy(answer).get("frame-ancestors") in (["'none'"], ["'self'"]):
        return 5
    return 0 if answer.headers.get("X-Frame-Options") in ("DENY", "SAMEORIGIN") else -20


def resource(value: str | None) -> int:
    if value in ("same-origin", "same-site"):
        return 10
    return 0 if value is None else -20
