import * as assessments from "assessments-edge";
import { useIt } from "../use-it.mjs";
import { Form } from "./form.js";

// The test tells where the API is when it starts the server.
export const dynamic = "force-dynamic";

export default async function Page() {
  const outcome = await useIt(assessments, process.env.API);
  return (
    <main>
      <pre id="server">{JSON.stringify(outcome)}</pre>
      <Form api={process.env.API} />
    </main>
  );
}
