// The JSON Schemas of the create request: what they say is what the check does, and what
// the description of the API says.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import Ajv from "ajv";
import Ajv2020 from "ajv/dist/2020.js";
import { build } from "esbuild";
import { ROOT } from "../http/harness.mjs";
import {
  ConfigurationError,
  createAssessmentFormSchema,
  createAssessmentSchema,
  validateCreateAssessment,
} from "../../pkg/dist/index.js";
import { corpus } from "./corpus.mjs";
import { FIELDS } from "./fields.mjs";
import { install, node, run } from "./projects.mjs";
import { untyped } from "./untyped.mjs";

const { jsonSchema } = createAssessmentSchema["~standard"];
const TARGETS = /** @type {const} */ (["draft-2020-12", "draft-07", "openapi-3.0"]);
const REQUIRED = ["vendor_id", "control_set_ids"];

const read = (path) => JSON.parse(readFileSync(join(ROOT, path), "utf8"));

/** The validator of a schema, by the dialect that it is in. */
function compiled(target, schema) {
  const options = { strict: true, allowUnionTypes: true, allErrors: true };
  return (target === "draft-2020-12" ? new Ajv2020(options) : new Ajv(options)).compile(schema);
}

for (const target of TARGETS) {
  describe(target, () => {
    const input = untyped(jsonSchema.input({ target }));
    const output = untyped(jsonSchema.output({ target }));

    test("the_schemas_have_the_fields_and_their_limits", () => {
      for (const schema of [input, output]) {
        assert.equal(schema.type, "object");
        assert.deepEqual(Object.keys(schema.properties), FIELDS);
        assert.deepEqual(schema.required, REQUIRED);
        for (const { items, maxItems } of Object.values(schema.properties)) {
          assert.equal(items === undefined, maxItems === undefined);
          if (items) assert.deepEqual([items.type, maxItems], ["string", 100]);
        }
        assert.equal(schema.properties.trigger_workflow.maxLength, 255);
        assert.equal(schema.properties.vendor_id.pattern, "^cbvndr_[0-9a-f]{32}$");
        assert.equal(schema.properties.service_ids.items.pattern, "^cbsvc_[0-9a-f]{32}$");
        // What trimming leaves, no keyword can say.
        assert.equal(schema.properties.name.maxLength, undefined);
      }
      assert.deepEqual(
        [input.additionalProperties, output.additionalProperties],
        [undefined, false],
      );
    });

    test("null_is_taken_in_optional_fields_and_never_given", () => {
      for (const name of FIELDS) {
        const { type, nullable } = input.properties[name];
        const takesNull = !REQUIRED.includes(name);
        assert.equal(nullable ?? Array.isArray(type), takesNull, name);
        assert.equal(nullable, target === "openapi-3.0" && takesNull ? true : undefined, name);
        assert.equal(typeof output.properties[name].type, "string", name);
        assert.equal(output.properties[name].nullable, undefined, name);
      }
    });

    test("the_schemas_agree_with_the_check", () => {
      const takes = compiled(target, input);
      const gives = compiled(target, output);
      // What JSON Schema cannot say: how long a trimmed text is, or a whole body.
      const unsaid = ({ loc, type }) =>
        type === "too_large" || (type === "too_long" && loc[1] === "name");
      let [good, bad] = [0, 0];
      for (const text of corpus(5_000, 7)) {
        const body = JSON.parse(text);
        const checked = validateCreateAssessment(body);
        if (checked.ok) {
          good++;
          assert.ok(takes(body), text);
          assert.ok(gives(checked.value), text);
        } else if (!checked.issues.every(unsaid)) {
          bad++;
          assert.ok(!takes(body), text);
        }
      }
      assert.ok(good > 500 && bad > 1_000, `${good} good, ${bad} bad`);
    });

    test("the_schemas_name_each_place_that_the_check_names", () => {
      const takes = compiled(target, input);
      let places = 0;
      const vectors = read("tests/vectors/schema-422.json");
      // What is no JSON reaches no schema.
      const isJson = ({ body, detail }) => body !== "" && detail[0].type !== "json_invalid";
      for (const { body } of vectors.filter(isJson)) {
        const checked = validateCreateAssessment(JSON.parse(body));
        if (checked.ok || checked.status !== 422) continue;
        takes(JSON.parse(body));
        const found = (takes.errors ?? []).map(({ instancePath, params }) =>
          [...instancePath.split("/").slice(1), params.missingProperty].filter(Boolean).join("."),
        );
        for (const { loc } of checked.issues) {
          places++;
          assert.ok(found.includes(loc.slice(1).join(".")), `${loc}: ${body}`);
        }
      }
      assert.ok(places > 100, `only ${places} places`);
    });
  });
}

