"""`pydidcomm agent`: a configuration, an encrypted store, handlers of a program, and an end in order."""

from __future__ import annotations

import json
import signal
from typing import TYPE_CHECKING, Any

import pytest

from pydidcomm.agent.settings import (
    AgentSettings,
    InvitationSettings,
    ServerSettings,
    Settings,
    StoreSettings,
)
from pydidcomm.protocols.basic_message import Text
from pydidcomm.protocols.discover_features import Disclose, Queries, Query
from pydidcomm.stores import MemoryStore
from pydidcomm.sync import DIDCommMessaging
from pydidcomm.sync.agent import Agent
from support.command_line import PASSPHRASE, SECONDS, stopped
from support.documented import assert_documented
from support.paths import ROOT
from support.server_process import free_port

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from support.command_line import Terminal

HANDLERS = """
from pydidcomm.agent import Router
from pydidcomm.protocols.basic_message import Text

def make():
    router = Router()

    @router.on
    def hear(text: Text) -> Text:
        return Text(content=f"you said {text.content}")

    return router
"""


def started(
    alice: Terminal, processes: list[subprocess.Popen[str]], *words: str, **environment: str
) -> dict[str, Any]:
    allow = {"PYDIDCOMM_AGENT_SERVER_ALLOW": "127.0.0.0/8", **environment}
    processes.append(alice.start("agent", "run", "--json", *words, **allow))
    assert processes[-1].stdout is not None
    line = processes[-1].stdout.readline()
    if not line:
        pytest.fail(processes[-1].communicate(timeout=SECONDS)[1])
    found: dict[str, Any] = json.loads(line)
    return found


@pytest.mark.slow
def test_an_agent_is_made_talks_ends_in_order_and_is_the_same_after_a_restart(
    alice: Terminal, processes: list[subprocess.Popen[str]]
) -> None:
    config = ["--config", str(alice.home / "agent.toml")]
    (alice.home / "handlers.py").write_text(HANDLERS, encoding="utf-8")
    url = f"http://127.0.0.1:{free_port()}/didcomm"
    words = ["--listen", url, "--label", "Shop", "--router", "handlers:make"]
    made = alice.run("agent", "init", *words, *config)
    assert (made.returncode, made.stdout) == (0, ""), made.stderr
    found = started(alice, processes, *config)
    assert found["endpoint"] == url
    guest = Agent(MemoryStore(), listen="http://127.0.0.1:0/", allow=["127.0.0.1/32"])
    with guest:
        friend = guest.accept(found["invitation"])
        answer = friend.request(Text(content="hi"), answer=Text, timeout=SECONDS)
        features = friend.request(Queries((Query("protocol", "*"),)), answer=Disclose, timeout=SECONDS)
    assert answer == Text(content="you said hi")
    assert "https://didcomm.org/basicmessage/2.0" in {one.id for one in features.disclosures}
    assert stopped(processes[-1], signal.SIGTERM) == (0, "", "")
    assert started(alice, processes, *config) == found
    assert stopped(processes[-1]) == (130, "", "")
    moved = f"http://127.0.0.1:{free_port()}/didcomm"
    after = started(alice, processes, *config, PYDIDCOMM_AGENT_SERVER_LISTEN=moved)
    assert stopped(processes[-1], signal.SIGTERM) == (0, "", "")
    for one, endpoint in ((found, url), (after, moved)):
        document = DIDCommMessaging().resolve(one["did"]).as_dict()
        assert document["service"][0]["serviceEndpoint"]["uri"] == endpoint
    shown = "".join((made.stderr, json.dumps(found), (alice.home / "agent.toml").read_text(encoding="utf-8")))
    assert PASSPHRASE not in shown
    assert PASSPHRASE.encode() not in (alice.home / "agent.db").read_bytes()
    again = alice.run("agent", "init", *config)
    assert (again.returncode, "exists" in again.stderr) == (2, True)


