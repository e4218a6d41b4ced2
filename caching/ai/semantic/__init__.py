"""Answers to other questions that mean the same: off by default, by operation, and in the shadow first.

The door calls `find` after an exact miss and `learn` after it has kept an answer; `drain` belongs to the end of a process.
`shadow` records what was or would have been answered, for an administrator to judge; `measured` counts the verdicts.
"""

from caching.ai.semantic.background import drain
from caching.ai.semantic.tier import Embed, Found, LookUp, find, is_allowed, learn

__all__ = ["Embed", "Found", "LookUp", "drain", "find", "is_allowed", "learn"]
