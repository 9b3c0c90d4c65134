"""The one way to the network.

`Network` opens an `HttpClient` per connection; adapters see it as `Client` and get an `Answer`. It signs requests and
keeps tokens alive, keeps the account's limits, ends every request at its deadline and byte cap, follows no redirect,
and sorts every failure into connector.errors, without secrets or personal data in any text.
"""

from connector.adapter.client import Answer, Client
from connector.http.answer import HttpAnswer
from connector.http.budgets import BudgetStore
from connector.http.client import HttpClient
from connector.http.limiter import Limiter
from connector.http.opening import Network, Settings, account_of
from connector.http.redact import redact
from connector.http.tokens import Tokens, TokenStore
from connector.http.world import World

__all__ = [
    "Answer", "BudgetStore", "Client", "HttpAnswer", "HttpClient", "Limiter", "Network", "Settings", "TokenStore",
    "Tokens", "World", "account_of", "redact",
]  # fmt: skip