@pytest.mark.slow
def test_a_store_that_cannot_be_opened_and_a_router_that_leads_nowhere_are_named(alice: Terminal) -> None:
    config = alice.home / "agent.toml"
    config.write_text('[agent]\nrouters = ["no_such_module:router"]', encoding="utf-8")
    ended = alice.run("agent", "run", "--json", "--config", str(config))
    assert (ended.returncode, "no_such_module:router cannot be imported" in ended.stderr) == (2, True)
    (alice.home / "needy.py").write_text("def make(shop):\n    return shop", encoding="utf-8")
    config.write_text('[agent]\nrouters = ["needy:make"]', encoding="utf-8")
    ended = alice.run("agent", "run", "--json", "--config", str(config))
    assert (ended.returncode, "needy:make must be a Router, or a func" in ended.stderr) == (2, True)
    config.write_text("", encoding="utf-8")
    ended = alice.run("agent", "run", "--json", "--config", str(config))
    assert (ended.returncode, "`pydidcomm agent init` creates it" in ended.stderr) == (2, True)
    for path, fault in ((".", "it must be a readable"), ("needy.py", "it is not an SQLite database")):
        ended = alice.run("agent", "run", "--config", str(config), PYDIDCOMM_AGENT_STORE_PATH=path)
        assert (ended.returncode, f"the store {alice.home / path} cannot" in ended.stderr) == (8, True)
        assert fault in ended.stderr
    (alice.home / "agent.toml").unlink()
    assert alice.run("agent", "init", "--config", str(config)).returncode == 0
    other = {"PYDIDCOMM_PASSPHRASE": "another one"}
    ended = alice.run("agent", "run", "--json", "--config", str(config), **other)
    assert (ended.returncode, "the passphrase does not open" in ended.stderr) == (8, True)
    assert "another one" not in ended.stderr


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('[agent]\nprotocols = ["chess"]', "must be of trust-ping, .* got 'chess'"),
        ('[agent]\nrouters = ["handlers"]', "must be references such as"),
        ('[server]\nlisten = ""', "cannot be reached"),
        ('[server]\nhost = ""', "unknown key `host`"),
        ('[server]\nlisten = "http://0.0.0.0:8040/"', "set .server. `endpoint`"),
        ('[server]\nendpoint = "example.com"', "`endpoint` must be a URL"),
        ('[server]\nendpoint = "ftp://example.com/"', "`endpoint` must be a URL"),
        ('[agent]\nmediator = "https://example.com/"', "`mediator` must be a DID"),
        ('[store]\npath = ""', "`path` must not be empty"),
        ('[store]\nurl = "agent.db"', "`url` must be a PostgreSQL URL"),
        ('[store]\nurl = "mysql://user:secret@host/db"', "`url` must be a PostgreSQL URL"),
        ('[store]\nurl = "postgres://"', "`url` must be a PostgreSQL URL"),
        ('[store]\nurl = "postgres:///db"', "`url` must be a PostgreSQL URL"),
        ('[store]\nurl = "postgres://user:secret@host"', "`url` must be a PostgreSQL URL"),
        ('[store]\nurl = "postgres://user:secret@[host/db"', "`url` must be a PostgreSQL URL"),
        ("[agent]\nlabel = 5", "must be a string, got 5"),
    ],
)
def test_a_wrong_configuration_is_named(text: str, problem: str, tmp_path: Path) -> None:
    (tmp_path / "agent.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=problem) as raised:
        Settings.read(tmp_path / "agent.toml")
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize("url", ["postgres://u:p@h:5432/db", "postgresql:///db?host=/run/postgresql"])
def test_the_url_of_a_database_on_a_host_or_a_socket_is_taken(url: str) -> None:
    assert StoreSettings(url=url).url == url


def test_each_key_of_the_configuration_is_in_the_docs_and_survives_writing(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "how-to" / "agent.md").read_text(encoding="utf-8")
    settings = Settings(
        folder=tmp_path,
        agent=AgentSettings(label='a"b', mediator="did:example:m", routers=("shop:router",)),
        server=ServerSettings(listen="", allow=("10.0.0.0/8",)),
        invitation=InvitationSettings(goal="Talk"),
    )
    (tmp_path / "agent.toml").write_text(settings.text(), encoding="utf-8")
    assert Settings.read(tmp_path / "agent.toml") == settings
    changed = {"PYDIDCOMM_AGENT_AGENT_LABEL": "b", "PYDIDCOMM_AGENT_CONFIG": "x"}
    assert Settings.read(tmp_path / "agent.toml", changed).agent.label == "b"
    with pytest.raises(ValueError, match="PYDIDCOMM_AGENT_SERVER_NOPE does not match a section and key"):
        Settings.read(tmp_path / "agent.toml", {"PYDIDCOMM_AGENT_SERVER_NOPE": "1"})
    assert_documented(settings, page)
