"""What capitalised words can be besides people: companies, places, dates, parts of a text; and the titles that people carry."""

from __future__ import annotations

TITLES = frozenset(
    """mr mrs ms mx miss dr prof professor sir dame lady lord rev reverend father sister brother herr frau monsieur madame mme mlle
    señor señora señorita sr sra srta signor signora sig dott don doña senhor senhora dona mevrouw meneer pan pani captain colonel
    major general lieutenant sergeant senator governor judge justice""".split()
)
FEMALE_TITLES = frozenset(
    "mrs ms miss dame lady sister frau madame mme mlle señora señorita sra srta signora doña senhora dona mevrouw pani".split()
)
MALE_TITLES = frozenset(
    "mr sir lord father brother herr monsieur señor sr signor sig don senhor meneer pan".split()
)

PARTICLES = frozenset(
    """van von der den de da del della di do dos das du la le las los el al bin ibn bint binti ben ter ten te zu zur af av of y e i
    abu ould mac st""".split()
) - {"of", "e", "i", "st"}

ORGANISATION_WORDS = frozenset(
    """inc incorporated ltd limited llc llp plc corp corporation co company companies gmbh ag kg kgaa se sa sas sarl spa srl bv nv ab
    as oy oyj aps asa kk pte pty sdn bhd group gruppe grupo groupe holding holdings partners associates brothers bros sons bank banco
    banque sparkasse insurance capital ventures fund trust foundation stiftung institute institut university universität universidad
    college school schule academy hospital clinic klinik clinics centre center foods food brewery breweries brewing bakery bakeries
    dairy farms farm motors automotive airlines airways air rail railways shipping logistics systems technologies technology tech
    software solutions services industries industrial international global enterprises energy power oil gas steel mills mill textiles
    fashion stores store markets market supermarkets retail hotels hotel resorts restaurants cafe coffee media press news times post
    journal review telecom mobile networks labs laboratories pharma pharmaceuticals biotech medical health healthcare care council
    committee commission board department ministry agency authority union federation association society club league office bureau
    team division unit works werke werk fabrik manufacturing plastics chemicals electronics electric engineering construction
    builders properties estates realty consulting advisors advisers agency studio studios games entertainment pictures records
    wines winery vineyard vineyards organics naturals cosmetics fabrics apparel shoes toys furniture paper packaging cement mining
    outfitters instruments devices robotics analytics interactive digital cloud data express cargo freight marine yachts cycles bikes
    products brands company's cooperative coop co-op verein verband bistum diocese church parish police army navy congress senate
    parliament government court hgs nhs seafood fisheries beverages drinks water solar wind
    """.split()
)

PLACE_WORDS = frozenset(
    """street st road rd avenue ave square lane boulevard city town village county state province region district valley river lake
    sea ocean bay port harbour harbor island islands mount mountain hill hills beach coast park bridge airport station north south
    east west northern southern eastern western central upper lower europe asia africa america americas""".split()
)

