import * as assessments from "assessments-edge";
import { onServer } from "./on-server.mjs";

const api = process.argv[2];
const main = await onServer(assessments, api);
const thread = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
const worker = await new Promise((resolve, reject) => {
  thread.onmessage = ({ data }) => resolve(data);
  thread.onerror = reject;
  thread.postMessage(api);
});
thread.terminate();
console.log(JSON.stringify({ main, worker }));
