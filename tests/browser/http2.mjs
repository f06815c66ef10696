// HTTP/2 in front of the Worker, as the platform speaks it: workerd itself speaks HTTP/1.1.
// It counts what passes, and can be a slow line, whoever asks: what DevTools does to a page
// does not reach its service worker.

import { Agent, request as httpRequest } from "node:http";
import { constants, createSecureServer } from "node:http2";
import { setTimeout as wait } from "node:timers/promises";
import { listen } from "../listen.mjs";
import { selfSigned } from "./certificate.mjs";

const { HTTP2_HEADER_METHOD, HTTP2_HEADER_PATH, HTTP2_HEADER_STATUS } = constants;
/** Headers that are of a connection, which HTTP/2 has no use for. */
const OF_CONNECTION = [
  "connection",
  "keep-alive",
  "transfer-encoding",
  "proxy-connection",
  "upgrade",
];

/**
 * @param {string} target The origin of the Worker.
 */
export async function startHttp2(target) {
  const { hostname, port, host } = new URL(target);
  const agent = new Agent({ keepAlive: true });
  /** @type {{ path: string, bytes: number }[]} */
  const passed = [];
  const front = {
    /** @type {typeof import("./network.mjs").SLOW_3G | undefined} */
    line: undefined,
  };
  /** When the line has carried all that was given to it. */
  let isFreeAt = 0;
  /** Answers as fast as the line is: its latency first, and what all answers share of it. */
  const pass = async (answer, { stream, entry, respond }) => {
    const { line } = front;
    if (line) await wait(line.latency);
    if (stream.destroyed) return answer.resume();
    respond();
    for await (const bytes of answer) {
      entry.bytes += bytes.length;
      if (line) {
        isFreeAt =
          Math.max(isFreeAt, Date.now()) + (bytes.length / line.downloadThroughput) * 1_000;
        await wait(isFreeAt - Date.now());
      }
      if (stream.destroyed) return undefined;
      stream.write(bytes);
    }
    return stream.end();
  };
  const { spki, ...certificate } = selfSigned();
  const server = createSecureServer(certificate);
  server.on("stream", (stream, headers) => {
    const path = String(headers[HTTP2_HEADER_PATH]);
    const entry = { path, bytes: 0 };
    passed.push(entry);
    const given = Object.entries(headers).filter(([name]) => !name.startsWith(":"));
    const asked = httpRequest(
      {
        ...{ agent, hostname, port, path },
        method: String(headers[HTTP2_HEADER_METHOD]),
        headers: { ...Object.fromEntries(given), host },
      },
      (answer) => {
        const kept = Object.entries(answer.headers).filter(
          ([name]) => !OF_CONNECTION.includes(name),
        );
        const respond = () =>
          stream.respond({ ...Object.fromEntries(kept), [HTTP2_HEADER_STATUS]: answer.statusCode });
        pass(answer, { stream, entry, respond }).catch(() => stream.destroy());
      },
    );
    asked.on("error", () => stream.destroy());
    // Whoever asked has gone.
    stream.on("error", () => asked.destroy());
    stream.pipe(asked);
  });
  /** @type {Set<import("node:http2").ServerHttp2Session>} */
  const sessions = new Set();
  server.on("session", (session) => {
    sessions.add(session);
    session.on("close", () => sessions.delete(session));
  });
  const url = `https://localhost:${await listen(server)}`;
  return Object.assign(front, {
    url,
    /** How a browser is told that its certificate is good: what has a fault is not cached. */
    flag: `--ignore-certificate-errors-spki-list=${spki}`,
    /** What has passed since that was asked last. */
    passed: () => passed.splice(0),
    close() {
      for (const session of sessions) session.destroy();
      server.close();
      agent.destroy();
    },
  });
}
