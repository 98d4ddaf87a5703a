// npm @veramo/did-comm as a mediator behind a pipe: one JSON request a line in, one JSON answer a line out.
// Only its database of messages is replaced, by a map, and its HTTP server, by that of Node.js.

import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createAgent } from "@veramo/core";
import * as didcomm from "@veramo/did-comm";
import { KeyValueStore } from "@veramo/kv-store";
import { MediationManagerPlugin } from "@veramo/mediation-manager";

import { serve } from "./answers.js";
import { plugins } from "./plugins.mjs";

const saved = new Map();

/** Whether a message has what each of the conditions of a query says. */
function fits(message, where) {
  return where.every(({ column, value, op }) => {
    const found = message[column] ?? "";
    return op === "Like" ? value.some((each) => found.startsWith(each.slice(0, -1))) : value.includes(found);
  });
}

const found = ({ where }) => [...saved.values()].filter((message) => fits(message, where));

const database = {
  methods: {
    async dataStoreSaveMessage({ message }) {
      saved.set(message.id, message);
      return message.id;
    },
    async dataStoreGetMessage({ id }) {
      return saved.get(id);
    },
    async dataStoreDeleteMessage({ id }) {
      return saved.delete(id);
    },
    async dataStoreORMGetMessages(query) {
      return found(query).slice(0, query.take);
    },
    async dataStoreORMGetMessagesCount(query) {
      return found(query).length;
    },
  },
};

const map = () => new KeyValueStore({ namespace: "mediation", store: new Map() });

const agent = createAgent({
  plugins: [
    ...plugins(
      new didcomm.CoordinateMediationV3MediatorMessageHandler(),
      new didcomm.PickupMediatorMessageHandler(),
      new didcomm.RoutingMessageHandler(),
    ),
    new MediationManagerPlugin(true, map(), map(), map()),
    database,
  ],
});

/** As the router of @veramo/remote-server answers. */
async function receive(request, response) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  try {
    const message = await agent.handleMessage({ raw: Buffer.concat(chunks).toString(), save: false });
    const back = message?.metaData?.find((each) => each.type === "ReturnRouteResponse");
    if (!back?.value) return response.writeHead(202).end();
    const { contentType, message: body } = JSON.parse(back.value);
    return response.writeHead(200, { "content-type": contentType }).end(body);
  } catch (error) {
    return response.writeHead(400).end(error.message);
  }
}

const COMMANDS = {
  async hello() {
    const { version } = JSON.parse(readFileSync("node_modules/@veramo/did-comm/package.json"));
    return { Node: process.versions.node, "npm @veramo/did-comm": version };
  },

  /** The DID of a mediator on loopback. */
  async serve() {
    const server = createServer(receive);
    await new Promise((settle) => server.listen(0, "127.0.0.1", settle));
    const serviceEndpoint = `http://127.0.0.1:${server.address().port}/`;
    const service = { id: "#didcomm", type: "DIDCommMessaging", serviceEndpoint };
    return await agent.didManagerCreate({ options: { num_algo: 2, service } });
  },

  /** How many envelopes wait to be fetched. */
  async waiting() {
    const where = [{ column: "type", value: [didcomm.QUEUE_MESSAGE_TYPE], op: "In" }];
    return { count: found({ where }).length };
  },
};

await serve(COMMANDS, (error) => error.message);
process.exit(0);
