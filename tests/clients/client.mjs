// Drives the server with the official TypeScript client and prints what it saw, as one JSON object.
//
//     node client.mjs stdio PROGRAM
//     node client.mjs http URL
//
// The provider behind the server is expected to answer a debate's opening and to keep silent afterwards, so that there is something
// to call off.

import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

const QUESTION = { topic: "Should we move?", options: ["Yes", "No"] };

const [transport, place] = process.argv.slice(2);
const client = new Client({ name: "test", version: "1" });
await client.connect(
  transport === "stdio"
    ? new StdioClientTransport({ command: place, args: ["mcp"], env: process.env })
    : new StreamableHTTPClientTransport(new URL(place)),
);
const call = (name, args, options) => client.callTool({ name, arguments: args }, undefined, options);

const { tools } = await client.listTools();
const progress = [];
const onprogress = ({ progress: count, total, message }) => progress.push([count, total ?? null, message]);
const outcome = await call("start_roundtable", { ...QUESTION, rehearse: true }, { onprogress });
const session = outcome.structuredContent.session;
const wrong = await call("start_roundtable", { topic: 7 });
const { resources } = await client.listResources();
const { resourceTemplates } = await client.listResourceTemplates();
const record = await client.readResource({ uri: `roundtable://session/${session}` });
const { prompts } = await client.listPrompts();
const prompt = await client.getPrompt({ name: "adversarial", arguments: { topic: "Should we move?" } });
const missing = await client.readResource({ uri: "roundtable://session/none" }).then(
  () => null,
  (error) => error.code,
);

// Starts a debate, calls it off once the opening is over, and returns the session that is left open.
async function calledOff() {
  const abort = new AbortController();
  const onprogress = ({ message }) => {
    if (message?.includes("closed, agreement")) abort.abort("enough");
  };
  await call("start_roundtable", QUESTION, { onprogress, signal: abort.signal }).then(
    () => {
      throw new Error("the debate came to an end");
    },
    () => {},
  );
  for (let look = 0; look < 100; look += 1) {
    const { sessions } = (await call("list_sessions", { status: "open" })).structuredContent;
    if (sessions.length > 0) return sessions[0].session;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("the debate that was called off still runs");
}

const seen = {
  revision: client.transport.protocolVersion ?? null,
  server: client.getServerVersion().name,
  tools: tools.map((tool) => tool.name),
  status: outcome.structuredContent.status,
  text: outcome.content[0].text,
  wrong: wrong.structuredContent.error.message,
  wrong_is_error: wrong.isError,
  resources: resources.length,
  templates: resourceTemplates.length,
  record: record.contents[0].text,
  prompts: prompts.length,
  prompt: prompt.messages[0].content.text,
  missing,
  progress,
  left_open: await calledOff(),
};
console.log(JSON.stringify(seen));
await client.close();
