"""Check that a module's `__all__` lists the names that other modules of the package import from it.

`make lint` runs this. A module from which another one imports a name has `__all__`, each import takes a name
that is in it, and a private module lists no name that nothing imports.
"""

from __future__ import annotations

import ast
import re
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PROJECT = Path(__file__).parents[1]
PACKAGE = "pydidcomm"
LAZY = {"pydidcomm", "pydidcomm.sync"}
"""Their `__all__` comes from a table of names; `_core` is compiled and has only its stub."""
SHARED = {
    "pydidcomm.agent.friends": {"Answer", "FEATURES_SECONDS", "TIMEOUT"},
    "pydidcomm.agent.settings": {"AgentSettings", "ServerSettings", "StoreSettings"},
    "pydidcomm.batches": {"check_each", "prepare_packs"},
    "pydidcomm.cli.pack": {"check", "encrypt"},
    "pydidcomm.cli.unpack": {"needs_wallet"},
    "pydidcomm.compat.didcomm.common.types": {"JSON", "JSON_OBJ", "JSON_VALUE"},
    "pydidcomm.compat.didcomm.secrets.secrets_resolver": {"read"},
    "pydidcomm.compat.didcomm.unpack": {"plaintext"},
    "pydidcomm.compat.didcomm_messaging.crypto.backend.core": {
        "CoreBackedService",
        "absolute_kid",
        "native_key",
    },
    "pydidcomm.compat.didcomm_messaging.crypto.base": {"P", "S"},
    "pydidcomm.compat.didcomm_messaging.crypto.jwe": {"b64url", "from_b64url"},
    "pydidcomm.compat.didcomm_messaging.messaging": {"message_bytes"},
    "pydidcomm.compat.didcomm_messaging.v1.crypto.core": {"Nothing", "One"},
    "pydidcomm.compat.didcomm_messaging.v1.crypto.nacl": {"key_pair"},
    "pydidcomm.compat.didcomm_messaging.v1.packaging": {"UnreadableV1Error"},
    "pydidcomm.compat.peerdid.types": {"VerificationMaterialAgreement", "VerificationMaterialAuthentication"},
    "pydidcomm.config": {"check_resolvers"},
    "pydidcomm.dids.key_did": {"new_jwk_did", "new_key_did"},
    "pydidcomm.dids.peer_did": {
        "PeerDid",
        "check_endpoint",
        "make_keys",
        "remember",
        "store_keys",
        "store_secrets",
    },
    "pydidcomm.mediator.breaker": {"SLOW_SECONDS"},
    "pydidcomm.mediator.coordination": {"MOST_IN_A_PAGE"},
    "pydidcomm.mediator.deadlines": {"Block"},
    "pydidcomm.mediator.departures": {"MAX_AGE", "MAX_BYTES", "MAX_DELAY", "MAX_MESSAGES", "MAX_PER_NEXT"},
    "pydidcomm.mediator.forwarding": {"MOST_ENVELOPES"},
    "pydidcomm.mediator.metrics": {"CONTENT_TYPE"},
    "pydidcomm.mediator.pickup": {"MOST_ACKNOWLEDGED", "MOST_IN_A_DELIVERY"},
    "pydidcomm.mediator.settings": {"Identity", "SecretSettings", "StoreSettings"},
    "pydidcomm.messaging": {"collect_resources", "default_resolver"},
    "pydidcomm.outcome": {"outcomes"},
    "pydidcomm.protocols.conversation": {"fresh_thread_id", "open_thread"},
    "pydidcomm.resolvers.making": {"maker_of"},
    "pydidcomm.resolvers.options": {"Ask", "NO_OPTIONS", "bind_resolver", "resolve_with", "with_options"},
    "pydidcomm.secrets.askar": {"secrets_of"},
    "pydidcomm.stores.records": {"CLOCK_SECONDS"},
    "pydidcomm.transports.http": {"Progress", "TIMEOUT"},
    "pydidcomm.transports.receiver": {"NO_INVITATIONS"},
    "pydidcomm.v1": {"new_verkey"},
}
"""Names that the package shares and that are not public: `__all__` of a public module is its reference page.

The modules of `compat` list what their originals offer.
"""


