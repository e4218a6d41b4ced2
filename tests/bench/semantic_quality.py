"""How often the semantic tier is right on labelled pairs of questions: the cosine alone, and with the guards.

python -m tests.bench.semantic_quality    prints one JSON object a line

The vectors are those of the offline engine: hashed words, which know nothing of meaning. Those of a real model rank the
pairs otherwise, so judge your own by the shadow mode. What the guards say does not depend on vectors; cosine 0 is them alone.
"""

import json
import os
from collections.abc import Sequence

import django

from tests.bench._question_pairs import OTHER, SAME
from tests.servers import prepare_environment

THRESHOLDS = (0.0, 0.80, 0.90, 0.95)

Pair = tuple[str, str]


def main() -> None:
    prepare_environment()
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()

    from caching.ai.semantic.guards import objection
    from caching.ai.semantic.measured import Verdicts
    from platform_app.offline.embeddings import embed

    def cosine(one: str, other: str) -> float:
        return sum(a * b for a, b in zip(embed(one), embed(other), strict=True))

    def hits(pairs: Sequence[Pair], threshold: float, *, guarded: bool) -> int:
        return sum(cosine(*pair) >= threshold and not (guarded and objection(*pair)) for pair in pairs)

    for threshold in THRESHOLDS:
        for guarded in (False, True):
            right = hits(SAME, threshold, guarded=guarded)
            wrong = hits(OTHER, threshold, guarded=guarded)
            found = Verdicts(right + wrong, right, wrong)
            low, high = found.interval
            print(
                json.dumps(
                    {
                        "bench": "semantic_quality",
                        "embeddings": "offline-engine",
                        "cosine": threshold,
                        "guards": guarded,
                        "same": len(SAME),
                        "other": len(OTHER),
                        "hit_rate_same": round(right / len(SAME), 3),
                        "wrong_hit_rate_other": round(wrong / len(OTHER), 3),
                        "precision": None if found.precision is None else round(found.precision, 3),
                        "precision_95": [round(low, 3), round(high, 3)],
                    }
                )
            )


if __name__ == "__main__":
    main()
