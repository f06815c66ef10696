// Beginning a new request with something filled in.

import { confirm } from "./parts/dialogs.js";
import { sentenceOf } from "./explain.js";
import { texts } from "./texts.js";

/**
 * @import { CreateAssessmentRequest } from "assessments-edge/slim"
 * @import { Dashboard } from "./main.js"
 */

/**
 * Goes to the form with these fields. If something is written there, it asks first.
 *
 * @param {Dashboard} app
 * @param {Partial<CreateAssessmentRequest>} fields
 */
export async function begin(app, fields) {
  const { draft } = app;
  const { title, text, openText, confirm: label, keep, working } = texts.again;
  await draft.claimed;
  const isWritten = Object.values(draft.fields).some((value) => (value?.length ?? 0) > 0);
  const isOpen = draft.open !== undefined;
  if (isWritten || isOpen) {
    const isMeant = await confirm({
      ...{ title, text: isOpen ? openText : text, label, keep, working },
      act: async () => true,
      explain: sentenceOf,
    });
    if (!isMeant) return;
  }
  draft.startAnew();
  draft.change({ fields });
  app.navigate("/new");
}
