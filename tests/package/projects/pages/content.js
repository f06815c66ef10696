// In a world of its own beside the page's: the document is all that both see.

import * as assessments from "assessments-edge";
import { useIt } from "./use-it.mjs";

const api = new URL(location.href).searchParams.get("api");
useIt(assessments, api)
  .catch((error) => `${error.name}: ${error.message}`)
  .then((outcome) => {
    document.documentElement.dataset.outcome = JSON.stringify(outcome);
  });
