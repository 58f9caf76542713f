"""The address guard: a name is resolved once, all its addresses are checked, and only those are connected to.

Notation does not matter: `127.1`, `0x7f000001` and `[::ffff:127.0.0.1]` are judged by the address they denote.
"""

from __future__ import annotations

import asyncio
import socket
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from scrapers.model import Outcome

_PUBLIC_6 = ip_network("2000::/3")
"""All globally reachable IPv6 (RFC 4291, IANA). The rest is local, multicast, or denotes another address."""
_NAT64 = ip_network("64:ff9b::/96")
_NOBODYS_4 = (ip_network("192.0.0.0/24"), ip_network("192.88.99.0/24"))
"""Protocol assignments and dead relays, which some Python versions of `ipaddress` treat as global."""
_METADATA = {"100.100.100.200", "fd00:ec2::254"}
"""The instance metadata services of Alibaba and Amazon that are not link-local, as 169.254.169.254 is."""


class Refused(Exception):
    """A request that is not made, or a response that is not kept: its outcome, and a sentence that says why."""

    def __init__(self, outcome: Outcome, sentence: str) -> None:
        super().__init__(sentence)
        self.outcome = outcome


async def addresses_of(host: str, port: int, allow_private: bool = False) -> list[str]:
    """The addresses of `host`, the best first. Raises Refused where it has none, or where any is private.

    Link-local addresses and instance metadata services are refused even with `allow_private`: no intranet is there, and a
    cloud gives its machines their passwords there."""
    try:
        addresses = [str(ip_address(host))]
    except ValueError:
        addresses = await _resolved(host, port)
    if any(map(_is_local_to_machine, addresses)):
        raise Refused(
            Outcome.REFUSED_ADDRESS,
            f"{host} is an address that only this machine's cloud or link has: it is never fetched",
        )
    if not allow_private and not all(map(is_public, addresses)):
        sentence = f"{host} is a private address: --allow-private fetches it all the same"
        raise Refused(Outcome.REFUSED_ADDRESS, sentence)
    return addresses


def is_public(address: str) -> bool:
    """Whether an address is public: not private, loopback, link-local, multicast, CGNAT or reserved, nor such an IPv4 address
    written in IPv6 (mapped, 6to4, NAT64)."""
    ip = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address):
        inner = _meant(ip)
        if inner is None:
            return ip in _PUBLIC_6 and ip.is_global
        ip = inner
    return ip.is_global and not ip.is_multicast and not any(ip in network for network in _NOBODYS_4)


def _is_local_to_machine(address: str) -> bool:
    """Whether an address is link-local or an instance metadata service, also where it is an IPv4 address written in IPv6."""
    ip = ip_address(address.partition("%")[0])
    inner = _meant(ip) if isinstance(ip, IPv6Address) else None
    return (inner or ip).is_link_local or str(inner or ip) in _METADATA


def _meant(ip: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that an IPv6 address denotes, if any."""
    nat64 = IPv4Address(int(ip) & 0xFFFF_FFFF) if ip in _NAT64 else None
    return ip.ipv4_mapped or ip.sixtofour or nat64


async def _resolved(host: str, port: int) -> list[str]:
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        why = getattr(error, "strerror", None) or error
        raise Refused(Outcome.DNS, f"the name {host} is not found ({why}): check the address") from error
    return [str(info[4][0]) for info in found]
