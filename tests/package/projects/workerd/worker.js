import * as assessments from "assessments-edge";
import { read } from "./on-server.mjs";
import { useIt } from "./use-it.mjs";

const ASSESSMENT = {
  id: "cbqsrw_0128e42c9f5c076efa5c191794409293",
  vendor_id: "cbvndr_bdbb39ff21c65aa009a055bb64bf3703",
  name: "Q2",
  status: "created",
  control_set_ids: [],
  service_ids: [],
  assignee_id: null,
  score_percent: null,
  findings_count: 0,
  initiated_at: null,
  custom_fields: [],
  created_at: 1_760_000_000,
  updated_at: 1_760_000_000,
};

/** A binding's `fetch` alone and with its owner; the binding is to this Worker itself. */
async function bound({ API }) {
  const baseUrl = "https://api.example";
  const fetch = (url, init) => API.fetch(url, init);
  return {
    alone: await read(assessments, { baseUrl, fetch: API.fetch, maxRetries: 4 }),
    owned: await read(assessments, { baseUrl, fetch }),
    redirected: await read(assessments, { baseUrl: `${baseUrl}/away`, fetch }),
  };
}

export default {
  async fetch(request, env) {
    const { pathname, searchParams } = new URL(request.url);
    const api = searchParams.get("api");
    if (pathname === "/server") {
      const key = await read(assessments, { baseUrl: api, token: "ak_live_example" });
      return Response.json({ key, ...(await bound(env)) });
    }
    if (pathname.startsWith("/away/")) return Response.redirect("https://elsewhere.example/", 307);
    if (pathname.startsWith("/v1/")) return Response.json(ASSESSMENT);
    return Response.json(await useIt(assessments, api));
  },
};
