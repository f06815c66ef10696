// Imports the package and uses nothing of it, so nothing of it may be shipped.

import { AssessmentsClient, parseId } from "assessments-edge";
import * as slim from "assessments-edge/slim";

document.title = "nothing";
