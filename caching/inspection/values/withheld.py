"""What may be said of a key whose content nobody may see: what it is for, by its name alone."""

from __future__ import annotations

from caching.inspection.namespaces import Namespace

_FLIGHTS = (
    (b":said", "What an AI has said so far, for those who follow the same answer."),
    (b":landed:", "Where those wait who want what somebody else computes."),
    (b"flight:events:", "The events of a running job, for pages that follow it."),
    (b"flight:epoch:", "When a Redis primary was first seen."),
    (b"flight:", "A lease: somebody computes a value, or does what one alone may do. It ends by itself."),
)


def purpose_of(name: bytes, namespace: Namespace | None) -> str:
    if namespace is None:
        return "Not a key of this program. Nothing can be done to it here."
    if name.startswith(b"flight:"):
        return next(said for sign, said in _FLIGHTS if sign in name)
    return f"{namespace.title}."
