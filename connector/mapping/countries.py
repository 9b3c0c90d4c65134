"""Countries as people and platforms write them (English, Portuguese, Spanish), as ISO 3166-1 alpha-2 codes."""

from __future__ import annotations

from functools import cache
from typing import Final

from connector.conditions import normalise

_NAMES: Final = """
AD Andorra|AND
AE United Arab Emirates|Emirados Árabes Unidos|Emiratos Árabes Unidos|UAE|ARE
AO Angola|AGO
AR Argentina|ARG
AT Austria|Áustria|AUT
AU Australia|Austrália|AUS
BD Bangladesh|BGD
BE Belgium|Bélgica|BEL
BG Bulgaria|Bulgária|BGR
BH Bahrain|Bahrein|Baréin|BHR
BO Bolivia|Bolívia|BOL
BR Brazil|Brasil|BRA
CA Canada|Canadá|CAN
CH Switzerland|Suíça|Suiza|CHE
CL Chile|CHL
CM Cameroon|Camarões|Camerún|CMR
CN China|CHN
CO Colombia|Colômbia|COL
CR Costa Rica|CRI
CU Cuba|CUB
CV Cape Verde|Cabo Verde|CPV
CY Cyprus|Chipre|CYP
CZ Czech Republic|Czechia|República Tcheca|Chéquia|República Checa|Chequia|CZE
DE Germany|Alemanha|Alemania|Deutschland|DEU
DK Denmark|Dinamarca|DNK
DO Dominican Republic|República Dominicana|DOM
DZ Algeria|Argélia|Argelia|DZA
EC Ecuador|Equador|ECU
EE Estonia|Estônia|EST
EG Egypt|Egito|Egipto|EGY
ES Spain|Espanha|España|ESP
FI Finland|Finlândia|Finlandia|FIN
FR France|França|Francia|FRA
GB United Kingdom|Great Britain|England|Scotland|Wales|Reino Unido|Inglaterra|UK|GBR
GH Ghana|Gana|GHA
GQ Equatorial Guinea|Guiné Equatorial|Guinea Ecuatorial|GNQ
GR Greece|Grécia|Grecia|GRC
GT Guatemala|GTM
GW Guinea-Bissau|Guiné-Bissau|GNB
HK Hong Kong|HKG
HN Honduras|HND
HR Croatia|Croácia|Croacia|HRV
HU Hungary|Hungria|Hungría|HUN
ID Indonesia|Indonésia|IDN
IE Ireland|Irlanda|IRL
IL Israel|ISR
IN India|Índia|IND
IS Iceland|Islândia|Islandia|ISL
IT Italy|Itália|Italia|ITA
JP Japan|Japão|Japón|JPN
KE Kenya|Quênia|Kenia|KEN
KR South Korea|Korea|Coreia do Sul|Corea del Sur|KOR
KW Kuwait|KWT
LB Lebanon|Líbano|LBN
LK Sri Lanka|LKA
LT Lithuania|Lituânia|Lituania|LTU
LU Luxembourg|Luxemburgo|LUX
LV Latvia|Letônia|Letonia|LVA
MA Morocco|Marrocos|Marruecos|MAR
MO Macao|Macau|MAC
MT Malta|MLT
MX Mexico|México|MEX
MY Malaysia|Malásia|Malasia|MYS
MZ Mozambique|Moçambique|MOZ
NG Nigeria|Nigéria|NGA
NI Nicaragua|Nicarágua|NIC
NL Netherlands|The Netherlands|Holland|Holanda|Países Baixos|Países Bajos|NLD
NO Norway|Noruega|NOR
NP Nepal|NPL
NZ New Zealand|Nova Zelândia|Nueva Zelanda|NZL
OM Oman|Omã|Omán|OMN
PA Panama|Panamá|PAN
PE Peru|Perú|PER
PH Philippines|Filipinas|PHL
PK Pakistan|Paquistão|Pakistán|PAK
PL Poland|Polônia|Polónia|Polonia|POL
PR Puerto Rico|Porto Rico|PRI
PT Portugal|PRT
PY Paraguay|Paraguai|PRY
QA Qatar|Catar|QAT
RO Romania|Romênia|Roménia|Rumania|ROU
RS Serbia|Sérvia|SRB
RU Russia|Russian Federation|Rússia|Rusia|RUS
SA Saudi Arabia|Arábia Saudita|Arabia Saudita|SAU
SE Sweden|Suécia|Suecia|SWE
SG Singapore|Singapura|Singapur|SGP
SI Slovenia|Eslovênia|Eslovenia|SVN
SK Slovakia|Eslováquia|Eslovaquia|SVK
SN Senegal|SEN
ST São Tomé and Príncipe|São Tomé e Príncipe|Santo Tomé y Príncipe|STP
SV El Salvador|SLV
TH Thailand|Tailândia|Tailandia|THA
TL Timor-Leste|East Timor|Timor Leste|TLS
TN Tunisia|Tunísia|Túnez|TUN
TR Turkey|Türkiye|Turquia|Turquía|TUR
TW Taiwan|Taiwán|TWN
UA Ukraine|Ucrânia|Ucrania|UKR
UG Uganda|UGA
US United States|United States of America|Estados Unidos|Estados Unidos da América|EUA|EE. UU.|EEUU|USA
UY Uruguay|Uruguai|URY
VE Venezuela|VEN
VN Vietnam|Viet Nam|Vietnã|Vietname|VNM
ZA South Africa|África do Sul|Sudáfrica|ZAF
"""


def country_code(text: str) -> str | None:
    """`BR` for Brasil, Brazil, BRA or br; None for a name that the table does not have."""
    return _codes().get(normalise(text))


@cache
def _codes() -> dict[str, str]:
    codes: dict[str, str] = {}
    for line in _NAMES.split("\n"):
        code, _, names = line.partition(" ")
        codes.update({normalise(name): code for name in (code, *names.split("|")) if name})
    return codes
