// The demo's year as a test imports it: with its analyser running, at a port of the test's.

import { spawn } from "node:child_process";
import { connect } from "node:net";
import { join } from "node:path";
import { ROOT } from "./http/harness.mjs";
import { freePort } from "./listen.mjs";
import { until } from "./http/workflow-support.mjs";

const ANALYSER = "http://127.0.0.1:8788";

/** Whether a server listens there. */
const isListening = (port) =>
  new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => resolve(false));
    socket.on("connect", () => {
      socket.destroy();
      resolve(true);
    });
  });

/** Starts the analyser for an organization; answers the file to import, and what ends it. */
export async function withAnalyser(org) {
  const port = await freePort();
  const { signing_secret: secret } = org.workflows[0];
  const file = join(ROOT, "worker/demo/analyser.mjs");
  const another = "a secret of some other customer, long enough";
  const analyser = spawn(process.execPath, [file, String(port), another, secret], {
    stdio: "inherit",
  });
  // A call that finds nobody there is not repeated for half a minute.
  await until("the analyser to listen", () => isListening(port));
  const text = JSON.stringify({ orgs: [org] });
  return {
    data: JSON.parse(text.replaceAll(ANALYSER, `http://127.0.0.1:${port}`)),
    close: () => analyser.kill(),
  };
}
