"""Secrets at rest, and keys that never leave: stores of secret keys, each made of a library of its own.

| module | extra | keys are in |
|---|---|---|
| `pydidcomm.secrets.askar` | `askar` | an encrypted SQLite file, or PostgreSQL |
| `pydidcomm.secrets.pkcs11` | `hsm` | a hardware security module or a smart card, by PKCS#11 |
| `pydidcomm.secrets.keyring` | `keyring` | the keyring of the desktop |

Each is imported by its own name, and an import without the extra is an ImportError that names it. The stores
are `SecretsResolver`s and `KeyMaker`s: `create_peer_did` and its kin generate keys inside of them. Open a
store in an `async with` block for `pydidcomm`, in a `with` block for `pydidcomm.sync`.
"""

from pydidcomm.secrets.errors import KeyExistsError, SecretsLockedError, SecretsUnavailableError

__all__ = ["KeyExistsError", "SecretsLockedError", "SecretsUnavailableError"]