test("the_description_of_the_api_says_the_same", () => {
  const { CreateAssessmentRequest: described } = read("dist/assets/openapi.json").components
    .schemas;
  const schema = untyped(jsonSchema.input({ target: "draft-2020-12" }));
  let common = 0;
  /** Whatever both have is equal; answers what only one has. */
  const compare = (ours, theirs, place) => {
    for (const key of Object.keys(ours).filter((key) => key in theirs)) {
      if (key === "properties") {
        assert.deepEqual(Object.keys(theirs[key]).sort(), FIELDS.toSorted());
        for (const name of FIELDS) compare(ours[key][name], theirs[key][name], name);
      } else if (key === "items") compare(ours[key], theirs[key], `${place}.items`);
      else {
        common++;
        assert.deepEqual(ours[key], theirs[key], `${place}.${key}`);
      }
    }
    const only = Object.keys(ours).filter((key) => !(key in theirs));
    // The API answers a malformed id like an unknown one, so its description has no pattern.
    assert.deepEqual(
      only.filter((key) => key !== "pattern" && key !== "$schema"),
      [],
      place,
    );
    const theirsOnly = Object.keys(theirs).filter((key) => !(key in ours));
    assert.deepEqual(
      theirsOnly.filter((key) => key !== "description"),
      [],
      place,
    );
  };
  compare(schema, described, "");
  assert.ok(common >= 2 + FIELDS.length + 3 + 3 + 2, `only ${common} keywords`);
});

test("each_draft_says_which_it_is", () => {
  const named = (target) => jsonSchema.input({ target }).$schema;
  assert.deepEqual(TARGETS.map(named), [
    "https://json-schema.org/draft/2020-12/schema",
    "http://json-schema.org/draft-07/schema#",
    undefined,
  ]);
});

test("other_targets_are_refused", () => {
  for (const make of [jsonSchema.input, jsonSchema.output]) {
    for (const target of ["draft-04", "toString", "", undefined, null, {}]) {
      assert.throws(
        () => make(untyped({ target })),
        (error) => {
          assert.ok(error instanceof ConfigurationError);
          assert.ok(error.message.includes(String(target)));
          return true;
        },
      );
    }
  }
});

test("a_schema_is_the_callers_own", () => {
  const spoil = untyped(jsonSchema.input({ target: "draft-07" }));
  spoil.required.length = 0;
  spoil.properties.vendor_id.type = "number";
  const again = untyped(jsonSchema.input({ target: "draft-07" }));
  assert.deepEqual(again.required, REQUIRED);
  assert.equal(again.properties.vendor_id.type, "string");
});

test("values_of_forms_are_no_json", () => {
  assert.ok(!("jsonSchema" in createAssessmentFormSchema["~standard"]));
});

test("a_bundle_has_a_schema_only_if_it_is_imported", async () => {
  /** What a bundler makes of a page that uses this of the package. */
  const bundled = async (name, entry) => {
    const contents = `import { ${name} } from "./pkg/dist/${entry}"; console.log(${name});`;
    const { outputFiles } = await build({
      stdin: { contents, resolveDir: ROOT },
      bundle: true,
      format: "esm",
      write: false,
    });
    return outputFiles[0].text;
  };
  const mark = /~standard|json-schema\.org/;
  for (const entry of ["index.js", "slim.js"]) {
    for (const name of ["isId", "validateField", "AssessmentsClient"]) {
      assert.doesNotMatch(await bundled(name, entry), mark, `${name} of ${entry}`);
    }
    assert.match(await bundled("createAssessmentSchema", entry), mark);
  }
});

test("a_server_of_tools_takes_the_schema_as_it_is", async () => {
  const folder = await install("mcp");
  const { stdout } = await run(...node("main.mjs"), { cwd: folder });
  const { schema, good, bad } = JSON.parse(stdout);
  assert.deepEqual(schema, jsonSchema.input({ target: "draft-2020-12" }));
  assert.deepEqual(JSON.parse(good.content[0].text), {
    vendor_id: "cbvndr_bdbb39ff21c65aa009a055bb64bf3703",
    control_set_ids: [],
  });
  assert.equal(bad.isError, true);
  assert.match(bad.content[0].text, /This is a service id; a vendor id starts with cbvndr_/);
});
