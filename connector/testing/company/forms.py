"""The company's forms, and how people come by them. In RD Station a form is a conversion with a name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Form:
    """A form: the name of its conversion, where its visitors come from, and the campaign that brought them."""

    name: str
    channel: str
    campaign: str

    @property
    def payload(self) -> dict[str, str]:
        """What the conversion says of its origin."""
        return {"traffic_source": self.channel, "traffic_campaign": self.campaign}


FACEBOOK_AD: Final = Form("facebook-lead-ad", "facebook-ads", "orcamento-rapido")
"""The one form that yields invalid data: it fills itself from profiles that nobody keeps up."""
CALCULATOR: Final = Form("price-calculator", "google-organic", "site")
DEMO_REQUEST: Final = Form("demo-request", "google-ads", "marca")
JOBS: Final = Form("trabalhe-conosco", "linkedin", "vagas")
NEWSLETTER: Final = Form("newsletter", "e-mail", "newsletter")
EBOOKS: Final = (
    Form("ebook-crm", "google-organic", "blog"),
    Form("ebook-vendas", "linkedin", "conteudo"),
    Form("checklist-site", "google-organic", "blog"),
)
WEBINARS: Final = (Form("webinar-previsao", "e-mail", "webinars"), Form("webinar-funil", "linkedin", "webinars"))
