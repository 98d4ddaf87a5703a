// npm @hyperledger/identus-sdk behind a pipe: one JSON request a line in, one JSON answer a line out.
// Run as `node peer.js FOLDER`, the folder in which package.json is installed.
// The SDK resolves did:peer:2 itself and takes no documents; its store of keys is replaced by the keys of the
// request, and everything else is its own: Apollo (keys), Castor (DIDs) and the wrapper around DIDComm.

// the SDK prints while it loads
console.log = console.info = console.debug = console.warn = console.error;

const { createRequire } = require("node:module");
const { resolve } = require("node:path");

const { serve } = require("../answers.js");

const installed = createRequire(resolve(process.argv[2], "package.json"));
const { Apollo, Castor, DIDCommWrapper, Domain } = installed("@hyperledger/identus-sdk");

const apollo = new Apollo();
const castor = new Castor(apollo);

/** The store of the SDK, with the keys of the request: one X25519 key for each did:peer. */
function pluto(request) {
  const agreement = request.secrets.filter((jwk) => jwk.crv === "X25519");
  return {
    async getAllPeerDIDs() {
      return agreement.map((jwk) => ({
        did: Domain.DID.fromString(jwk.kid.split("#")[0]),
        privateKeys: [{ keyCurve: { curve: "X25519" }, value: Buffer.from(jwk.d, "base64url") }],
      }));
    },
  };
}

const wrapper = (request) => new DIDCommWrapper(apollo, castor, pluto(request));
const did = (text) => (text ? Domain.DID.fromString(text) : undefined);

const COMMANDS = {
  async hello() {
    const { version } = installed("./node_modules/@hyperledger/identus-sdk/package.json");
    return { Node: process.versions.node, "npm @hyperledger/identus-sdk": version };
  },

  async pack_encrypted(request) {
    const { body, id, type, thid, created_time: created } = request.message;
    const from = did(request.frm);
    const message = new Domain.Message(body, id, type, from, did(request.to), [], thid, {}, created);
    return wrapper(request).packEncrypted(message, did(request.to), from);
  },

  async unpack(request) {
    const message = await wrapper(request).unpack(request.packed);
    const { id, piuri, body, thid, from, to, createdTime } = message;
    const headers = { id, type: piuri, body, thid, created_time: createdTime && Number(createdTime) };
    // the SDK has no member for a list that is absent
    headers.attachments = message.attachments;
    if (from) headers.from = from.toString();
    if (to) headers.to = [to.toString()];
    return { message: headers, metadata: {} };
  },
};

serve(COMMANDS).then(() => process.exit(0));
