// The request as a JSON Schema, from the table of its fields: what a description of an
// API or of a tool takes (https://standardschema.dev/json-schema).

import { ConfigurationError } from "./errors.js";
import {
  CREATE_FIELDS,
  CREATE_LIMITS,
  CREATE_LISTS,
  CREATE_PREFIXES,
  CREATE_REQUIRED,
} from "./generated/tables.js";

/** @import { JSONSchemaOptions } from "./types.js" */

/** The dialects, each with what a schema says of itself. */
const DIALECTS = {
  "draft-2020-12": { $schema: "https://json-schema.org/draft/2020-12/schema" },
  "draft-07": { $schema: "http://json-schema.org/draft-07/schema#" },
  // It is no dialect of JSON Schema by itself, and has no name.
  "openapi-3.0": {},
};

/**
 * The schema of a request as it is given, or of what is found good.
 *
 * @param {JSONSchemaOptions} options
 * @param {boolean} isInput
 * @returns {Record<string, unknown>}
 */
export function describe({ target }, isInput) {
  if (!Object.hasOwn(DIALECTS, target)) {
    throw new ConfigurationError(`There is no JSON Schema for the target "${String(target)}"`);
  }
  /** @type {Record<string, Record<string, unknown>>} */
  const properties = {};
  CREATE_FIELDS.forEach((name, field) => {
    const prefix = CREATE_PREFIXES[field];
    const limit = CREATE_LIMITS[field];
    const isList = CREATE_LISTS[field];
    /** @type {Record<string, unknown>} */
    const text = { type: "string" };
    if (prefix) text.pattern = `^${prefix}_[0-9a-f]{32}$`;
    else if (limit) text.maxLength = limit;
    const schema = isList ? { type: "array", items: text, maxItems: limit } : text;
    if (isInput && !CREATE_REQUIRED.includes(name)) {
      if (target === "openapi-3.0") schema.nullable = true;
      else schema.type = [schema.type, "null"];
    }
    properties[name] = schema;
  });
  return {
    ...DIALECTS[/** @type {keyof typeof DIALECTS} */ (target)],
    type: "object",
    required: [...CREATE_REQUIRED],
    properties,
    // Of what is given, others are passed over.
    ...(!isInput && { additionalProperties: false }),
  };
}
