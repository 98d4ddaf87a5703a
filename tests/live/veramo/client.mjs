// npm @veramo/did-comm behind a pipe: one JSON request a line in, one JSON answer a line out.
// It runs from a copy in the folder in which package.json is installed. Only its database of messages is replaced, by
// a map.

import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { createAgent } from "@veramo/core";
import * as didcomm from "@veramo/did-comm";

import { serve } from "./answers.js";
import { plugins } from "./plugins.mjs";

const SECONDS = 10;
const PERIOD = 500;
const heard = [];
let agent;
let own;
let mediator;
let fetching = false;

const saved = new Map();
const database = {
  methods: {
    async dataStoreSaveMessage({ message }) {
      saved.set(message.id, message);
      return message.id;
    },
    async dataStoreGetMessage({ id }) {
      return saved.get(id);
    },
  },
};

const listener = {
  eventTypes: ["DIDCommV2Message-received"],
  async onEvent({ data }) {
    heard.push(data.message);
  },
};

function newAgent() {
  return createAgent({
    plugins: [
      ...plugins(
        new didcomm.CoordinateMediationV3RecipientMessageHandler(),
        new didcomm.PickupRecipientMessageHandler(),
      ),
      database,
      listener,
    ],
  });
}

/** A message to a DID; returns what came back on the connection. */
async function send(message, to) {
  await agent.dataStoreSaveMessage({ message: { ...message, to } });
  const packedMessage = await agent.packDIDCommMessage({ packing: "authcrypt", message });
  const sent = await agent.sendDIDCommMessage({ messageId: message.id, packedMessage, recipientDidUrl: to });
  const back = sent.returnMessage;
  return back ? { type: back.type, thid: back.threadId, from: back.from, body: back.data } : null;
}

/** Fetch what waits at the mediator, again and again. */
async function fetchAll() {
  while (fetching) {
    try {
      await send(didcomm.createV3DeliveryRequestMessage(own, mediator), mediator);
    } catch {
      // the mediator is asked again
    }
    await new Promise((settle) => setTimeout(settle, PERIOD));
  }
}

async function eventually(find, what) {
  const end = Date.now() + SECONDS * 1000;
  while (Date.now() < end) {
    const found = find();
    if (found) return found;
    await new Promise((settle) => setTimeout(settle, 200));
  }
  throw new Error(`no ${what} within ${SECONDS} s`);
}

const COMMANDS = {
  async hello() {
    const { version } = JSON.parse(readFileSync("node_modules/@veramo/did-comm/package.json"));
    return { Node: process.versions.node, "npm @veramo/did-comm": version };
  },

  /** A wallet of a mediator; its DID for a peer is registered there. */
  async mediate(request) {
    agent = newAgent();
    mediator = request.mediator;
    own = (await agent.didManagerCreate({ options: { num_algo: 2 } })).did;
    const grant = await send(didcomm.createV3MediateRequestMessage(own, mediator), mediator);
    if (!grant?.type?.endsWith("/mediate-grant")) throw new Error(`not a grant: ${JSON.stringify(grant)}`);
    const service = { id: "#didcomm", type: "DIDCommMessaging", serviceEndpoint: grant.body.routing_did[0] };
    const { did } = await agent.didManagerCreate({ options: { num_algo: 2, service } });
    const updates = [{ recipient_did: did, action: "add" }];
    const updated = await send(didcomm.createV3RecipientUpdateMessage(own, mediator, updates), mediator);
    if (updated?.body?.updated?.[0]?.result !== "success") throw new Error(JSON.stringify(updated));
    fetching = true;
    void fetchAll();
    return { did };
  },

  async send({ to, type, body, did }) {
    const message = { id: randomUUID(), type, body, from: did, to: [to], return_route: "all" };
    return { id: message.id, answer: await send(message, to) };
  },

  async receive({ type, thid }) {
    const found = await eventually(
      () => heard.find((each) => each.type === type && (!thid || each.thid === thid)),
      type,
    );
    heard.splice(heard.indexOf(found), 1);
    return { type: found.type, from: found.from, body: found.body };
  },

  async stop() {
    fetching = false;
    return {};
  },
};

// "fetch failed" says little without its causes
const described = (error) =>
  [error, error?.cause, ...(error?.cause?.errors ?? [])]
    .filter(Boolean)
    .map((each) => each.message)
    .join(": ");

await serve(COMMANDS, described);
process.exit(0);
