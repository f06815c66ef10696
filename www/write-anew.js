// Going to the form with fields that are filled in.

import { confirm } from "./parts/dialogs.js";
import { texts } from "./texts.js";

/**
 * @import { CreateAssessmentRequest } from "assessments-edge/slim"
 * @import { Dashboard } from "./main.js"
 * @import { Choice } from "./parts/picker.js"
 */

/**
 * Goes to the form with these fields, after a question if there is something in it.
 *
 * @param {Dashboard} app
 * @param {Partial<CreateAssessmentRequest>} fields
 * @param {Record<string, string | null | undefined>} [called] What ids in them are called.
 */
export async function writeAnew(app, fields, called = {}) {
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
  /** @type {Record<string, Choice>} */
  const names = {};
  for (const field of /** @type {const} */ (["vendor_id", "assignee_id"])) {
    const id = fields[field] ?? "";
    const name = called[id];
    if (name) names[field] = { id, name };
  }
  draft.startAnew();
  draft.change({ fields, names });
  app.navigate("/new");
}
