"""A process that begins with many threads at once: none of them goes by what nobody has asked for yet."""

import threading

from caching.connection import topology
from caching.connection.urls import Address, parse

PRIMARY: Address = ("127.0.0.1", 6379)


class Slow(topology.Watched):
    """While it looks for the first time, another thread asks it who the primary is."""

    def __init__(self) -> None:
        super().__init__(parse("redis+sentinel://127.0.0.1:1/service/0"), lambda: None)
        self.heard: list[Address] = []
        self.other = threading.Thread(target=lambda: self.heard.append(self.owner("key")))

    def _look(self) -> bool:
        self.other.start()
        self.other.join(timeout=0.2)  # it has either answered by now, or waits as it should
        self._primary = (PRIMARY,)
        return True


def test_who_asks_during_the_first_look_waits_for_its_answer():
    slow = Slow()
    assert slow.owner("key") == PRIMARY
    slow.other.join(timeout=5)
    assert slow.heard == [PRIMARY]
