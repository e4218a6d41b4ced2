"""The five traits of a persona, 0 to 10, from its role and from the words that a case uses about it; 5 where nothing speaks."""

from __future__ import annotations

import re
from collections.abc import Sequence

from platform_app.analysis.schema import Traits
from platform_app.offline.casework.functions import function_of
from platform_app.offline.text.figures import figures
from platform_app.offline.text.words import stems

_BY_FUNCTION = {
    "finance": {"analytical": 3, "detail_oriented": 2, "creative": -2},
    "operations": {"detail_oriented": 1, "analytical": 1, "assertive": 1},
    "sales": {"creative": 2, "assertive": 1, "collaborative": 1},
    "people": {"collaborative": 3, "assertive": -1},
    "technology": {"analytical": 2, "creative": 1, "detail_oriented": 1},
    "quality": {"detail_oriented": 3, "analytical": 1},
    "law": {"detail_oriented": 3, "analytical": 2, "creative": -1},
    "labour": {"assertive": 3, "collaborative": 1},
    "care": {"collaborative": 2, "detail_oriented": 1},
    "learning": {"collaborative": 1, "analytical": 1},
    "purchasing": {"assertive": 2, "analytical": 1},
    "customer": {"assertive": 1},
    "supplier": {"collaborative": 1},
    "public": {"collaborative": 1, "assertive": 1},
    "owner": {"assertive": 2, "creative": 1},
    "leadership": {"assertive": 2, "collaborative": 1},
}
_SPEAKING = {
    "analytical": "calculate analyse analyze analysis model data figure number evidence forecast measure estimate study statistic count",
    "creative": "idea invent new design vision imagine innovation experiment concept sketch brand campaign prototype dream",
    "assertive": "insist demand refuse reject threaten warn blunt must press push fight urge never resign strike impatient resist confront",
    "collaborative": "together team consensus listen compromise support help discuss moderate mediate trust people share agree meeting retrain",
    "detail_oriented": "detail precise exact careful check record inspect contract procedure specification quality count list plan schedule cautious",
}
_AGAINST = {
    "analytical": "gut instinct intuition feel guess",
    "creative": "tradition conservative routine proven cautious",
    "assertive": "cautious quiet hesitate reluctant silent shy patient uncertain doubt",
    "collaborative": "alone refuse rival distrust quarrel ignore threaten resign",
    "detail_oriented": "vague roughly improvise hurry impatient",
}
_STEMS = {trait: frozenset(stems(words)) for trait, words in _SPEAKING.items()}
_STEMS_AGAINST = {trait: frozenset(stems(words)) for trait, words in _AGAINST.items()}


def judge_traits(role: str, about: Sequence[str]) -> Traits:
    """Traits of somebody with `role` of whom the sentences `about` speak."""
    said = stems(" ".join(about))
    base = _BY_FUNCTION.get(function_of(role), {})
    values: dict[str, int] = {}
    for trait in _SPEAKING:
        hits = sum(word in _STEMS[trait] for word in said) - sum(
            word in _STEMS_AGAINST[trait] for word in said
        )
        values[trait] = 5 + base.get(trait, 0) + max(-2, min(2, hits))
    exact = sum(len(figures(sentence)) for sentence in about)
    values["analytical"] += exact >= 3
    values["detail_oriented"] += exact >= 5
    return Traits(**{trait: max(0, min(10, value)) for trait, value in values.items()})


_MANNERS = {
    "analytical": "argues from figures and asks for evidence",
    "creative": "thinks in possibilities and likes a fresh angle",
    "assertive": "is direct and does not give way easily",
    "collaborative": "looks for common ground and asks what others need",
    "detail_oriented": "is precise and wants the particulars settled",
}


def describe_style(traits: Traits, quotation: str) -> str:
    """How somebody with these traits talks, in a sentence or two of at most 300 characters."""
    ranked = sorted(_MANNERS, key=lambda trait: (-getattr(traits, trait), list(_MANNERS).index(trait)))
    first, second = _MANNERS[ranked[0]], _MANNERS[ranked[1]]
    style = f"{first[:1].upper()}{first[1:]}; {second}."
    plain = re.sub(r"\s+", " ", quotation).strip(" ,")
    with_quotation = f"{style} Sounds like this: “{plain}”" if plain else style
    return with_quotation if len(with_quotation) <= 300 else style
