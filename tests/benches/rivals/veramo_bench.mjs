// npm @veramo/did-comm, measured; knows nothing of pydidcomm.
// Run as `node veramo_bench.mjs FOLDER`, the folder in which it is installed. The first line in is the fixture; each
// further one is a count and an operation, as in serving.py. It reads no authcrypt and no signature of the others: what it
// unpacks is packed for it.

import { createInterface } from "node:readline";

import { load } from "../../interop/veramo/library.mjs";
import { answer } from "./timing.js";

const agentWith = await load(process.argv[2]);

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

let agent;
let fixture;
const calls = new Map();
for await (const line of createInterface({ input: process.stdin })) {
  if (!fixture) {
    fixture = JSON.parse(line);
    agent = await agentWith(fixture.documents, fixture.secrets);
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
