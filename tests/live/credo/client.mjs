// Credo behind a pipe: one JSON request a line in, one JSON answer a line out.
// It runs from a copy in the folder in which package.json is installed. LIB_ASKAR_PATH is the folder of the native
// library of Askar, of which the package of npm is a wrapper.

import { EventEmitter } from "node:events";
import { readFileSync } from "node:fs";
// before the modules of Credo, which read it while they load
import { askar } from "@openwallet-foundation/askar-nodejs";
import { AskarModule } from "@credo-ts/askar";
import { Agent } from "@credo-ts/core";
import * as credo from "@credo-ts/didcomm";
import WebSocket from "ws";

import { serve } from "./answers.js";

// the pipe is for answers alone
console.log = console.info = console.debug = console.warn = console.error;

const SECONDS = 10;
const agents = {};

/** The place of files, of which none is read or written here. */
class NoFiles {
  dataPath = ".";
  cachePath = ".";
  tempPath = ".";
}

/** A wallet in memory without an endpoint of its own. */
async function newAgent(name, strategy) {
  const store = { id: name, key: `of ${name} in these tests`, database: { type: "sqlite", config: { inMemory: true } } };
  const agent = new Agent({
    config: {},
    dependencies: { FileSystem: NoFiles, EventEmitterClass: EventEmitter, fetch, WebSocketClass: WebSocket },
    modules: {
      askar: new AskarModule({ askar, store }),
      didcomm: new credo.DidCommModule({
        transports: { outbound: [new credo.DidCommHttpOutboundTransport(), new credo.DidCommWsOutboundTransport()] },
        connections: { autoAcceptConnections: true },
        credentials: false,
        proofs: false,
        mediator: false,
        mediationRecipient: { mediatorPickupStrategy: strategy, mediatorPollingInterval: 500 },
      }),
    },
  });
  await agent.initialize();
  return agent;
}

async function connected(agent, url, label) {
  const { connectionRecord } = await agent.modules.didcomm.oob.receiveInvitationFromUrl(url, { label });
  return agent.modules.didcomm.connections.returnWhenIsConnected(connectionRecord.id, { timeoutMs: SECONDS * 1000 });
}

/** Resolves with the first event that fits. */
function next(agent, type, fits) {
  return new Promise((settle, refuse) => {
    const late = setTimeout(() => refuse(new Error(`no ${type} within ${SECONDS} s`)), SECONDS * 1000);
    agent.events.on(type, ({ payload }) => {
      if (!fits(payload)) return;
      clearTimeout(late);
      settle(payload);
    });
  });
}

const COMMANDS = {
  async hello() {
    const { version } = JSON.parse(readFileSync("node_modules/@credo-ts/didcomm/package.json"));
    return { Node: process.versions.node, "npm @credo-ts/didcomm": version };
  },

  /** Two wallets of one mediator; `live` says how they fetch. */
  async mediate({ invitation, live }) {
    const strategies = credo.DidCommMediatorPickupStrategy;
    let last;
    for (const name of ["alice", "bob"]) {
      const agent = await newAgent(name, live ? strategies.PickUpV2LiveMode : strategies.PickUpV2);
      agents[name] = agent;
      const connection = await connected(agent, invitation, name);
      const { mediationRecipient } = agent.modules.didcomm;
      last = await mediationRecipient.provision(connection);
      await mediationRecipient.initiateMessagePickup(last);
    }
    return { state: last.state, endpoint: last.endpoint, routing_keys: last.routingKeys };
  },

  async ping() {
    const { connections, mediationRecipient } = agents.alice.modules.didcomm;
    const mediator = await mediationRecipient.findDefaultMediatorConnection();
    const answer = next(
      agents.alice,
      credo.DidCommTrustPingEventTypes.DidCommTrustPingResponseReceivedEvent,
      ({ connectionRecord }) => connectionRecord.id === mediator.id,
    );
    await connections.sendPing(mediator.id, {});
    return { type: (await answer).message.type };
  },

  async discover({ version: protocolVersion }) {
    const { discovery, mediationRecipient } = agents.alice.modules.didcomm;
    const mediator = await mediationRecipient.findDefaultMediatorConnection();
    const { features } = await discovery.queryFeatures({
      connectionId: mediator.id,
      protocolVersion,
      queries: [{ featureType: "protocol", match: "https://didcomm.org/messagepickup/2.0" }],
      awaitDisclosures: true,
      awaitDisclosuresTimeoutMs: SECONDS * 1000,
    });
    return { features: features.map(({ id }) => id) };
  },

  /** Everything between the two wallets goes through the mediator: their connection, and a message each way. */
  async talk({ text }) {
    const made = await agents.alice.modules.didcomm.oob.createInvitation({ label: "alice" });
    const bob = await connected(agents.bob, made.outOfBandInvitation.toUrl({ domain: "https://example.com" }), "bob");
    const [alice] = await agents.alice.modules.didcomm.connections.findAllByOutOfBandId(made.id);
    const found = {};
    for (const [from, to, connection] of [["bob", "alice", bob], ["alice", "bob", alice]]) {
      const heard = next(
        agents[to],
        credo.DidCommBasicMessageEventTypes.DidCommBasicMessageStateChanged,
        ({ basicMessageRecord }) => basicMessageRecord.role === credo.DidCommBasicMessageRole.Receiver,
      );
      await agents[from].modules.didcomm.basicMessages.sendMessage(connection.id, `${text} of ${from}`);
      found[to] = (await heard).message.content;
    }
    return found;
  },

  async stop() {
    for (const name of Object.keys(agents)) {
      await agents[name].shutdown();
      delete agents[name];
    }
    return {};
  },
};

// "fetch failed" says little without its causes
const described = (error) =>
  [error, error?.cause, error?.cause?.cause]
    .filter(Boolean)
    .map((each) => each.message ?? String(each))
    .join(": ");

await serve(COMMANDS, described);
process.exit(0);
