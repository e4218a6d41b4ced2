"""How far a criterion is met: from the signs in the evidence to a level 0–4."""

from __future__ import annotations

from dataclasses import dataclass

from platform_app.offline.assessment.coverage import Coverage
from platform_app.offline.assessment.criteria import Criterion
from platform_app.offline.assessment.evidence import Evidence
from platform_app.offline.assessment.rubric import Sign

# Nobody shows every sign of a criterion in one scene: this share of them is plenty.
_PLENTY = 0.7
_BOUNDS = (0.05, 0.3, 0.52, 0.76)
_LEAST_SUBSTANCE = 0.25
_UNHEARD_FIGURE = 0.5
_BY_GETTING_FAR = 0.45
# Questions alone, however good, are not yet excellent where a criterion asks for more.
_GROUND_ONLY = 0.55
_FEW_MESSAGES = 0.6


@dataclass(frozen=True)
class Measure:
    """Measures criteria against what a scene shows of its student."""

    coverage: Coverage

    @property
    def evidence(self) -> Evidence:
        return self.coverage.evidence

    @property
    def substance(self) -> float:
        """0 to 1: how much was said on the matter; whoever gets far with few words has not said little."""
        return max(self.evidence.substance, _BY_GETTING_FAR * self.coverage.whole)

    def level(self, criterion: Criterion) -> int:
        """0 absent, 1 weak, 2 fair, 3 good, 4 excellent."""
        if not self.evidence.contributions:
            return 0
        return min(criterion.highest, sum(self._degree(criterion) >= bound for bound in _BOUNDS))

    def _degree(self, criterion: Criterion) -> float:
        """0 to 1; little substance keeps it low whatever signs there are."""
        shown = sum(share * self.presence(sign, criterion) for sign, share in criterion.signs)
        return min(1.0, shown / _PLENTY) * min(1.0, _LEAST_SUBSTANCE + self.substance)

    def presence(self, sign: Sign, criterion: Criterion) -> float:
        """How far one sign is there, 0 to 1. In a short conversation fewer messages are plenty."""
        if sign.name == "groundwork":
            return _GROUND_ONLY * self.coverage.whole
        if sign.name == "topic":
            return self._spoken_of(criterion.topics)
        if sign.name == "facts":
            return min(1.0, self.evidence.facts / sign.plenty)
        plenty = min(sign.plenty, max(1.0, _FEW_MESSAGES * len(self.evidence.contributions)))
        return min(1.0, self._amount(sign) / plenty)

    def _amount(self, sign: Sign) -> float:
        own = self.evidence.count("own_figure") if sign.name == "figure" else 0.0
        return self.evidence.count(sign.name) + _UNHEARD_FIGURE * own

    def _spoken_of(self, topics: frozenset[str]) -> float:
        return min(1.0, len(topics & self.evidence.meanings) / (0.6 * len(topics))) if topics else 0.0
