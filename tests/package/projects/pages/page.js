import * as assessments from "assessments-edge";
import { show } from "./page.mjs";

show(assessments);
