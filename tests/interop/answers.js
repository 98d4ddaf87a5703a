// The end of the pipe in a peer of Node.js: one JSON request a line in, one JSON answer a line out.

const { createInterface } = require("node:readline");

const textOf = (error) => error?.message ?? String(error);

async function answer(commands, line, described) {
  const request = JSON.parse(line);
  try {
    return { result: await commands[request.command](request) };
  } catch (error) {
    return { error: { type: error?.name ?? "Error", text: described(error) } };
  }
}

/** Answers each line of standard input by the command that it names; `described` makes the text of an error. */
exports.serve = async function serve(commands, described = textOf) {
  for await (const line of createInterface({ input: process.stdin })) {
    process.stdout.write(`${JSON.stringify(await answer(commands, line, described))}\n`);
  }
};
