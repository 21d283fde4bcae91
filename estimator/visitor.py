"""Where a request comes from, for counting guesses: the address that our own proxy saw, or the connection's."""

from ipaddress import ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest


def address_of(request: HttpRequest) -> str | None:
    """An IPv4 address, or the first address of an IPv6 household's /64; None where nobody can read it."""
    said = request.META.get("REMOTE_ADDR", "")
    if settings.PROXY_ADDRESS_HEADER:
        # A visitor can begin such a list with anything; what our own proxy saw stands last.
        said = request.headers.get(settings.PROXY_ADDRESS_HEADER, "").rpartition(",")[2].strip() or said
    return network_of(said)


def network_of(address: str) -> str | None:
    try:
        read = ip_address(address)
    except ValueError:
        return None
    read = getattr(read, "ipv4_mapped", None) or read
    return str(read) if read.version == 4 else str(ip_network((int(read), 64), strict=False).network_address)
