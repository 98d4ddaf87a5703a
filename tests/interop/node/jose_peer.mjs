// npm jose behind a pipe: one JSON request a line in, one JSON answer a line out.
// Run as `node jose_peer.mjs FOLDER`, the folder in which package.json is installed.
// What a generic JOSE library does not have is written here, as a program over it would.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

import { serve } from "../answers.js";

const HOME = resolve(process.argv[2], "node_modules", "jose");
const PACKAGE = JSON.parse(readFileSync(resolve(HOME, "package.json"), "utf8"));
const ENTRY = PACKAGE.exports["."].import ?? PACKAGE.exports["."].default ?? PACKAGE.main;
const jose = await import(pathToFileURL(resolve(HOME, ENTRY)).href);

const ALGORITHMS = { Ed25519: "EdDSA", "P-256": "ES256", "P-384": "ES384", "P-521": "ES512" };
const encode = (text) => new TextEncoder().encode(text);
const decode = (bytes) => new TextDecoder().decode(bytes);
const header = (text) => JSON.parse(decode(jose.base64url.decode(text)));

/** The public keys of a DID for one relationship, as JWKs with their kid. */
function keys(request, did, relationship) {
  const document = request.documents[did];
  return document[relationship].map((kid) => ({
    ...document.verificationMethod.find((method) => method.id === kid).publicKeyJwk,
    kid,
  }));
}

function keyOf(request, kid, relationship) {
  return keys(request, kid.split("#")[0], relationship).find((jwk) => jwk.kid === kid);
}

async function signed(request, plaintext) {
  const [{ kid, crv }] = keys(request, request.sign_frm, "authentication");
  const secret = request.secrets.find((jwk) => jwk.kid === kid);
  const alg = ALGORITHMS[crv];
  const sign = new jose.GeneralSign(encode(plaintext));
  sign
    .addSignature(await jose.importJWK(secret, alg))
    .setProtectedHeader({ typ: "application/didcomm-signed+json", alg })
    .setUnprotectedHeader({ kid });
  return JSON.stringify(await sign.sign());
}

async function encrypted(request, plaintext) {
  const [recipient] = keys(request, request.to, "keyAgreement");
  const apv = createHash("sha256").update(recipient.kid).digest();
  const encrypt = new jose.FlattenedEncrypt(encode(plaintext))
    .setProtectedHeader({
      typ: "application/didcomm-encrypted+json",
      alg: "ECDH-ES+A256KW",
      enc: request.enc,
    })
    .setUnprotectedHeader({ kid: recipient.kid })
    .setKeyManagementParameters({ apv });
  const flat = await encrypt.encrypt(await jose.importJWK(recipient, "ECDH-ES+A256KW"));
  const { encrypted_key: key, header: own, unprotected, ...rest } = flat;
  return JSON.stringify({ ...rest, recipients: [{ header: own ?? unprotected, encrypted_key: key }] });
}

const COMMANDS = {
  async hello() {
    return { Node: process.versions.node, "npm jose": PACKAGE.version };
  },

  async pack_plaintext(request) {
    return JSON.stringify({ typ: "application/didcomm-plain+json", ...request.message });
  },

  async pack_signed(request) {
    return signed(request, await COMMANDS.pack_plaintext(request));
  },

  async pack_encrypted(request) {
    const inner = request.sign_frm ? COMMANDS.pack_signed : COMMANDS.pack_plaintext;
    return encrypted(request, await inner(request));
  },

  async unpack(request) {
    const held = new Map(request.secrets.map((jwk) => [jwk.kid, jwk]));
    const facts = { encrypted: false, authenticated: false, non_repudiation: false, anonymous_sender: false };
    let packed = request.packed;
    for (;;) {
      const layer = JSON.parse(packed);
      if (layer.ciphertext) {
        const { enc } = header(layer.protected);
        const kids = layer.recipients.map((recipient) => recipient.header.kid);
        const secret = held.get(kids.find((kid) => held.has(kid)));
        const key = await jose.importJWK(secret, "ECDH-ES+A256KW");
        const opened = await jose.generalDecrypt(layer, key);
        packed = decode(opened.plaintext);
        Object.assign(facts, {
          encrypted: true,
          anonymous_sender: true,
          encrypted_to: kids,
          enc_alg_anon: enc,
        });
      } else if (layer.signatures) {
        const [signature] = layer.signatures;
        const { alg, kid: inside } = header(signature.protected);
        const kid = signature.header?.kid ?? inside;
        const key = await jose.importJWK(keyOf(request, kid, "authentication"), alg);
        packed = decode((await jose.generalVerify(layer, key)).payload);
        Object.assign(facts, {
          authenticated: true,
          non_repudiation: true,
          sign_from: kid,
          sign_alg: alg,
        });
      } else {
        return { message: layer, metadata: facts };
      }
    }
  },
};

await serve(COMMANDS);
