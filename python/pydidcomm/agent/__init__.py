"""DIDComm agent: handlers, relationships, a durable inbox and outbox. Extra: `agent`.

`Agent` connects protocols and handlers with a store and with transports. A message is stored before its
sender gets 2xx. The effects of a message, its answers and the mark "done" are committed in one transaction.
Outgoing messages are retried until they are sent or expire, also after a restart.

Example:
    >>> from pydidcomm.agent import Agent, Context
    >>> from pydidcomm.protocols.basic_message import Text
    >>> from pydidcomm.protocols.trust_ping import TrustPing
    >>> from pydidcomm.stores import MemoryStore
    >>> agent = Agent(MemoryStore(), listen="http://127.0.0.1:8040/didcomm", protocols=[TrustPing()])
    >>> @agent.on
    ... async def hear(text: Text, ctx: Context) -> Text:
    ...     return Text(content=f"you said {text.content}")
    >>> # agent.run(), or `async with agent:`
"""

try:
    import anyio as anyio
except ImportError as _error:
    _problem = f"{_error.name} is not installed: pip install 'pydidcomm[agent]'"
    raise ImportError(_problem, name=_error.name) from None

from pydidcomm.agent.agent import Agent
from pydidcomm.agent.context import Context
from pydidcomm.agent.friends import Friend, RelationshipEndedError
from pydidcomm.agent.invited import Invited
from pydidcomm.agent.limits import Limits
from pydidcomm.agent.mediation import MediationError
from pydidcomm.agent.router import Middleware, Route, Router
from pydidcomm.agent.sending import NotSentError, Sending

__all__ = [
    "Agent",
    "Context",
    "Friend",
    "Invited",
    "Limits",
    "MediationError",
    "Middleware",
    "NotSentError",
    "RelationshipEndedError",
    "Route",
    "Router",
    "Sending",
]
