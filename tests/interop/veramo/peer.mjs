// npm @veramo/did-comm behind a pipe: one JSON request a line in, one JSON answer a line out.
// Run as `node peer.mjs FOLDER`, the folder in which package.json is installed.
// An agent is made for each request: it holds the secrets and resolves the documents of the request.

import { readFileSync } from "node:fs";
import { resolve } from "node:path";

import { serve } from "../answers.js";
import { load } from "./library.mjs";

const HOME = process.argv[2];
const version = (name) =>
  JSON.parse(readFileSync(resolve(HOME, "node_modules", name, "package.json"), "utf8")).version;
const agentWith = await load(HOME);

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

const agent = (request) => agentWith(request.documents, request.secrets, [transport]);

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

await serve(COMMANDS);
