// npm @veramo/did-comm behind a pipe: one JSON request a line in, one JSON answer a line out.
// Run as `node peer.mjs FOLDER`, the folder in which package.json is installed.
// An agent is made for each request: it holds the secrets and resolves the documents of the request.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const HOME = process.argv[2];
const installed = (name) =>
  import(pathToFileURL(createRequire(resolve(HOME, "package.json")).resolve(name)).href);
const version = (name) =>
  JSON.parse(readFileSync(resolve(HOME, "node_modules", name, "package.json"), "utf8")).version;

const { createAgent } = await installed("@veramo/core");
const { DIDComm } = await installed("@veramo/did-comm");
const { DIDManager, MemoryDIDStore } = await installed("@veramo/did-manager");
const { DIDResolverPlugin } = await installed("@veramo/did-resolver");
const { KeyManager, MemoryKeyStore, MemoryPrivateKeyStore } = await installed("@veramo/key-manager");
const { KeyManagementSystem } = await installed("@veramo/kms-local");

const KEY_TYPES = { Ed25519: "Ed25519", X25519: "X25519", secp256k1: "Secp256k1", "P-256": "Secp256r1" };
const hex = (text) => Buffer.from(text, "base64url").toString("hex");

/** A key of the request as Veramo stores it; its Ed25519 secrets end with the public key. */
function imported(jwk) {
  const secret = jwk.crv === "Ed25519" ? hex(jwk.d) + hex(jwk.x) : hex(jwk.d);
  return { kid: jwk.kid, type: KEY_TYPES[jwk.crv], kms: "local", privateKeyHex: secret };
}

// what an agent sent last, in the place of an endpoint
let sent = null;
const transport = {
  id: "pipe",
  isServiceSupported: (service) => !String(service.serviceEndpoint.uri).startsWith("did:"),
  async send(_service, message) {
    sent = message;
    return {};
  },
};

/** An agent that resolves the documents of the request and manages the DIDs of its secrets. */
async function agent(request) {
  const resolver = {
    async resolve(url) {
      const didDocument = request.documents[url.split("#")[0]] ?? null;
      return { didDocument, didDocumentMetadata: {}, didResolutionMetadata: {} };
    },
  };
  const made = createAgent({
    plugins: [
      new DIDComm({ transports: [transport] }),
      new DIDResolverPlugin({ resolver }),
      new KeyManager({
        store: new MemoryKeyStore(),
        kms: { local: new KeyManagementSystem(new MemoryPrivateKeyStore()) },
      }),
      new DIDManager({ providers: {}, defaultProvider: "request", store: new MemoryDIDStore() }),
    ],
  });
  const usable = request.secrets.filter((jwk) => jwk.crv in KEY_TYPES);
  for (const did of new Set(usable.map(owner))) {
    const keys = usable.filter((jwk) => owner(jwk) === did).map(imported);
    await made.didManagerImport({ did, provider: "request", keys });
  }
  return made;
}

const owner = (jwk) => jwk.kid.split("#")[0];

async function pack(request, packing, options) {
  const made = await agent(request);
  const { message } = request;
  const packed = await made.packDIDCommMessage({ packing, message, options });
  if (!request.forward) return packed.message;
  sent = null;
  await made.sendDIDCommMessage({
    packedMessage: packed,
    messageId: message.id,
    recipientDidUrl: request.to,
  });
  return sent;
}

const COMMANDS = {
  async hello() {
    return {
      Node: process.versions.node,
      "npm @veramo/did-comm": version("@veramo/did-comm"),
      "npm did-jwt": version("did-jwt"),
    };
  },

  async pack_plaintext(request) {
    return pack(request, "none");
  },

  async pack_signed(request) {
    return pack(request, "jws");
  },

  async pack_encrypted(request) {
    return pack(request, request.frm ? "authcrypt" : "anoncrypt", {
      enc: request.frm ? (request.auth_enc ?? "A256GCM") : request.enc,
    });
  },

  /** What a mediator reads: to whom it passes the message on, and the message. */
  async unpack_forward(request) {
    const { message } = await (await agent(request)).unpackDIDCommMessage({ message: request.packed });
    const [attachment] = message.attachments;
    return { next: message.body.next, forwarded: JSON.stringify(attachment.data.json) };
  },

  async unpack(request) {
    const { message, metaData } = await (await agent(request)).unpackDIDCommMessage({ message: request.packed });
    const encrypted = ["authcrypt", "anoncrypt"].includes(metaData.packing);
    const authenticated = ["authcrypt", "jws"].includes(metaData.packing);
    const signed = metaData.packing === "jws";
    return {
      message,
      metadata: { encrypted, authenticated, non_repudiation: signed, anonymous_sender: encrypted && !authenticated },
    };
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  let reply;
  try {
    reply = { result: await COMMANDS[request.command](request) };
  } catch (error) {
    reply = { error: { type: error?.name ?? "Error", text: error?.message ?? String(error) } };
  }
  process.stdout.write(`${JSON.stringify(reply)}\n`);
}