PLACES = frozenset(
    """afghanistan albania algeria argentina armenia australia austria azerbaijan bahrain bangladesh belarus belgium bolivia bosnia
    botswana brazil britain bulgaria cambodia cameroon canada chile china colombia croatia cuba cyprus czechia denmark ecuador egypt
    england estonia ethiopia finland france georgia germany ghana greece guatemala hungary iceland india indonesia iran iraq ireland
    israel italy japan jordan kazakhstan kenya korea kuwait latvia lebanon lithuania luxembourg malaysia malta mexico moldova morocco
    mozambique myanmar namibia nepal netherlands nicaragua nigeria norway oman pakistan panama paraguay peru philippines poland
    portugal qatar romania russia rwanda scotland senegal serbia singapore slovakia slovenia spain sweden switzerland syria taiwan
    tanzania thailand tunisia turkey uganda ukraine uruguay usa venezuela vietnam wales yemen zambia zimbabwe
    alabama alaska arizona arkansas california colorado connecticut delaware florida hawaii idaho illinois indiana iowa kansas
    kentucky louisiana maine maryland massachusetts michigan minnesota mississippi missouri montana nebraska nevada ohio oklahoma
    oregon pennsylvania tennessee texas utah vermont wisconsin wyoming bavaria saxony catalonia andalusia ontario quebec alberta
    amsterdam ankara antwerp athens atlanta auckland baltimore bangalore bangkok barcelona basel beijing belgrade berlin bern bilbao
    birmingham bogota bologna bordeaux boston bratislava bremen brisbane bristol brussels bucharest budapest cairo calgary cambridge
    cardiff casablanca chennai chicago cleveland cologne copenhagen dakar dallas damascus delhi denver detroit dhaka doha dortmund
    dresden dubai dublin duisburg durban dusseldorf edinburgh eindhoven essen florence frankfurt gdansk geneva genoa ghent glasgow
    gothenburg graz hamburg hanoi hanover hannover havana helsinki houston hyderabad istanbul jakarta jeddah jerusalem johannesburg
    kampala karachi kiev kyiv kolkata krakow lagos lahore lausanne leeds leicester leipzig lille lima lisbon liverpool ljubljana
    london lucerne luxembourg lyon madrid malaga malmo manchester manila mannheim marseille melbourne memphis miami milan milwaukee
    minneapolis minsk monterrey montreal moscow mumbai munich münchen nairobi nantes naples nashville newcastle nice nottingham
    nuremberg odense orlando osaka oslo ottawa oxford palermo paris perth philadelphia phoenix pittsburgh porto portland prague
    pune rabat reykjavik riga riyadh rome rotterdam salzburg santiago santos sarajevo seattle sevilla seville shanghai sheffield
    shenzhen singapore skopje sofia stockholm stuttgart sydney taipei tallinn tampa tokyo toronto toulouse trieste tripoli trondheim
    tunis turin utrecht valencia vancouver venice vienna vilnius warsaw washington wellington wroclaw yokohama zagreb zaragoza zurich
    aarhus aalborg bergen stavanger tampere turku uppsala lund gdynia lodz poznan katowice brno ostrava debrecen cluj varna
    hanoi saigon danang haiphong kyoto nagoya sapporo kobe fukuoka seoul busan guangzhou chengdu wuhan tianjin nanjing
    """.split()
)
PLACE_PAIRS = frozenset(
    {
        "new york",
        "san francisco",
        "los angeles",
        "hong kong",
        "new delhi",
        "sao paulo",
        "buenos aires",
        "kuala lumpur",
        "las vegas",
    }
    | {
        "new zealand",
        "south africa",
        "saudi arabia",
        "sri lanka",
        "costa rica",
        "puerto rico",
        "san diego",
        "salt lake",
        "el salvador",
    }
    | {
        "united states",
        "united kingdom",
        "great britain",
        "ho chi minh",
        "chi minh city",
        "rio de janeiro",
        "mexico city",
        "cape town",
    }
    | {
        "abu dhabi",
        "addis ababa",
        "tel aviv",
        "den haag",
        "the hague",
        "silicon valley",
        "new jersey",
        "new mexico",
        "north carolina",
    }
    | {
        "south carolina",
        "north dakota",
        "south dakota",
        "west virginia",
        "new orleans",
        "san jose",
        "san antonio",
        "st louis",
    }
)

CALENDAR = frozenset(
    """january february march april may june july august september october november december monday tuesday wednesday thursday friday
    saturday sunday christmas easter ramadan diwali thanksgiving jan feb mar apr jun jul aug sep sept oct nov dec spring autumn
    winter q1 q2 q3 q4 januar februar märz maerz juni juli oktober dezember montag dienstag mittwoch donnerstag freitag enero febrero
    marzo abril junio julio agosto septiembre octubre noviembre diciembre lunes martes viernes""".split()
)

# Capitalised words that open sentences, headings or names of things, and are no names of people.
COMMON_WORDS = frozenset(
    """case study exhibit exhibits table figure figures appendix appendices annex chapter section part page introduction background
    conclusion summary overview history question questions discussion assignment teaching note notes situation problem challenge
    decision options option alternatives alternative recommendation recommendations proposal project program programme plan phase
    stage act law directive regulation agreement contract offer deal memo memorandum letter report minutes agenda meeting subject
    date from re cc dear sincerely regards best kind thank thanks yours executive company industry market markets competition
    customers customer employees employee staff people key main name role roles position title view views stakeholder stakeholders
    finance financial operations marketing sales human resources technology strategy strategic production quality supply chain
    research development management organisation organization structure culture leadership innovation product products service
    year years month months week weeks day days quarter fiscal total revenue revenues profit profits margin cost costs price prices
    cash income sheet balance statement internet web windows english german french spanish italian chinese japanese american
    british european asian african indian dutch swiss swedish danish norwegian polish russian turkish vietnamese korean arab arabic
    american's latin catholic christian muslim jewish hindu new old great big small first second third fourth last next good yes no
    not and but or the a an in on at by for with as if when while since because although though however meanwhile nevertheless
    moreover furthermore therefore thus hence still yet also even only just then there here this that these those what which who
    whom whose why how where all any both each every few many most much some such other others another one two three four five six
    seven eight nine ten i he she it we you they his her its our your their my me him us them after before during until under over
    between among within without about above across against along around behind below beneath beside besides beyond despite down
    except inside into like near off onto out outside past through throughout to toward towards up upon via versus given instead
    perhaps maybe today tomorrow yesterday later earlier soon now once twice never always often sometimes usually generally recently
    currently finally eventually initially originally suddenly clearly obviously indeed certainly surely unfortunately fortunately
    together alone ask tell should could would will shall can might must may do does did is are was were be been being have has had
    let please note see according regarding concerning overall nobody everybody everyone someone anyone none nothing something
    everything people's ebit ebitda roi kpi erp crm sap it hr pr tv uk us usa eu un gdp vat ip id faq swot pestel covid iso gdpr
    esg csr hq ai ml der die das und ist ein eine mit für auf wir sie ich im am zum zur nach bei aus vor wenn aber doch nun heute
    el los las una para por con pero como cuando según les des une est dans pour sur avec mais il elle nous vous""".split()
)
