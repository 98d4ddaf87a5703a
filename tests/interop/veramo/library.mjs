// The packages of Veramo that are installed in a folder, and an agent made of them.

import { createRequire } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const KEY_TYPES = { Ed25519: "Ed25519", X25519: "X25519", secp256k1: "Secp256k1", "P-256": "Secp256r1" };
const hex = (text) => Buffer.from(text, "base64url").toString("hex");
const owner = (jwk) => jwk.kid.split("#")[0];

/** A key as Veramo stores it; its Ed25519 secrets end with the public key. */
function imported(jwk) {
  const secret = jwk.crv === "Ed25519" ? hex(jwk.d) + hex(jwk.x) : hex(jwk.d);
  return { kid: jwk.kid, type: KEY_TYPES[jwk.crv], kms: "local", privateKeyHex: secret };
}

/** Loads the packages of a folder; the result makes agents. */
export async function load(home) {
  const require = createRequire(resolve(home, "package.json"));
  const installed = (name) => import(pathToFileURL(require.resolve(name)).href);
  const { createAgent } = await installed("@veramo/core");
  const { DIDComm } = await installed("@veramo/did-comm");
  const { DIDManager, MemoryDIDStore } = await installed("@veramo/did-manager");
  const { DIDResolverPlugin } = await installed("@veramo/did-resolver");
  const { KeyManager, MemoryKeyStore, MemoryPrivateKeyStore } = await installed("@veramo/key-manager");
  const { KeyManagementSystem } = await installed("@veramo/kms-local");

  /** An agent that resolves these documents and manages the DIDs of these secrets. */
  return async function agentWith(documents, secrets, transports = []) {
    const resolver = {
      async resolve(url) {
        const didDocument = documents[url.split("#")[0]] ?? null;
        return { didDocument, didDocumentMetadata: {}, didResolutionMetadata: {} };
      },
    };
    const kms = { local: new KeyManagementSystem(new MemoryPrivateKeyStore()) };
    const agent = createAgent({
      plugins: [
        new DIDComm({ transports }),
        new DIDResolverPlugin({ resolver }),
        new KeyManager({ store: new MemoryKeyStore(), kms }),
        new DIDManager({ providers: {}, defaultProvider: "given", store: new MemoryDIDStore() }),
      ],
    });
    const usable = secrets.filter((jwk) => jwk.crv in KEY_TYPES);
    for (const did of new Set(usable.map(owner))) {
      const keys = usable.filter((jwk) => owner(jwk) === did).map(imported);
      await agent.didManagerImport({ did, provider: "given", keys });
    }
    return agent;
  };
}
