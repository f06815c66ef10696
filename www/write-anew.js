// Going to the form with fields that are filled in.

import { confirm } from "./parts/dialogs.js";
import { texts } from "./texts.js";

/**
 * @import { CreateAssessmentRequest } from "assessments-edge/slim"
 * @import { Dashboard } from "./main.js"
 */

/**
 * Goes to the form with these fields, after a question if there is something in it.
 *
 * @param {Dashboard} app
 * @param {Partial<CreateAssessmentRequest>} fields
 */
export async function writeAnew(app, fields) {
  const { draft } = app;
  const { title, text, openText, confirm: label, keep, working } = texts.again;
  await draft.claimed;
  const isWritten = Object.values(draft.fields).some((value) => (value?.length ?? 0) > 0);
  const isOpen = draft.open !== undefined;
  if (isWritten || isOpen) {
    const isMeant = await confirm({
      ...{ title, text: isOpen ? openText : text, label, keep, working },
      act: async () => true,
      explain: ({ message }) => message,
    });
    if (!isMeant) return;
  }
  draft.startAnew();
  draft.change({ fields });
  app.navigate("/new");
}
