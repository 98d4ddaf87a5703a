// npm @veramo/did-comm, measured; knows nothing of pydidcomm.
// Run as `node veramo_bench.mjs FOLDER`, the folder in which it is installed. The first line in is the fixture; each
// further one is a count and an operation, as in serving.py. It reads no authcrypt and no signature of the others: what it
// unpacks is packed for it.

import { createRequire } from "node:module";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const require = createRequire(resolve(process.argv[2], "package.json"));
const installed = (name) => import(pathToFileURL(require.resolve(name)).href);

const { createAgent } = await installed("@veramo/core");
const { DIDComm } = await installed("@veramo/did-comm");
const { DIDManager, MemoryDIDStore } = await installed("@veramo/did-manager");
const { DIDResolverPlugin } = await installed("@veramo/did-resolver");
const { KeyManager, MemoryKeyStore, MemoryPrivateKeyStore } = await installed("@veramo/key-manager");
const { KeyManagementSystem } = await installed("@veramo/kms-local");

const KEY_TYPES = { Ed25519: "Ed25519", X25519: "X25519", secp256k1: "Secp256k1", "P-256": "Secp256r1" };
const hex = (text) => Buffer.from(text, "base64url").toString("hex");
const owner = (jwk) => jwk.kid.split("#")[0];

function imported(jwk) {
  const secret = jwk.crv === "Ed25519" ? hex(jwk.d) + hex(jwk.x) : hex(jwk.d);
  return { kid: jwk.kid, type: KEY_TYPES[jwk.crv], kms: "local", privateKeyHex: secret };
}

async function agentOf(fixture) {
  const answer = { didDocumentMetadata: {}, didResolutionMetadata: {} };
  const documents = new Map(Object.entries(fixture.documents));
  const resolver = {
    resolve: async (url) => ({ ...answer, didDocument: documents.get(url.split("#")[0]) ?? null }),
  };
  const kms = { local: new KeyManagementSystem(new MemoryPrivateKeyStore()) };
  const agent = createAgent({
    plugins: [
      new DIDComm({ transports: [] }),
      new DIDResolverPlugin({ resolver }),
      new KeyManager({ store: new MemoryKeyStore(), kms }),
      new DIDManager({ providers: {}, defaultProvider: "fixture", store: new MemoryDIDStore() }),
    ],
  });
  const usable = fixture.secrets.filter((jwk) => jwk.crv in KEY_TYPES);
  for (const did of new Set(usable.map(owner))) {
    const keys = usable.filter((jwk) => owner(jwk) === did).map(imported);
    await agent.didManagerImport({ did, provider: "fixture", keys });
  }
  return agent;
}

function prepare(agent, operation) {
  const { frm, enc, message, protect, packed_for_veramo: packed } = operation;
  switch (operation.kind) {
    case "pack": {
      if (protect) throw new Error("one layer only");
      const packing = frm ? "authcrypt" : "anoncrypt";
      const options = { enc: frm ? "A256CBC-HS512" : enc };
      return async () => (await agent.packDIDCommMessage({ packing, message, options })).message;
    }
    case "sign":
      return async () => (await agent.packDIDCommMessage({ packing: "jws", message })).message;
    case "unpack":
    case "verify": {
      if (!packed) throw new Error("one layer, on X25519 and to one key");
      return async () => (await agent.unpackDIDCommMessage({ message: packed })).message;
    }
    default:
      throw new Error("not measured with this package");
  }
}

async function answer(call, count) {
  if (count === 0) {
    const result = await call();
    return typeof result === "string" ? result : JSON.stringify(result);
  }
  const times = [];
  for (let turn = 0; turn < count; turn += 1) {
    const start = process.hrtime.bigint();
    await call();
    times.push(Number(process.hrtime.bigint() - start));
  }
  times.sort((one, other) => one - other);
  return times[Math.floor(count / 2)];
}

let agent;
let fixture;
const calls = new Map();
for await (const line of createInterface({ input: process.stdin })) {
  if (!fixture) {
    fixture = JSON.parse(line);
    agent = await agentOf(fixture);
    continue;
  }
  const [, count, name] = line.match(/^(\d+) (.*)$/);
  let reply;
  try {
    if (!calls.has(name)) calls.set(name, prepare(agent, fixture.operations[name]));
    reply = await answer(calls.get(name), Number(count));
  } catch (error) {
    reply = { error: `${error?.name ?? "Error"}: ${error?.message ?? error}`.slice(0, 200) };
  }
  process.stdout.write(`${JSON.stringify(reply)}\n`);
}
