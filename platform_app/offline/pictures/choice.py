"""Which motif and which light fit the words of a scene."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random

from platform_app.offline.pictures.brief import Brief
from platform_app.offline.pictures.motifs import city, land, rooms, works, workshops
from platform_app.offline.pictures.palette import PALETTES, Palette
from platform_app.offline.pictures.stage import Stage

Motif = Callable[[Stage], None]
WEIGHTS = {"setting": 3, "title": 2, "caption": 1}
OUTSIDE_INSTEAD = 0.3

OUTSIDE: dict[Motif, str] = {
    works.factory: "factory plant works mill manufacturing production machine machinery machines assembly hall industrial "
    "steel foundry chemical chemicals fabrik werk usine fabrica automotive textile textiles",
    works.harbour: "harbour harbor port quay dock docks ship ships shipping shipyard vessel ferry sea ocean coast maritime "
    "container containers fishing boat boats marina hafen schiff puerto navire",
    city.hospital: "hospital ward clinic clinical emergency nurse nurses patient patients doctor doctors surgery medical "
    "medicine health care ambulance krankenhaus klinik hopital",
    works.logistics: "warehouse depot lorry lorries truck trucks road highway motorway loading logistics transport freight "
    "delivery deliveries parcel parcels fleet haulage lager spedition supply distribution",
    works.construction: "construction site crane scaffold scaffolding builder builders concrete building-site property "
    "baustelle bau architect developer housing",
    land.farm: "farm farmer farmers field fields village barn harvest agriculture agricultural crop crops dairy cattle "
    "vineyard orchard rural countryside bauernhof ferme milk",
    land.mountains: "mountain mountains alpine lake forest wood woods valley island nature park landscape hike ski resort "
    "tourism camp river trail berg wald",
    land.energy: "energy wind turbine turbines solar grid electricity renewable renewables climate carbon emissions "
    "sustainability utility energie",
    city.columns: "court courthouse ministry parliament government municipal council mayor embassy museum university campus "
    "bank banking town-hall public senate tribunal rathaus gericht committee",
    city.street: "street shop shops store stores market retail boutique neighbourhood neighborhood high-street pavement "
    "fashion supermarket mall laden strasse pharmacy",
    city.skyline: "city skyline tower headquarters downtown town metropolis rooftop stadt ville",
}
INSIDE: dict[Motif, str] = {
    rooms.office: "office desk bureau buro study cubicle reception oficina workplace control-room",
    rooms.board_room: "board boardroom board-room meeting conference negotiation sitzung vorstand committee-room directors "
    "shareholders assembly-room council-room",
    rooms.lounge: "interview private coaching mentor home sofa armchair armchairs living-room",
    rooms.project_room: "project workshop-room startup start-up sprint whiteboard brainstorm design designers studio agency "
    "app software prototype innovation project-room co-working team-room sample-room",
    rooms.class_room: "school classroom class-room lesson lecture seminar seminar-room teacher teachers pupils schule ecole "
    "students academy training library",
    rooms.restaurant: "restaurant cafe coffee bar hotel lobby dinner lunch guests waiter tasting tasting-room wine brewery "
    "canteen gasthaus hospitality",
    workshops.bakery: "bakery baker bakers bread loaf loaves oven ovens dough kitchen pastry cook chef flour backerei "
    "boulangerie panaderia baking",
    workshops.laboratory: "laboratory lab labs research experiment experiments scientist scientists pharma pharmaceutical "
    "vaccine drug drugs biotech chemistry sample samples labor",
    workshops.server_room: "server servers data-centre data-center datacentre datacenter cyber hacker breach cloud network "
    "outage it-department server-room security",
}
# Words that name a place only together.
_PLACES = {
    "control room": "control-room",
    "board room": "board-room",
    "project room": "project-room",
    "sample room": "sample-room",
    "committee room": "committee-room",
    "class room": "class-room",
    "seminar room": "seminar-room",
    "tasting room": "tasting-room",
    "server room": "server-room",
    "data centre": "data-centre",
    "data center": "data-center",
    "town hall": "town-hall",
    "assembly line": "machine",
    "supply chain": "supply",
    "high street": "high-street",
    "living room": "living-room",
    "high school": "school",
}
_LIGHT = {
    "night": "night midnight nocturnal nacht",
    "dawn": "dawn sunrise five-in-the-morning",
    "dusk": "dusk sunset evening twilight late abend",
    "morning": "morning breakfast morgen",
}
_BOARD = frozenset({"board", "boardroom", "board-room", "directors", "shareholders", "vorstand"})
_DAYLIGHT = ("dawn", "morning", "clear", "golden", "lagoon", "mint", "rose", "slate", "dusk")
_WORD = re.compile(r"[a-z]+(?:-[a-z]+)*")


@dataclass(frozen=True)
class Choice:
    """A room, if there is one, is drawn around what is seen through its windows."""

    outside: Motif
    room: Motif | None
    palette: Palette

    @property
    def name(self) -> str:
        return (self.room or self.outside).__name__


def choose(brief: Brief, chance: Random) -> Choice:
    words = _weighed_words(brief)
    outside, outer = _best(OUTSIDE, words)
    room, inner = _best(INSIDE, words)
    # A room of the hospital: now and then the hospital itself, or every scene of a case would look alike.
    prefers_outside = chance.random() < OUTSIDE_INSTEAD
    if outer > inner or (outer and outer == inner and prefers_outside):
        room = None
    if room is rooms.board_room and len(brief.people) < 3 and not words.keys() & _BOARD:
        room = rooms.lounge  # nobody takes the long table for two
    return Choice(outside or city.skyline, room, _palette(words, chance))


def _weighed_words(brief: Brief) -> dict[str, int]:
    words: dict[str, int] = {}
    for field, weight in WEIGHTS.items():
        text = _folded(getattr(brief, field))
        for place, word in _PLACES.items():
            text = text.replace(place, word)
        for word in _WORD.findall(text):
            words[word] = max(words.get(word, 0), weight)
    return words


def _folded(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(c))


def _best(motifs: Mapping[Motif, str], words: Mapping[str, int]) -> tuple[Motif | None, int]:
    """The motif that has most of the words, if any has one, and the weight of the weightiest of them."""
    weights = {motif: [words.get(word, 0) for word in known.split()] for motif, known in motifs.items()}
    best = max(weights, key=lambda motif: sum(weights[motif]))
    weight = max(weights[best])
    return (best, weight) if weight else (None, 0)


def _palette(words: Mapping[str, int], chance: Random) -> Palette:
    name, paint = chance.choice(_DAYLIGHT), chance.choice(("middle", "calm", "glow", "pop"))
    for hour, known in _LIGHT.items():
        if any(words.get(word, 0) > 1 for word in known.split()):
            name = hour
            break
    palette = PALETTES[name]
    return palette.painted(getattr(palette, paint))