@dataclass
class Sources:
    """The modules of the package and who uses their names."""

    trees: dict[str, ast.Module]
    used: dict[str, dict[str, set[str]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(set[str]))
    )

    def note_uses(self, user: str, tree: ast.Module) -> None:
        """Note the names of modules of the package that a module imports, or reads as attributes."""
        aliases: dict[str, str] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                for each in node.names:
                    below = f"{node.module}.{each.name}"
                    if below in self.trees:
                        aliases[each.asname or each.name] = below
                    elif node.module in self.trees:
                        self.used[node.module][each.name].add(user)
            elif isinstance(node, ast.Import):
                aliases |= {
                    each.asname or each.name: each.name for each in node.names if each.name in self.trees
                }
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and (module := aliases.get(ast.unparse(node.value))):
                self.used[module][node.attr].add(user)

    def uses_of(self, module: str) -> set[str]:
        """Return the names that other modules take from a module, without the modules below it."""
        return {
            name
            for name, users in self.used[module].items()
            if f"{module}.{name}" not in self.trees
            and not name.startswith("__")
            and not _is_generated(module, name, users)
        }

    def faults(self, outside: Sources, texts: str) -> Iterator[str]:
        """Yield each name that is missing in `__all__`, and each in it that nothing uses.

        Args:
            outside: The uses in tests and documentation.
            texts: The texts that name functions of the package as strings.
        """
        for module, tree in sorted(self.trees.items()):
            if module in LAZY:
                continue
            listed, used = _listed(tree), self.uses_of(module)
            # a generated module has the lists of its source
            source = module.replace(f"{PACKAGE}.sync.", f"{PACKAGE}.")
            shared = SHARED.get(source, set[str]())
            if listed is None:
                if used:
                    yield f"{module} has no `__all__`; other modules import {', '.join(sorted(used))}"
                continue
            for name in sorted(used - listed - shared):
                yield f"{module}.{name} is not in `__all__`, and {min(self.used[module][name])} imports it"
            for name in sorted(shared & listed | (shared - used if source == module else set())):
                yield f"{module}.{name} does not belong into SHARED of tests/exports.py"
            if not _is_private(module):
                continue
            for name in sorted(listed - used - outside.used[module].keys()):
                if not re.search(rf'"(?:{module}:)?{name}"', texts):
                    yield f"{module}.{name} is in `__all__`, and nothing imports it"


def _is_private(module: str) -> bool:
    """Whether a module is private; the generated ones repeat the list of their source."""
    parts = module.split(".")[1:]
    return any(part.startswith("_") for part in parts) and parts[0] != "sync"


def _is_generated(module: str, name: str, users: set[str]) -> bool:
    """Whether only generated code uses a private name: it is the synchronous half of the same module."""
    twin = module.replace(f"{PACKAGE}.", f"{PACKAGE}.sync.", 1)
    return name.startswith("_") and users <= {twin}


def _listed(tree: ast.Module) -> set[str] | None:
    for node in tree.body:
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        if isinstance(target, ast.Name) and target.id == "__all__":
            return {str(each.value) for each in ast.walk(node) if isinstance(each, ast.Constant)}
    return None


def read(root: Path, package: str) -> Sources:
    """Read the modules below a folder, and what they use of each other."""
    trees = {
        ".".join((package, *_parts(path.relative_to(root)))): ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted(root.rglob("*.py"))
    }
    sources = Sources(trees)
    for module, tree in trees.items():
        sources.note_uses(module, tree)
    return sources


def _parts(path: Path) -> tuple[str, ...]:
    parts = path.with_suffix("").parts
    return parts[:-1] if parts[-1] == "__init__" else parts


def main(project: Path = PROJECT) -> int:
    """Print what is missing or superfluous; return 1 if anything is."""
    sources = read(project / "python" / PACKAGE, PACKAGE)
    outside = Sources(sources.trees)
    for path in sorted([*(project / "tests").rglob("*.py"), *(project / "docs").rglob("*.py")]):
        outside.note_uses(str(path), ast.parse(path.read_text(encoding="utf-8")))
    # the bindings and the entry points name functions of the package
    callers = [*(project / "src" / "bindings").rglob("*.rs"), project / "pyproject.toml"]
    texts = "\n".join(path.read_text(encoding="utf-8") for path in callers)
    lines = list(sources.faults(outside, texts))
    sys.stdout.writelines(f"{line}\n" for line in lines)
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
