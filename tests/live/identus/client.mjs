// npm @hyperledger/identus-sdk behind a pipe: one JSON request a line in, one JSON answer a line out.
// It runs from a copy in the folder in which package.json is installed, with Node's option --experimental-websocket.
// Only the database below its store is replaced, by arrays.

import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

import { serve } from "./answers.js";

// the pipe is for answers alone; and the SDK prints while it loads
console.log = console.info = console.debug = console.warn = console.error;
const { Agent, Apollo, Domain, ListenerKey, Pluto, Store } = createRequire(import.meta.url)("@hyperledger/identus-sdk");

const SECONDS = 10;
const PERIOD = 1;

/** Whether a row fits a selector: values, `$or` and `$and`. */
function fits(row, selector) {
  return Object.entries(selector).every(([name, wanted]) => {
    if (name === "$or") return wanted.some((each) => fits(row, each));
    if (name === "$and") return wanted.every((each) => fits(row, each));
    return row[name] === wanted;
  });
}

class Arrays {
  tables = {};

  rows(table) {
    return (this.tables[table] ??= []);
  }

  async query(table, query) {
    return this.rows(table).filter((row) => fits(row, query?.selector ?? {}));
  }

  async insert(table, model) {
    this.rows(table).push({ ...model });
  }

  async update(table, model) {
    const rows = this.rows(table);
    rows[rows.findIndex((row) => row.uuid === model.uuid)] = { ...model };
  }

  async delete(table, uuid) {
    this.tables[table] = this.rows(table).filter((row) => row.uuid !== uuid);
  }
}

let agent;
const heard = [];

const did = (text) => Domain.DID.fromString(text);

async function eventually(find, what) {
  const end = Date.now() + SECONDS * 1000;
  while (Date.now() < end) {
    const found = find();
    if (found !== undefined) return found;
    await new Promise((settle) => setTimeout(settle, 50));
  }
  throw new Error(`no ${what} within ${SECONDS} s`);
}

const COMMANDS = {
  async hello() {
    const { version } = JSON.parse(readFileSync("node_modules/@hyperledger/identus-sdk/package.json"));
    return { Node: process.versions.node, "npm @hyperledger/identus-sdk": version };
  },

  /** A wallet of a mediator; its DID for a peer is registered there. */
  async mediate({ mediator, live }) {
    const apollo = new Apollo();
    const pluto = new Pluto(new Arrays(), apollo);
    agent = Agent.initialize({ pluto, apollo, mediatorDID: mediator, options: { experiments: { liveMode: live } } });
    agent.addListener(ListenerKey.MESSAGE, (messages) => heard.push(...messages));
    await agent.start();
    await agent.startFetchingMessages(PERIOD);
    await eventually(() => agent.currentMediatorDID, "grant");
    const own = await agent.createNewPeerDID([], true);
    return { did: own.toString() };
  },

  async send({ to, type, body, did: own }) {
    const message = new Domain.Message(JSON.stringify(body), randomUUID(), type, did(own), did(to), [], undefined, {
      return_route: "all",
    });
    const answer = await agent.sendMessage(message);
    return { id: message.id, answer: answer ? { type: answer.piuri, thid: answer.thid, body: answer.body } : null };
  },

  /** A message of a type, of a thread where one is named. */
  async receive({ type, thid }) {
    const found = await eventually(
      () => heard.find((each) => each.piuri === type && (!thid || each.thid === thid)),
      type,
    );
    heard.splice(heard.indexOf(found), 1);
    return { type: found.piuri, from: found.from.toString(), body: found.body };
  },

  async stop() {
    await agent?.stop();
    agent = undefined;
    return {};
  },
};

await serve(COMMANDS);
process.exit(0);
