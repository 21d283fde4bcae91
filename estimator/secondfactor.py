"""The second factor: six digits from an authenticator app, or one of ten recovery codes when the app is gone.

The digits, their clock drift, replay and throttling are django-otp's. A recovery code has 80 random bits, is kept as
a hash and works once; a wrong one counts like wrong digits.
"""

import re
import secrets
from base64 import b32encode
from hashlib import sha256

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice

from estimator.audit import Act, record
from estimator.models import RecoveryCode
from estimator.people import is_administrator

CODES = 10
DIGITS = re.compile(r"[0-9]{6}", re.ASCII)


def device_of(user) -> TOTPDevice | None:
    return TOTPDevice.objects.filter(user=user, confirmed=True).first()


def must_have(user) -> bool:
    return settings.SECOND_FACTOR_REQUIRED and is_administrator(user)


def is_missing(user) -> bool:
    """Whether this person has to have a second factor here, and has none."""
    return must_have(user) and device_of(user) is None


# Setting up


def begun(user) -> TOTPDevice:
    """The device to be set up: the same while the page is open, so that a reload shows the same picture."""
    found = TOTPDevice.objects.filter(user=user, confirmed=False).first()
    return found or TOTPDevice.objects.create(user=user, confirmed=False, name="authenticator app")


def secret_of(device: TOTPDevice) -> str:
    """For typing by hand: `ABCD EFGH …`."""
    return " ".join(re.findall("....", b32encode(device.bin_key).decode()))


@transaction.atomic
def confirm(user, typed: str) -> list[str]:
    """The recovery codes once the app has shown the right digits; nothing where it has not."""
    device = TOTPDevice.objects.select_for_update().filter(user=user, confirmed=False).first()
    if device is None or not DIGITS.fullmatch(digits(typed)) or not device.verify_token(digits(typed)):
        return []
    device.confirmed = True
    device.save(update_fields=["confirmed"])
    codes = new_codes(user)
    record(Act.SECOND_FACTOR, f"user {user.pk}", by=user, change="set up")
    return codes


@transaction.atomic
def replace_codes(user) -> list[str]:
    codes = new_codes(user)
    record(Act.SECOND_FACTOR, f"user {user.pk}", by=user, change="new recovery codes")
    return codes


def new_codes(user) -> list[str]:
    """Ten new ones; the old ones stop working."""
    codes = [b32encode(secrets.token_bytes(10)).decode().lower() for _ in range(CODES)]
    RecoveryCode.objects.filter(user=user).delete()
    RecoveryCode.objects.bulk_create(RecoveryCode(user=user, code_hash=hash_of(user, code)) for code in codes)
    return ["-".join(re.findall("....", code)) for code in codes]


@transaction.atomic
def remove(user, by) -> None:
    """Turned off by its owner, or by an administrator for somebody who lost telephone and codes."""
    TOTPDevice.objects.filter(user=user).delete()
    RecoveryCode.objects.filter(user=user).delete()
    record(Act.SECOND_FACTOR, f"user {user.pk}", by=by, change="removed")


# Using


@transaction.atomic
def accepts(user, typed: str) -> bool:
    """Whether these are the digits of now, or an unused recovery code. The device is held, so that one code is
    never good twice."""
    device = TOTPDevice.objects.select_for_update().filter(user=user, confirmed=True).first()
    if device is None or not device.verify_is_allowed()[0]:
        return False
    if DIGITS.fullmatch(digits(typed)):
        accepted = device.verify_token(digits(typed))
    else:
        accepted = takes_recovery_code(device, plain(typed))
    if not accepted:
        record(Act.SIGN_IN_FAILED, f"user {user.pk}", step="second factor")
    return accepted


def takes_recovery_code(device: TOTPDevice, code: str) -> bool:
    used, _ = RecoveryCode.objects.filter(user=device.user, code_hash=hash_of(device.user, code)).delete()
    if not used:
        device.throttle_increment(commit=True)
        return False
    device.throttle_reset(commit=True)
    left = RecoveryCode.objects.filter(user=device.user).count()
    record(
        Act.SECOND_FACTOR, f"user {device.user_id}", by=device.user, change="recovery code used", left=left
    )
    return True


def seconds_to_wait(user) -> int:
    """After wrong codes: 1 second, then 2, 4, 8 …"""
    device = device_of(user)
    allowed, why = device.verify_is_allowed() if device else (True, None)
    if allowed:
        return 0
    return max(1, round((why["locked_until"] - timezone.now()).total_seconds()))


def hash_of(user, code: str) -> str:
    return sha256(f"{user.pk}:{code}".encode("utf-8", "replace")).hexdigest()


def digits(typed: str) -> str:
    return re.sub(r"[\s-]", "", typed)


def plain(typed: str) -> str:
    return digits(typed).lower()
