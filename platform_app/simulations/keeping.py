"""How long answers count.

What answers a student's first words in a scene is the same for everybody who says them, and was perhaps made at publishing
time: it lives through the week in which a class plays. Later answers follow a history that hardly comes again.
"""

from __future__ import annotations

from caching.ai import AnswerPolicy

OPENING = AnswerPolicy(ttl_seconds=7 * 24 * 3600)
LATER = AnswerPolicy()
