"use strict";
// limits of what is shown; the rest is only counted
const LONGEST = 64 * 1024 * 1024, MOST_LAYERS = 16, MOST_ROWS = 50, MOST_CHARACTERS = 2000;
const MODES = { "ECDH-1PU": "authcrypt: names its sender", "ECDH-ES": "anoncrypt: names no sender" };
const HEADERS = ["typ", "type", "id", "thid", "pthid", "from", "to", "created_time", "expires_time", "please_ack", "ack", "lang"];

const isObject = value => value !== null && typeof value === "object" && !Array.isArray(value);
const size = text => new TextEncoder().encode(text).length;
const bytes = count => `${count.toLocaleString("en")} bytes`;

/** The bytes of base64url, or null. */
function decoded(text) {
  if (typeof text !== "string" || /[^A-Za-z0-9_=-]/.test(text)) return null;
  try {
    return Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/").replace(/=+$/, "")), one => one.charCodeAt(0));
  } catch {
    return null;
  }
}

/** The text of base64url, or null. */
function textOf(encoded) {
  const found = decoded(encoded);
  try {
    return found && new TextDecoder("utf-8", { fatal: true }).decode(found);
  } catch {
    return null;
  }
}

/** The JSON object of base64url, or an empty object. */
function objectOf(encoded) {
  try {
    const found = JSON.parse(textOf(encoded));
    return isObject(found) ? found : {};
  } catch {
    return {};
  }
}

/** A value for display; control characters and those that change the text direction are escaped. */
function shown(value) {
  const text = typeof value === "string" ? value : JSON.stringify(value) ?? "";
  const cut = text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text;
  return cut.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, one => `\\u{${one.codePointAt(0).toString(16)}}`);
}

/** The layers of an envelope from the outside in: each a title, a remark, rows and faults. */
async function layersOf(value, depth = 0) {
  if (depth >= MOST_LAYERS) return [{ title: "More layers", rows: [], faults: [`only ${MOST_LAYERS} are shown`] }];
  if (typeof value === "string") return layersOf(parsed(value), depth);
  if (!isObject(value)) return [{ title: "Not an envelope", rows: [], faults: ["it is not a JSON object"] }];
  if ("ciphertext" in value) return [await encrypted(value)];
  if ("payload" in value) {
    const inside = textOf(value.payload);
    const layer = signed(value, inside === null ? 0 : size(inside));
    return [layer, ...(inside === null ? [] : await layersOf(inside, depth + 1))];
  }
  return plaintext(value, depth);
}

function parsed(text) {
  const parts = text.trim().split(".");
  if (parts.length === 3 && decoded(parts[0])?.length) return { payload: parts[1], signatures: [{ protected: parts[0], signature: parts[2] }] };
  return JSON.parse(text);
}

async function encrypted(value) {
  const head = objectOf(value.protected), faults = [];
  const old = Array.isArray(head.recipients);
  const recipients = old ? head.recipients : Array.isArray(value.recipients) ? value.recipients : [value];
  const kids = recipients.map(one => one?.header?.kid).filter(kid => typeof kid === "string");
  if (!Object.keys(head).length) faults.push("protected: not base64url of a JSON object");
  if (!kids.length) faults.push("recipients: names no kid");
  const sender = head.skid ?? textOf(head.apu);
  const rows = [["typ", head.typ], ["alg", head.alg], ["enc", head.enc], ["curve", head.epk?.crv]];
  if (sender) rows.push(["claimed sender key", sender]);
  if (head.skid && textOf(head.apu) !== head.skid) faults.push("apu: not the sender key");
  if (!old && head.apv !== undefined) rows.push(["apv", await bound(head.apv, kids)]);
  rows.push(...listed("claimed recipient key", kids));
  rows.push(["content", bytes(decoded(value.ciphertext)?.length ?? 0)]);
  const mode = String(head.alg).split("+")[0];
  const remark = old ? (head.alg === "Authcrypt" ? MODES["ECDH-1PU"] : MODES["ECDH-ES"]) : MODES[mode] ?? "an unknown algorithm";
  return { title: old ? "Encrypted envelope of DIDComm v1" : "Encrypted envelope (JWE)", remark, rows, faults };
}

