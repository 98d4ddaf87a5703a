"""Stores of private keys: encrypted databases, hardware security modules, keyrings.

| module | extra | location of the keys |
|---|---|---|
| `pydidcomm.secrets.askar` | `askar` | an encrypted SQLite file, or PostgreSQL |
| `pydidcomm.secrets.pkcs11` | `hsm` | a hardware security module or a smart card, by PKCS#11 |
| `pydidcomm.secrets.keyring` | `keyring` | the keyring of the desktop |

Import each module by its own name; without its extra that raises an ImportError that names the extra. The
stores are `SecretsResolver`s and `KeyMaker`s: `create_peer_did`, `create_key_did` and `create_jwk_did`
generate keys inside of them. Open a store in an `async with` block for `pydidcomm`, in a `with` block for
`pydidcomm.sync`.
"""

from pydidcomm.secrets.errors import KeyExistsError, SecretsLockedError, SecretsUnavailableError

__all__ = ["KeyExistsError", "SecretsLockedError", "SecretsUnavailableError"]
