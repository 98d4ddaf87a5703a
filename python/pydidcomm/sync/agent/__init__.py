"""`pydidcomm.agent` for programs without an event loop: the agent runs in a thread. Extra: `agent`.

Protocols, routers, limits, stores and errors are those of `pydidcomm.agent`. A handler that is a plain
function may call the agent and its friends; a coroutine function must not, since the event loop would wait
for itself.

Example:
    >>> from pydidcomm.protocols.basic_message import Text
    >>> from pydidcomm.stores import MemoryStore
    >>> from pydidcomm.sync.agent import Agent
    >>> agent = Agent(MemoryStore(), listen="http://127.0.0.1:8040/didcomm")
    >>> @agent.on
    ... def hear(text: Text) -> Text:
    ...     return Text(content=f"you said {text.content}")
    >>> # agent.run(), or `with agent:`
"""

from pydidcomm.sync.agent.agent import Agent
from pydidcomm.sync.agent.friends import Friend
from pydidcomm.sync.agent.invited import Invited
from pydidcomm.sync.agent.sending import Sending

__all__ = ["Agent", "Friend", "Invited", "Sending"]
