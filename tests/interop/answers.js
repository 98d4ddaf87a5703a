// The end of the pipe in a peer of Node.js: one JSON request a line in, one JSON answer a line out.

const { createInterface } = require("node:readline");

async function answer(commands, line) {
  const request = JSON.parse(line);
  try {
    return { result: await commands[request.command](request) };
  } catch (error) {
    return { error: { type: error?.name ?? "Error", text: error?.message ?? String(error) } };
  }
}

/** Answers each line of standard input by the command that it names. */
exports.serve = async function serve(commands) {
  for await (const line of createInterface({ input: process.stdin })) {
    process.stdout.write(`${JSON.stringify(await answer(commands, line))}\n`);
  }
};
