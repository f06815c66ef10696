// A server of tools whose one tool takes a create request, and what a client is told of it.

import { InMemoryTransport, McpServer } from "@modelcontextprotocol/server";
import { createAssessmentSchema } from "assessments-edge";

const server = new McpServer({ name: "assessments", version: "1.0.0" });
server.registerTool(
  "create_assessment",
  { description: "Starts an assessment.", inputSchema: createAssessmentSchema },
  async (request) => ({ content: [{ type: "text", text: JSON.stringify(request) }] }),
);
const [client, ours] = InMemoryTransport.createLinkedPair();
const answers = new Map();
client.onmessage = (message) => answers.get(message.id)?.(message);
await client.start();
await server.connect(ours);

let next = 0;
async function ask(method, params) {
  const id = next++;
  const answered = new Promise((resolve) => answers.set(id, resolve));
  await client.send({ jsonrpc: "2.0", id, method, params });
  return (await answered).result;
}
await ask("initialize", {
  protocolVersion: "2025-06-18",
  capabilities: {},
  clientInfo: { name: "test", version: "1.0.0" },
});
await client.send({ jsonrpc: "2.0", method: "notifications/initialized" });
const call = (body) => ask("tools/call", { name: "create_assessment", arguments: body });

const vendor_id = "cbvndr_bdbb39ff21c65aa009a055bb64bf3703";
const { tools } = await ask("tools/list", {});
const good = await call({ vendor_id, control_set_ids: [], name: null });
const bad = await call({ vendor_id: "cbsvc_61e37ff4d9e534d6009b8810cbda280a", control_set_ids: [] });
console.log(JSON.stringify({ schema: tools[0].inputSchema, good, bad }));
await server.close();
