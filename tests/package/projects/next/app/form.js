"use client";

import * as assessments from "assessments-edge";
import { useEffect, useState } from "react";
import { useIt } from "../use-it.mjs";

export function Form({ api }) {
  const [vendor, setVendor] = useState("cbsvc_");
  const [outcome, setOutcome] = useState();
  useEffect(() => {
    useIt(assessments, api).then(setOutcome, (error) => setOutcome(`${error}`));
  }, [api]);
  // On the server too, while it renders this component.
  const field = assessments.validateField("vendor_id", vendor);
  return (
    <form>
      <input value={vendor} onChange={(event) => setVendor(event.target.value)} />
      <output id="field">{field.ok ? "fine" : field.issues[0].msg}</output>
      {outcome && <pre id="client">{JSON.stringify(outcome)}</pre>}
    </form>
  );
}
