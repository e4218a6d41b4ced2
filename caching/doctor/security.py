"""Who can get at the server, and what we may do there. Reads names and rights of ACL users, never their passwords."""

from __future__ import annotations

from typing import Any

from caching.connection.urls import is_loopback
from caching.doctor.findings import NotTold, Verdict, fail, ok, warn
from caching.doctor.registry import ServerCheck
from caching.doctor.servers import Server

_EVERYWHERE = frozenset({"*", "::*", "0.0.0.0", "::"})  # noqa: S104
_GIVES_ALL = frozenset({"+@all", "allcommands"})
_TAKES_ALL = frozenset({"-@all", "nocommands"})


def needed_rights(server: Server) -> Verdict:
    try:
        server.ask("INFO", "replication")
    except NotTold as error:
        return fail(
            str(error),
            consequence="The platform cannot work: it asks each second whether the server still is the primary, and takes no answer"
            " for an outage.",
            advice=error.advice,
        )
    return ok("The platform may ask whether the server is the primary.")


def password(server: Server) -> Verdict:
    """The default user is who does not say who he is."""
    if not _is_open(server):
        return ok("Nobody gets in without a password.")
    if not _is_exposed(server):
        return ok("No password is asked for, but only programs on this machine can connect.")
    return fail(
        "No password is asked for, and other machines can connect.",
        consequence="Whoever reaches the port reads and changes everything: he becomes any user, and can often run programs on the"
        " server.",
        advice="Set requirepass to a long random password and put it into REDIS_URL (redis://:password@host), or bind the server to"
        " 127.0.0.1.",
    )


def protected_mode(server: Server) -> Verdict:
    if server.setting("protected-mode") == "yes":
        return ok("protected-mode is yes.")
    if not _is_open(server):
        return warn(
            "protected-mode is no; a password is asked for.",
            consequence="The password alone stands between the network and the data: if it is ever taken out, the server is open to all.",
            advice="Set protected-mode yes where the server is used from its own machine only. In a container, see to it that the"
            " port is not published.",
        )
    return fail(
        "protected-mode is no, and no password is asked for.",
        consequence="Only the address that it listens on keeps strangers out. One changed line, or one published port of a container,"
        " gives them everything.",
        advice="Set protected-mode yes, or set requirepass and put the password into REDIS_URL.",
    )


def own_rights(server: Server) -> Verdict:
    rules = _user(server, server.user).get("commands", "")
    left = _dangerous(str(rules).split())
    if not left:
        return ok(f"The user {server.user!r} may run neither @admin nor @dangerous commands.")
    return warn(
        f"The user {server.user!r} of the platform may run {' and '.join(left)} commands.",
        consequence="A mistake, or somebody who gets at the platform's password, can empty the server, change its settings and stop it.",
        advice="Give the platform a user of its own with -@admin -@dangerous, and then +info +client|setinfo +client|tracking +client|id:"
        " that is enough to serve people, and what these checks then cannot see they call unknown.",
    )


def _is_open(server: Server) -> bool:
    """Whether the default user needs no password."""
    if not server.target.credentials:
        return True  # so we got in ourselves
    flags = _user(server, "default").get("flags", [])
    return "on" in flags and "nopass" in flags


def _is_exposed(server: Server) -> bool:
    """Whether other machines can connect, as far as the server knows: a firewall may stand before it."""
    if not server.is_here:
        return True
    listens_on = [address.removeprefix("-") for address in server.setting("bind").split()]
    return not listens_on or any(each in _EVERYWHERE or not is_loopback(each) for each in listens_on)


def _user(server: Server, name: str) -> dict[str, Any]:
    """What ACL GETUSER says, without its passwords."""
    reply = server.ask("ACL", "GETUSER", name)
    if reply is None:
        raise NotTold(f"The server knows no user {name!r}.")
    pairs = zip(reply[::2], reply[1::2], strict=True)
    said = {key.decode(): value for key, value in pairs if key in {b"flags", b"commands"}}
    return {
        "flags": [flag.decode() for flag in said.get("flags", [])],
        "commands": said.get("commands", b"").decode(errors="replace"),
    }


def _dangerous(rules: list[str]) -> list[str]:
    """Which of the two categories the rules leave, applied one after the other as the server does."""
    left: set[str] = set()
    for rule in rules:
        if rule in _GIVES_ALL:
            left = {"@admin", "@dangerous"}
        elif rule in _TAKES_ALL or rule == "-@dangerous":
            left = set()  # all of @admin is dangerous
        elif rule in {"+@admin", "+@dangerous"}:
            left |= {rule[1:]}
        elif rule == "-@admin":
            left -= {"@admin"}
    return sorted(left)


CHECKS = (
    ServerCheck("security.needed", "Rights that are needed", needed_rights),
    ServerCheck("security.password", "Password", password),
    ServerCheck("security.protected_mode", "Protected mode", protected_mode),
    ServerCheck("security.rights", "Rights of our user", own_rights),
)
