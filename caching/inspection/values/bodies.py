"""The body of a result or an answer as texts. Nothing of it is run; what cannot be read is said to be so."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from caching.ai.surfaces import pictures, tokens
from caching.codec import Undecodable
from caching.inspection.names import shown
from caching.inspection.values.opened import Block, Opened
from caching.inspection.values.plain import as_text
from caching.inspection.wording import size
from caching.results import shapes
from caching.results.codec import ANYTHING, FINGERPRINT_BYTES, codec_of
from caching.results.tagged import Untagger

MOST_READ_BYTES = 512 * 2**10
"""A body of msgpack can become objects of sixty times its size."""

_NOT_OURS = (ValueError, TypeError, LookupError, ArithmeticError, AttributeError, RecursionError)
_PLAIN = b"p"
_untag = Untagger().read


def show_result(opened: Opened, body: bytes) -> None:
    """The body of a cached function's result: as the function's own codec reads it, if this process knows the function."""
    if _is_too_large(opened, body):
        return
    codec = codec_of(body)
    if codec is not None:
        try:
            opened.blocks.append(Block.of("Value", as_text(codec.load(body))))
        except Undecodable:
            opened.fault = "Not decodable: these bytes cannot be a result of the function that they name."
        return
    opened.details.append(("Function", "not known to this process; what follows is the bare structure"))
    _attempt(opened, "Structure", lambda: as_text(_structure(body)))


def show_answer(opened: Opened, body: bytes) -> None:
    """The body of an answer: the JSON of a provider, a picture, or a value that was kept by hand."""
    if body[:1] in (b"{", b"["):
        _show_json(opened, body)
    elif codec_of(body) is ANYTHING:
        show_result(opened, body)
    else:
        _show_picture(opened, body)


def _is_too_large(opened: Opened, body: bytes) -> bool:
    if len(body) <= MOST_READ_BYTES:
        return False
    opened.details.append(("Decoded", f"no: {size(len(body))} are too much for a page"))
    opened.blocks.append(Block("First bytes", shown(body[:4096]), size(len(body))))
    return True


def _attempt(opened: Opened, title: str, read: Callable[[], str]) -> None:
    try:
        opened.blocks.append(Block.of(title, read()))
    except _NOT_OURS:
        opened.fault = "Not decodable: these bytes are not what stands under such a name."


def _structure(body: bytes) -> Any:
    form, payload = body[FINGERPRINT_BYTES : FINGERPRINT_BYTES + 1], body[FINGERPRINT_BYTES + 1 :]
    if form == _PLAIN:
        return shapes.load(payload)
    return msgspec.msgpack.decode(payload, ext_hook=_extension)


def _extension(code: int, data: memoryview) -> Any:
    """Dates, numbers and the like are known; objects and what else there is stays as it is."""
    try:
        return _untag(code, data)
    except _NOT_OURS:
        return msgspec.msgpack.Ext(code, bytes(data))


def _show_json(opened: Opened, body: bytes) -> None:
    if _is_too_large(opened, body):
        return
    try:
        reply = msgspec.json.decode(body)
    except (ValueError, RecursionError):
        opened.fault = "Not decodable: these bytes are not the JSON of an answer."
        return
    if said := "\n\n".join(_texts(reply)):
        opened.blocks.append(Block.of("Text of the answer", said))
    opened.details += _usage(body)
    opened.blocks.append(Block.of("Whole answer", as_text(reply)))


def _usage(body: bytes) -> Iterator[tuple[str, str]]:
    model, usage = tokens.usage(body)
    if model:
        yield "Model", shown(model[:200])
    yield "Tokens", f"{usage.input_tokens:,} in, {usage.output_tokens:,} out"


def _texts(reply: Any) -> Iterator[str]:
    """Of a chat completion, or of a response."""
    for choice in _list(reply, "choices"):
        text = _get(_get(choice, "message"), "content")
        if isinstance(text, str):
            yield text
    for item in _list(reply, "output"):
        for part in _list(item, "content"):
            text = _get(part, "text")
            if isinstance(text, str):
                yield text


def _get(of: Any, name: str) -> Any:
    return of.get(name) if isinstance(of, dict) else None


def _list(of: Any, name: str) -> list[Any]:
    found = _get(of, name)
    return found if isinstance(found, list) else []


def _show_picture(opened: Opened, body: bytes) -> None:
    try:
        picture = pictures.load(body)
    except _NOT_OURS:
        opened.fault = "Not decodable: neither JSON, nor a picture, nor a value that was kept by hand."
        return
    width, height = (int.from_bytes(picture.png[at : at + 4]) for at in (16, 20))
    opened.details.append(("Picture", f"PNG, {width} × {height}, {size(len(picture.png))}"))
    opened.details.append(
        ("Tokens", f"{picture.usage.input_tokens:,} in, {picture.usage.output_tokens:,} out")
    )
