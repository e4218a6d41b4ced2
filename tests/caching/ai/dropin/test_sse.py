import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caching.ai.dropin.sse import Payloads, frame, named_frame

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


@given(st.lists(texts), st.sampled_from([b"\n", b"\r\n", b"\r"]), st.data())
def test_what_is_put_on_the_wire_is_taken_off_again_wherever_it_is_cut(
    values: list[str], end_of_line: bytes, data: st.DataObject
) -> None:
    sent = [json.dumps(value, ensure_ascii=False).encode() for value in values]
    wire = b"".join(frame(one).replace(b"\n", end_of_line) for one in sent) + b"\n"
    payloads = Payloads()
    read: list[bytes] = []
    while wire:
        size = data.draw(st.integers(1, len(wire)))
        read += payloads.feed(wire[:size])
        wire = wire[size:]
    assert read == sent


@pytest.mark.parametrize(
    ("wire", "payloads"),
    [
        (b": a comment\n\ndata: 1\n\n", [b"1"]),
        (b"event: x\nid: 7\ndata: 1\n\n", [b"1"]),
        (b"data:1\n\n", [b"1"]),
        (b"data: 1\ndata: 2\n\n", [b"1\n2"]),
        ("data: \u2028\u0085\n\n".encode(), ["\u2028\u0085".encode()]),
        (b"data: torn", []),
    ],
)
def test_the_data_of_events(wire: bytes, payloads: list[bytes]) -> None:
    assert Payloads().feed(wire) == payloads


def test_an_event_is_announced_by_its_type() -> None:
    assert named_frame(b'{"type": "a.b"}') == b'event: a.b\ndata: {"type": "a.b"}\n\n'
    assert named_frame(b"{nonsense") == b"data: {nonsense\n\n"
