"""The words of which roles are made."""

from __future__ import annotations

from platform_app.offline.text.words import fold

ROLE_ABBREVIATIONS = frozenset(
    """CEO CFO COO CTO CIO CMO CHRO CPO CRO CSO CDO CISO CNO MD VP SVP EVP AVP GM HR PM EHS CCO CLO DON CLO KAM COB MP""".split()
)

_SINGULAR = """president chairman chairwoman chairperson chair director manager head chief officer executive founder cofounder co-founder
    owner co-owner partner engineer supervisor foreman forewoman nurse physician doctor surgeon anaesthetist anesthetist radiologist
    oncologist cardiologist pediatrician paediatrician psychologist psychiatrist therapist pharmacist midwife paramedic professor
    lecturer teacher principal headteacher headmaster headmistress dean provost rector registrar bursar librarian analyst consultant
    adviser advisor lawyer counsel attorney solicitor barrister accountant controller comptroller treasurer secretary minister mayor
    governor councillor councilor senator representative delegate steward shopsteward buyer purchaser planner scheduler developer
    programmer architect designer scientist researcher technician operator mechanic electrician machinist welder agent broker banker
    trader investor shareholder chef sommelier farmer grower pilot captain coordinator co-ordinator organiser organizer administrator
    auditor inspector spokesperson spokesman spokeswoman lead leader assistant aide intern trainee apprentice student pupil parent
    resident patient customer client supplier vendor distributor wholesaler retailer coach trainer editor journalist reporter
    publisher producer writer author salesman saleswoman salesperson rep driver dispatcher baker miller butcher brewer brewmaster
    winemaker weaver tailor carpenter joiner mason builder contractor superintendent trustee commissioner deputy specialist expert
    strategist economist biologist chemist physicist statistician ombudsman mediator negotiator recruiter marketer
    controller housekeeper receptionist concierge waiter waitress barista cook caterer guard officer-in-charge clerk cashier teller
    underwriter actuary adjuster appraiser surveyor realtor landlord tenant neighbour neighbor activist campaigner volunteer organist
    vet veterinarian agronomist forester fisherman skipper boatbuilder shipwright hotelier restaurateur entrepreneur merchant importer
    exporter heir member
    geschäftsführer geschäftsführerin vorstand leiter leiterin werkleiter werkleiterin betriebsrat betriebsrätin inhaber inhaberin
    produktionsleiter produktionsleiterin finanzchef finanzchefin vertriebsleiter vertriebsleiterin personalleiter personalleiterin
    gründer gründerin chefin betriebsleiter betriebsleiterin einkaufsleiter einkaufsleiterin qualitätsleiter vorstandsvorsitzende
    directora gerente jefe jefa presidenta fundador fundadora dueño dueña consejero consejera ingeniero ingeniera abogado abogada
    directeur directrice président présidente responsable fondateur fondatrice propriétaire ingénieur ingénieure direttore direttrice
    responsabile fondatore fondatrice presidente diretor diretora fundador proprietário direktør direktor lederen leder bestuurder"""

ROLE_HEADS = frozenset(fold(_SINGULAR).split()) | frozenset(
    abbreviation.lower() for abbreviation in ROLE_ABBREVIATIONS
) - {"hr", "don"}

KINSHIP = frozenset(
    """daughter son wife husband widow widower brother sister cousin nephew niece uncle aunt father mother grandson granddaughter
    stepson stepdaughter brother-in-law sister-in-law son-in-law daughter-in-law grandfather grandmother""".split()
)

_ALSO_SURNAMES = frozenset(
    """baker miller butcher brewer weaver tailor carpenter joiner mason cook farmer steward driver fisher guard major dean chair head
    coach chase partner banker trader porter page member son""".split()
)
# Which capitalised words inside a run are the role rather than the name.
ROLE_HEADS_IN_NAMES = (ROLE_HEADS - _ALSO_SURNAMES) | {"head", "chair", "vice"}

# Words that may stand before the head of a role, although they look like something else.
ROLE_MODIFIERS_OK = frozenset(
    "and & of for vice deputy co acting interim senior junior chief lead general managing owning founding the".split()
)

FUNCTIONS = {
    "finance": "finance financial cfo controller comptroller treasurer accountant accounting bank banker investor auditor economist "
    "actuary finanzchef finanzchefin bursar underwriter credit loan",
    "operations": "operations operating production plant coo manufacturing logistics supply factory shift foreman forewoman warehouse "
    "supervisor planner scheduler dispatcher superintendent maintenance site werkleiter produktionsleiter betriebsleiter process kitchen",
    "sales": "sales marketing commercial cmo brand account salesman saleswoman salesperson customer customers marketer communications export "
    "vertriebsleiter business key retail store category merchandising",
    "people": "hr human people personnel chro personalleiter training recruiter talent recruitment culture",
    "technology": "technology cto cio it software engineer engineering developer programmer architect data digital technical ict systems "
    "programme security r&d research scientist innovation product design designer",
    "quality": "quality safety compliance inspector ehs regulatory assurance environment environmental sustainability auditor",
    "law": "legal counsel lawyer attorney solicitor barrister law clo",
    "labour": "union steward shop workers labour labor works betriebsrat council employee employees staff delegate",
    "care": "nurse nursing doctor physician surgeon medical clinical patient cno oncologist cardiologist radiologist midwife paramedic "
    "pharmacist therapist ward hospital health psychologist anaesthetist anesthetist care",
    "learning": "professor lecturer teacher principal dean provost rector school faculty academic headteacher student education librarian",
    "purchasing": "purchasing procurement buyer buying purchaser sourcing einkaufsleiter",
    "customer": "client buyer patient passenger guest tenant parent",
    "supplier": "supplier vendor distributor wholesaler contractor importer grower farmer",
    "public": "mayor minister councillor councilor governor commissioner senator ministry municipal city public regional spokesperson "
    "activist campaigner neighbour neighbor resident residents community",
    "owner": "owner founder co-founder cofounder co-owner shareholder chair chairman chairwoman chairperson board trustee investor heir "
    "gründer inhaber family fundador",
    "leadership": "ceo president director executive managing head geschäftsführer general md gm principal chief",
}
