// Where in the form a refusal belongs.

/** What separates the fields in the reason of a 400, and a field from what is said of it. */
const BETWEEN = "; ";
const FIELD = /^([A-Za-z_-]+): (.*)$/s;

/** The fields that the workflow's refusals are about. */
const CODES = { workflow_not_found: "trigger_workflow", workflow_disabled: "trigger_workflow" };

/**
 * Sorts what a Failure says by field: a Map of lists of issues, `{ msg, type,
 * index }`, where `index` is an entry's. `sent` is the request; `known` are the
 * names of the fields. What belongs to no field is in `rest`, as texts.
 */
export function sorted(failure, sent, known) {
  const byField = new Map();
  const rest = [];
  const put = (field, issue) => {
    if (known.includes(field)) byField.set(field, [...(byField.get(field) ?? []), issue]);
    else rest.push(issue.msg);
  };
  const { issues, code, message } = failure;
  if (issues?.length > 0) {
    for (const { loc, msg, type } of issues) put(String(loc[1]), { msg, type, index: loc[2] });
  } else if (code in CODES) {
    put(CODES[code], { msg: message, type: code });
  } else {
    for (const { field, text } of parts(message, known)) {
      const { indices, said } = named(sent[field], text);
      for (const index of indices) put(field, { msg: said, type: "refused", index });
    }
  }
  return { byField, rest };
}

/** A reason, cut where the next field begins: ids may contain the separator. */
function parts(reason, known) {
  const found = [];
  for (const piece of reason.split(BETWEEN)) {
    const [, field, text] = FIELD.exec(piece) ?? [];
    if (known.includes(field)) found.push({ field, text });
    else if (found.length > 0) found.at(-1).text += BETWEEN + piece;
    else found.push({ field: "", text: piece });
  }
  return found;
}

/**
 * The entries of a list that a text begins with, as in "a, b not found", or the
 * field as a whole, and what is said of them.
 */
function named(value, text) {
  const list = Array.isArray(value) ? value : [];
  const indices = [];
  let rest = text;
  for (;;) {
    const ends = (entry) => [",", " "].includes(rest.charAt(entry.length));
    const index = list.findIndex((entry) => rest.startsWith(entry) && ends(entry));
    if (index < 0) break;
    indices.push(index);
    rest = rest.slice(list[index].length);
    if (!rest.startsWith(", ")) break;
    rest = rest.slice(2);
  }
  return indices.length > 0 ? { indices, said: rest.trim() } : { indices: [undefined], said: text };
}
