// Whether an answer is one that the description of the API promises for just
// that route and status. The description is the one that the Worker serves.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import Ajv from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

const document = JSON.parse(
  readFileSync(new URL("../../dist/assets/openapi.json", import.meta.url), "utf8"),
);
const ajv = addFormats(new Ajv({ allErrors: true, strict: false, coerceTypes: false }));
const components = closed(document.components);

const routes = Object.entries(document.paths).map(([template, operations]) => ({
  template,
  pattern: new RegExp(`^${template.replaceAll(".", "\\.").replace(/\{[^}]+\}/g, "[^/]+")}$`),
  operations,
}));

/**
 * The same schemas with no member but those that are described: additions are
 * allowed to the API, but not behind the back of its description.
 */
function closed(node) {
  if (node === null || typeof node !== "object") return node;
  if (Array.isArray(node)) return node.map(closed);
  const copy = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, closed(value)]));
  const isSchema = node.type === "object" && node.properties;
  return isSchema ? { ...copy, additionalProperties: false } : copy;
}

/** The described operation that a request calls, if there is one. */
export function operationOf(method, target) {
  // As the server reads it: a backslash is a slash, dots lead upwards.
  const path = URL.parse(`http://host${target}`)?.pathname ?? target;
  // RFC 9110: an encoded letter is the letter.
  const plain = path.replace(/%([0-9a-f]{2})/gi, (encoded, digits) => {
    const character = String.fromCharCode(parseInt(digits, 16));
    return /[A-Za-z0-9._~-]/.test(character) ? character : encoded;
  });
  const route = routes.find(({ pattern }) => pattern.test(plain));
  return route?.operations[method.toLowerCase()];
}

const validators = new WeakMap();

function validatorOf(schema) {
  let validate = validators.get(schema);
  if (!validate) {
    validate = ajv.compile({ ...closed(schema), components });
    validators.set(schema, validate);
  }
  return validate;
}

function assertValid(schema, value, what) {
  const validate = validatorOf(schema);
  if (validate(value)) return;
  assert.fail(`${what}: ${ajv.errorsText(validate.errors)}\n${JSON.stringify(value)}`);
}

/**
 * Checks an answer against the description. What is no described operation
 * (an unrouted path, a wrong method, the dashboard's own) has nothing to be
 * checked against.
 */
export function assertDescribed(method, target, { status, headers, json }) {
  const operation = operationOf(method, target);
  if (!operation) {
    assert.ok(
      status >= 400 || ["HEAD", "OPTIONS"].includes(method) || target.startsWith("/dashboard/"),
      `${method} ${target} is not described`,
    );
    return;
  }
  const place = `${operation.operationId} ${status}`;
  const response = operation.responses[status];
  assert.ok(response, `${place} is not described: ${JSON.stringify(json)}`);
  assertValid(response.content["application/json"].schema, json, place);
  for (const [name, { required, schema }] of Object.entries(response.headers)) {
    const text = headers.get(name);
    assert.ok(text !== null || !required, `${place}: the header ${name} is missing`);
    if (text === null) continue;
    const isNumber = schema.type === "integer" && /^\d+$/.test(text);
    assertValid(schema, isNumber ? Number(text) : text, `${place}: ${name}`);
  }
}
