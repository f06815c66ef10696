import { Worker, isMainThread, parentPort, workerData } from "node:worker_threads";
import * as assessments from "assessments-edge";
import { onServer } from "./on-server.mjs";

if (isMainThread) {
  const api = process.argv[2];
  const main = await onServer(assessments, api);
  const thread = new Worker(new URL(import.meta.url), { workerData: api });
  const worker = await new Promise((resolve, reject) => {
    thread.once("message", resolve).once("error", reject);
  });
  console.log(JSON.stringify({ main, worker }));
} else {
  parentPort.postMessage(await onServer(assessments, workerData));
}