/** Whether `apv` is the hash of the sorted kids, if the browser allows to compute it. */
async function bound(apv, kids) {
  if (!globalThis.crypto?.subtle) return shown(apv);
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode([...kids].sort().join(".")));
  const same = decoded(apv)?.join() === new Uint8Array(digest).join();
  return same ? "binds the list of recipients" : "does not bind the list of recipients";
}

function signed(value, length) {
  const signatures = Array.isArray(value.signatures) ? value.signatures : [value];
  const rows = [], faults = [];
  for (const one of signatures.slice(0, MOST_ROWS)) {
    const head = { ...(isObject(one?.header) ? one.header : {}), ...objectOf(one?.protected) };
    rows.push(["alg", head.alg], ["claimed signer key", head.kid]);
  }
  if (signatures.length > MOST_ROWS) rows.push(["", `and ${signatures.length - MOST_ROWS} more`]);
  if (!length) faults.push("payload: not base64url of a text");
  rows.push(["content", bytes(length)]);
  return { title: "Signed envelope (JWS)", remark: "readable without a key; no signature is verified", rows, faults };
}

async function plaintext(value, depth) {
  const rows = HEADERS.filter(name => name in value).map(name => [name === "from" || name === "to" ? `claimed ${name}` : name, value[name]]);
  if ("@type" in value) rows.push(["@type", value["@type"]], ["@id", value["@id"]]);
  if ("from_prior" in value) {
    const prior = objectOf(String(value.from_prior).split(".")[1]);
    rows.push(["from_prior iss", prior.iss], ["from_prior sub", prior.sub ?? "none: it ends the relationship"]);
  }
  if (typeof value.body?.next === "string") rows.push(["next hop", value.body.next]);
  if (isObject(value.body)) rows.push(["body", bytes(size(JSON.stringify(value.body)))]);
  const faults = ["id", "type"].filter(name => typeof (value[name] ?? value[`@${name}`]) !== "string").map(name => `${name}: missing`);
  const attachments = Array.isArray(value.attachments) ? value.attachments : [];
  if (attachments.length) rows.push(["attachments", String(attachments.length)]);
  const layer = { title: "Plaintext message", remark: "readable and changeable without a key", rows, faults };
  const packed = attachments.map(one => one?.data?.json ?? textOf(one?.data?.base64)).find(one => isObject(one) && ("ciphertext" in one || "payload" in one));
  return [layer, ...(packed ? await layersOf(packed, depth + 1) : [])];
}

function listed(label, values) {
  const rows = values.slice(0, MOST_ROWS).map(value => [label, value]);
  return values.length > MOST_ROWS ? [...rows, ["", `and ${values.length - MOST_ROWS} more`]] : rows;
}

function element(name, text, kind) {
  const made = document.createElement(name);
  made.textContent = text;
  if (kind) made.className = kind;
  return made;
}

function drawn({ title, remark, rows, faults }) {
  const box = element("section", "", "layer"), list = document.createElement("dl"), head = element("h2", `${title} `);
  head.append(element("small", remark ?? ""));
  for (const [label, value] of rows) {
    if (value !== undefined && value !== null) list.append(element("dt", label), element("dd", shown(value)));
  }
  box.append(head, list, ...faults.map(fault => element("p", `fault: ${fault}`, "fault")));
  return box;
}

const input = document.getElementById("envelope"), output = document.getElementById("layers");
const first = input.value;
let latest = 0;

async function show() {
  const number = ++latest, text = input.value.trim();
  document.getElementById("given").hidden = input.value !== first;
  let layers = [];
  if (text.length > LONGEST) layers = [{ title: "Too long", rows: [], faults: [`it is longer than ${bytes(LONGEST)}`] }];
  else if (text) {
    try {
      layers = await layersOf(text);
    } catch {
      layers = [{ title: "Not an envelope", rows: [], faults: ["it is not JSON: truncated, or not a message"] }];
    }
  }
  // a later input may have finished first
  if (number === latest) output.replaceChildren(...layers.map(drawn));
}

input.addEventListener("input", show);
show();
