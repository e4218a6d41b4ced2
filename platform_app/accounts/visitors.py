"""Where a session is used, as coarsely as people need it to tell their devices apart. Nothing finer is kept."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

from ua_parser import parse

# Nobody's browser says more, and the patterns take time for every character.
LONGEST_USER_AGENT = 400
UNKNOWN = "Other"
NETWORK_BITS = {4: 24, 6: 48}


def browser_in(user_agent: str) -> str:
    """The browser and the system that a User-Agent names, such as "Firefox on Linux"; empty if it names none."""
    found = parse(user_agent[:LONGEST_USER_AGENT])
    browser, system = found.user_agent, found.os
    names = [part.family for part in (browser, system) if part and part.family != UNKNOWN]
    return " on ".join(names)[:80]


def network_of(address: str) -> str:
    """The first address of the network of a device: /24, in IPv6 /48; empty for what is no address."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    found = getattr(found, "ipv4_mapped", None) or found
    return str(ip_network(f"{found}/{NETWORK_BITS[found.version]}", strict=False).network_address)
