"""Where the keys of a command stand, which the async client of a cluster asks its servers for with `COMMAND`.

To read that table takes as much computing as a reply may take time; a process reads it once, not once for each event loop.
"""

from __future__ import annotations

from typing import Any

from redis._parsers import AsyncCommandsParser

from caching.connection.urls import Target

_known: dict[Target, dict[str, Any]] = {}


class CommandTable(AsyncCommandsParser):
    def __init__(self, target: Target) -> None:
        super().__init__()
        self._target = target

    async def initialize(self, node: Any = None) -> None:
        """Without a node it is asked for again: redis-py does so for a command that it does not find."""
        if node is not None and (known := _known.get(self._target)) is not None:
            self.node, self.commands = node, known
            return
        await super().initialize(node)
        _known[self._target] = self.commands
