"""Who they are: names, jobs and companies in Brazil, drawn by chance. Nobody has an address that ends in `.example`."""

from __future__ import annotations

import random
import unicodedata
from dataclasses import dataclass
from typing import Final

FIRST: Final = (
    "Ana", "Bruno", "Camila", "Daniel", "Elisa", "Fábio", "Gabriela", "Heitor", "Isabel", "João", "Karina", "Lucas",
    "Mariana", "Nicolas", "Olívia", "Paulo", "Rafaela", "Sérgio", "Tatiana", "Vinícius",
)  # fmt: skip
LAST: Final = (
    "Almeida", "Barbosa", "Cardoso", "Dias", "Esteves", "Ferreira", "Gomes", "Lima", "Machado", "Nogueira", "Oliveira",
    "Pereira", "Ribeiro", "Santos", "Teixeira", "Vieira",
)  # fmt: skip
TRADES: Final = (
    "Agro", "Clínica", "Colégio", "Construtora", "Consultoria", "Farmácia", "Gráfica", "Indústria", "Logística",
    "Metalúrgica", "Móveis", "Padaria", "Seguros", "Têxtil", "Transportes", "Varejo",
)  # fmt: skip
NAMES: Final = (
    "Aurora", "Bandeirante", "Cerrado", "Estrela", "Girassol", "Horizonte", "Ipê", "Jatobá", "Litoral", "Mirante",
    "Nascente", "Planalto", "Primavera", "Sabiá", "Serrana", "Veredas",
)  # fmt: skip

DECIDE: Final = ("CEO", "Diretora de Marketing", "Diretor Comercial", "Sócia", "Head de Vendas", "Gerente de Marketing")
ASSIST: Final = ("Coordenadora de Marketing", "Analista de Marketing", "Analista", "Estagiário", "Comprador")
LARGE: Final = (60, 120, 250, 400, 900)
SMALL: Final = (2, 8, 15, 30)
DISPOSABLE: Final = "tempbox.example"


@dataclass(frozen=True, slots=True)
class Someone:
    """A person with what they say of themselves in a form. `is_real`: sales can reach whoever this claims to be."""

    email: str
    name: str
    job_title: str
    company: str
    company_size: int
    phone: str
    is_real: bool = True

    @property
    def fields(self) -> dict[str, str]:
        """As RD Station's contact holds it; the company stands in the account's own fields."""
        return {
            "name": self.name, "job_title": self.job_title, "country": "Brasil", "mobile_phone": self.phone,
            "cf_company": self.company, "cf_company_size": str(self.company_size),
        }  # fmt: skip


class Crowd:
    """Draws people, each with an address of their own."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._taken: set[str] = set()

    def someone(self, *, decides: bool) -> Someone:
        """A person who decides in a larger company, or one who does not."""
        size = self._chance.choice(LARGE if decides or self._chance.random() < 0.3 else SMALL)
        return self._person(self._chance.choice(DECIDE if decides else ASSIST), size, is_real=True)

    def nobody(self) -> Someone:
        """What an advertisement's form brings whose fields fill themselves: important, and not to be reached."""
        return self._person(self._chance.choice(DECIDE), self._chance.choice(LARGE), is_real=False)

    def machine(self) -> Someone:
        """An address made for an hour."""
        email = self._free(f"x{self._chance.randrange(10**6):06}", DISPOSABLE)
        return Someone(email, "Test Test", "CEO", "Test", 250, "", is_real=False)

    def other_address_of(self, known: Someone) -> Someone:
        """The same person once more, from their private mailbox."""
        email = self._free(_plain(known.name).replace(" ", "."), "caixapostal.example")
        return Someone(
            email, known.name, known.job_title, known.company, known.company_size, known.phone, known.is_real
        )

    def _person(self, job_title: str, size: int, *, is_real: bool) -> Someone:
        first, last = self._chance.choice(FIRST), self._chance.choice(LAST)
        company = f"{self._chance.choice(TRADES)} {self._chance.choice(NAMES)}"
        email = self._free(f"{_plain(first)}.{_plain(last)}", f"{_plain(company).replace(' ', '-')}.example")
        # Real numbers have nine digits after the area code: these have a digit less, and ring nowhere.
        phone = f"+55 11 {self._chance.randrange(10**7):08}"
        return Someone(email, f"{first} {last}", job_title, company, size, phone, is_real)

    def _free(self, user: str, domain: str) -> str:
        email, number = f"{user}@{domain}", 1
        while email in self._taken:
            number += 1
            email = f"{user}{number}@{domain}"
        self._taken.add(email)
        return email


def _plain(text: str) -> str:
    """Without accents, in lower case."""
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
