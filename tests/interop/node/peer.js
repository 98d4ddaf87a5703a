// npm didcomm-node behind a pipe: one JSON request a line in, one JSON answer a line out.
// Run as `node peer.js FOLDER`, the folder in which package.json is installed.

const { createRequire } = require("node:module");
const { resolve } = require("node:path");

const { serve } = require("../answers.js");

const installed = createRequire(resolve(process.argv[2], "package.json"));
const { FromPrior, Message } = installed("didcomm-node");

const ALGORITHMS = {
  "A256CBC-HS512": "A256cbcHs512EcdhEsA256kw",
  A256GCM: "A256gcmEcdhEsA256kw",
  XC20P: "Xc20pEcdhEsA256kw",
};
const ENC = Object.fromEntries(Object.entries(ALGORITHMS).map(([enc, name]) => [name, enc]));

/** The documents of the request; the package wants a list of services in each. */
function documents(request) {
  return {
    async resolve(did) {
      const document = request.documents[did];
      return document ? { service: [], ...document } : null;
    },
  };
}

/** The secrets of the request: JWKs with their `kid`. */
function secrets(request) {
  const held = new Map(request.secrets.map((jwk) => [jwk.kid, jwk]));
  const secret = (kid) => ({ id: kid, type: "JsonWebKey2020", privateKeyJwk: held.get(kid) });
  return {
    async get_secret(kid) {
      return held.has(kid) ? secret(kid) : null;
    },
    async find_secrets(kids) {
      return kids.filter((kid) => held.has(kid));
    },
  };
}

/** The message of the request; the claims in its `from_prior` are signed. */
async function message(request) {
  const { from_prior: claims, ...headers } = request.message;
  const plaintext = { typ: "application/didcomm-plain+json", ...headers };
  if (claims) {
    const prior = new FromPrior(claims);
    [plaintext.from_prior] = await prior.pack(null, documents(request), secrets(request));
  }
  return new Message(plaintext);
}

async function opened(request, rewrapped) {
  return Message.unpack(request.packed, documents(request), secrets(request), {
    expect_decrypt_by_all_keys: request.all_keys ?? false,
    unwrap_re_wrapping_forward: rewrapped,
  });
}

const COMMANDS = {
  async hello() {
    return { "npm didcomm-node": installed("didcomm-node/package.json").version };
  },

  async pack_plaintext(request) {
    return (await message(request)).pack_plaintext(documents(request));
  },

  async pack_signed(request) {
    const plaintext = await message(request);
    const [packed] = await plaintext.pack_signed(request.sign_frm, documents(request), secrets(request));
    return packed;
  },

  async pack_encrypted(request) {
    const plaintext = await message(request);
    const { to, frm, sign_frm: signer } = request;
    const options = {
      protect_sender: request.protect,
      forward: request.forward,
      enc_alg_anon: ALGORITHMS[request.enc],
    };
    const [packed] = await plaintext.pack_encrypted(
      to,
      frm,
      signer,
      documents(request),
      secrets(request),
      options,
    );
    return packed;
  },

  async unpack(request) {
    const [plaintext, metadata] = await opened(request, true);
    const { encrypted_from_kid, encrypted_to_kids, enc_alg_auth, enc_alg_anon, ...facts } = metadata;
    const value = plaintext.as_value();
    if (metadata.from_prior) value.from_prior = metadata.from_prior;
    return {
      message: value,
      metadata: {
        ...facts,
        encrypted_from: encrypted_from_kid,
        encrypted_to: encrypted_to_kids,
        enc_alg_auth: enc_alg_auth && "A256CBC-HS512",
        enc_alg_anon: ENC[enc_alg_anon],
      },
    };
  },

  /** What a mediator reads: to whom it passes the message on, and the message. */
  async unpack_forward(request) {
    const [plaintext] = await opened(request, false);
    const forward = plaintext.try_parse_forward();
    if (!forward) throw new TypeError("no forward message");
    return { next: forward.next, forwarded: JSON.stringify(forward.forwarded_msg) };
  },
};

serve(COMMANDS);
