// npm didcomm-node, measured; knows nothing of pydidcomm.
// Run as `node node_bench.js FOLDER`, the folder in which didcomm-node is installed. The first line in is the
// fixture; each further one is a count and an operation, as in serving.py.

const { createInterface } = require("node:readline");
const { createRequire } = require("node:module");
const { resolve } = require("node:path");
const { answer } = require("./timing.js");

const installed = createRequire(resolve(process.argv[2], "package.json"));
const { Message } = installed("didcomm-node");

const ALGORITHMS = {
  "A256CBC-HS512": "A256cbcHs512EcdhEsA256kw",
  A256GCM: "A256gcmEcdhEsA256kw",
  XC20P: "Xc20pEcdhEsA256kw",
};

/** Both resolvers; the package wants a list of services in each document. */
function resolvers(fixture) {
  const documents = new Map(
    Object.entries(fixture.documents).map(([did, document]) => [did, { service: [], ...document }]),
  );
  const secrets = new Map(
    fixture.secrets.map((jwk) => [jwk.kid, { id: jwk.kid, type: "JsonWebKey2020", privateKeyJwk: jwk }]),
  );
  return [
    { resolve: async (did) => documents.get(did) ?? null },
    {
      get_secret: async (kid) => secrets.get(kid) ?? null,
      find_secrets: async (kids) => kids.filter((kid) => secrets.has(kid)),
    },
  ];
}

function prepare(fixture, [dids, secrets], operation) {
  const { kind, to, frm, enc, packed } = operation;
  switch (kind) {
    case "pack": {
      const message = new Message(operation.message);
      const options = { protect_sender: operation.protect, forward: false, enc_alg_anon: ALGORITHMS[enc] };
      return async () => (await message.pack_encrypted(to, frm ?? null, null, dids, secrets, options))[0];
    }
    case "sign": {
      const message = new Message(operation.message);
      return async () => (await message.pack_signed(operation.sign_frm, dids, secrets))[0];
    }
    case "unpack":
    case "verify":
      // the body is read: until then the message lies in the memory of WASM
      return async () => (await Message.unpack(packed, dids, secrets, {}))[0].as_value();
    case "wrap":
      return () => Message.wrap_in_forward(packed, {}, to, [operation.mediator], ALGORITHMS[enc], dids);
    default:
      throw new Error("no did:peer in the package");
  }
}

async function main() {
  let fixture;
  let found;
  const calls = new Map();
  for await (const line of createInterface({ input: process.stdin })) {
    if (!fixture) {
      fixture = JSON.parse(line);
      found = resolvers(fixture);
      continue;
    }
    const [, count, name] = line.match(/^(\d+) (.*)$/);
    let reply;
    try {
      if (!calls.has(name)) calls.set(name, prepare(fixture, found, fixture.operations[name]));
      reply = await answer(calls.get(name), Number(count));
    } catch (error) {
      reply = { error: `${error?.name ?? "Error"}: ${error?.message ?? error}`.slice(0, 200) };
    }
    process.stdout.write(`${JSON.stringify(reply)}\n`);
  }
}

main();
