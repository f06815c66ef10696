// The replacements of `fetch` that npm has for Node.js.

import * as assessments from "assessments-edge";
import nodeFetch from "node-fetch";
import * as undici from "undici";
import { onServer } from "./on-server.mjs";
import { useIt } from "./use-it.mjs";

const [, , which, api] = process.argv;
const fetch = { "node-fetch": nodeFetch, undici: undici.fetch }[which];
const { AssessmentsClient } = assessments;
class Client extends AssessmentsClient {
  constructor(options) {
    super({ ...options, fetch });
  }
}
const used = await useIt({ ...assessments, AssessmentsClient: Client }, api);
console.log(JSON.stringify({ used, main: await onServer(assessments, api, { fetch }) }));
