// What was entered into a form becomes a request by one rule, whoever has the values:
// the platform, or a form library.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  ConfigurationError,
  createAssessmentFormSchema,
  fromForm,
  previewName,
  validateCreateAssessment,
  validateField,
} from "../../pkg/dist/index.js";
import { readable } from "./readable.mjs";
import { untyped } from "./untyped.mjs";

const VENDOR = "cbvndr_bdbb39ff21c65aa009a055bb64bf3703";
const SETS = ["cbctst_ee46f1bfc6ae78ab04a22dc4c55b9b93", "cbctst_67bcd42a43537b1579d05cc5ad1b140d"];
const SERVICE = "cbsvc_61e37ff4d9e534d6009b8810cbda280a";
const MAX_BODY_BYTES = 262_144;
const FORM = { form: true };

/** A form of the platform's with these inputs, in this order. */
function formOf(...inputs) {
  const form = new FormData();
  for (const [name, value] of inputs) form.append(name, value);
  return form;
}

/** A request without anything, as `fromForm` makes it. */
const EMPTY = { control_set_ids: [], service_ids: [], supporting_document_ids: [] };

describe("what is empty", () => {
  const untouched = {
    vendor_id: VENDOR,
    control_set_ids: "",
    name: "",
    assessment_name_format: "",
    service_ids: "",
    assignee_id: "",
    trigger_workflow: "",
    supporting_document_ids: "",
  };

  test("an_untouched_input_is_as_if_it_were_not_there", () => {
    const expected = { ...EMPTY, vendor_id: VENDOR };
    assert.deepEqual(fromForm(untouched), expected);
    assert.deepEqual(fromForm(formOf(...Object.entries(untouched))), expected);
    assert.deepEqual(fromForm(new URLSearchParams(untouched)), expected);
    for (const nothing of [null, undefined, false]) {
      const form = Object.fromEntries(Object.keys(untouched).map((name) => [name, nothing]));
      assert.deepEqual(fromForm({ ...form, vendor_id: VENDOR }), expected, String(nothing));
    }
    assert.deepEqual(fromForm({ vendor_id: VENDOR }), expected);
    assert.deepEqual(fromForm(formOf(["vendor_id", VENDOR])), expected);
  });

  test("an_untouched_form_is_good_only_if_it_is_read_as_a_form", () => {
    const checked = validateCreateAssessment(untouched, FORM);
    assert.deepEqual(checked, { ok: true, value: { vendor_id: VENDOR, control_set_ids: [] } });
    assert.equal(validateCreateAssessment(untouched).ok, false);
    assert.equal(validateCreateAssessment(untouched, { form: false }).ok, false);
  });

  test("a_required_input_that_is_empty_is_missing", () => {
    for (const vendor_id of ["", " ", " \n\t", null, undefined]) {
      const checked = validateCreateAssessment({ vendor_id, control_set_ids: "" }, FORM);
      assert.deepEqual(checked, {
        ok: false,
        status: 422,
        issues: [{ loc: ["body", "vendor_id"], msg: "Field required", type: "missing" }],
      });
    }
  });

  test("white_space_counts_in_a_text_and_not_around_an_id", () => {
    const form = {
      vendor_id: ` ${VENDOR}\n`,
      assignee_id: " \u00a0",
      name: " A  name ",
      control_set_ids: [" "],
    };
    assert.deepEqual(fromForm(form), { ...EMPTY, vendor_id: VENDOR, name: " A  name " });
    assert.deepEqual(fromForm({ name: "  ", trigger_workflow: " " }), {
      ...EMPTY,
      name: "  ",
      trigger_workflow: " ",
    });
  });
});

describe("lists", () => {
  test("a_list_is_all_values_of_its_name_that_are_not_empty", () => {
    const named = (...values) => values.map((value) => ["control_set_ids", value]);
    for (const form of [
      formOf(...named("", SETS[0], "", SETS[1])),
      formOf(...named(SETS.join("\r\n"))),
      formOf(...named(`${SETS[0]}, ,${SETS[1]},\n`)),
      new URLSearchParams(named(...SETS)),
      { control_set_ids: SETS },
      { control_set_ids: ["", SETS[0], null, undefined, false, ` ${SETS[1]} `] },
      { control_set_ids: `\t${SETS.join(" ")}` },
      { control_set_ids: [SETS.join()] },
    ]) {
      assert.deepEqual(fromForm(form).control_set_ids, SETS);
    }
  });

  test("a_list_of_its_own_is_answered", () => {
    const control_set_ids = Object.freeze([...SETS]);
    assert.notEqual(fromForm({ control_set_ids }).control_set_ids, control_set_ids);
  });

  test("one_input_with_one_value_is_a_list_too", () => {
    assert.deepEqual(fromForm(formOf(["service_ids", SERVICE])).service_ids, [SERVICE]);
    assert.deepEqual(fromForm({ service_ids: SERVICE }).service_ids, [SERVICE]);
  });
});

describe("what is no text", () => {
  const file = new File(["x"], "evidence.pdf");

  test("a_file_is_left_as_it_is_and_the_check_tells", () => {
    const form = formOf(["vendor_id", file], ["control_set_ids", file], ["name", ""]);
    const request = fromForm(form);
    assert.ok(request.vendor_id instanceof File);
    assert.deepEqual(Object.keys(request).sort(), [...Object.keys(EMPTY), "vendor_id"].sort());
    const checked = validateCreateAssessment(form, FORM);
    assert.ok(!checked.ok);
    assert.deepEqual(
      checked.issues.map(({ loc, type }) => [loc, type]),
      [
        [["body", "vendor_id"], "string_type"],
        [["body", "control_set_ids"], "string_type"],
      ],
    );
  });

  test("other_values_are_left_as_they_are_and_the_check_tells", () => {
    for (const odd of [0, true, {}, 7n, Symbol("x"), () => {}]) {
      assert.equal(fromForm({ name: odd }).name, odd);
      assert.deepEqual(fromForm({ control_set_ids: odd }).control_set_ids, [odd]);
    }
    for (const name of [7, true, ["a"], {}]) {
      const checked = validateCreateAssessment({ vendor_id: VENDOR, name }, FORM);
      assert.ok(!checked.ok);
      assert.equal(checked.issues[0].type, "string_type", JSON.stringify(name));
    }
  });

  test("several_values_of_a_text_are_not_chosen_among", () => {
    const form = formOf(["vendor_id", VENDOR], ["name", "a"], ["name", "b"]);
    assert.deepEqual(fromForm(form).name, ["a", "b"]);
    assert.equal(validateCreateAssessment(form, FORM).ok, false);
  });

  test("other_keys_are_left_out", () => {
    const form = { vendor_id: VENDOR, csrf: "x", __proto__: { name: "inherited" }, toString: "y" };
    assert.deepEqual(
      Object.keys(fromForm(form)).sort(),
      [...Object.keys(EMPTY), "name", "vendor_id"].sort(),
    );
    assert.deepEqual(fromForm(formOf(["csrf", "x"], ["vendor_id", VENDOR])), {
      ...EMPTY,
      vendor_id: VENDOR,
    });
  });

  test("what_is_no_object_is_no_form", () => {
    for (const odd of [undefined, null, "vendor_id=x", 7, [VENDOR]]) {
      assert.throws(() => fromForm(untyped(odd)), ConfigurationError, String(odd));
      const checked = validateCreateAssessment(odd, FORM);
      assert.deepEqual(checked, validateCreateAssessment(odd));
    }
  });

  test("an_input_whose_getter_throws_is_not_there", () => {
    const form = {
      vendor_id: VENDOR,
      get name() {
        throw new Error("read");
      },
    };
    assert.deepEqual(fromForm(form), { ...EMPTY, vendor_id: VENDOR });
  });
});

describe("where an issue is told", () => {
  const at = (form) => {
    const checked = validateCreateAssessment({ vendor_id: VENDOR, ...form }, FORM);
    return checked.ok ? [] : checked.issues.map(({ loc, msg }) => [loc.slice(1).join("."), msg]);
  };
  const WRONG = "This is a service id; a control set id starts with cbctst_";

  test("an_entry_of_a_list_is_told_at_the_item_of_the_form", () => {
    assert.deepEqual(at({ control_set_ids: ["", SETS[0], "", SERVICE] }), [
      ["control_set_ids.3", WRONG],
    ]);
    assert.deepEqual(at({ control_set_ids: [SERVICE] }), [["control_set_ids.0", WRONG]]);
    const form = formOf(
      ["vendor_id", VENDOR],
      ["control_set_ids", ""],
      ["control_set_ids", SERVICE],
    );
    const checked = validateCreateAssessment(form, FORM);
    assert.ok(!checked.ok);
    assert.deepEqual(checked.issues[0].loc, ["body", "control_set_ids", 1]);
  });

  test("an_entry_of_a_text_is_told_at_the_text_with_its_number", () => {
    assert.deepEqual(at({ control_set_ids: SERVICE }), [["control_set_ids", WRONG]]);
    assert.deepEqual(at({ control_set_ids: `\n${SETS[0]}\n${SERVICE}\n` }), [
      ["control_set_ids", `Entry 2: ${WRONG}`],
    ]);
  });

  test("a_list_as_a_whole_is_told_at_the_list", () => {
    const [[place, msg]] = at({
      control_set_ids: Array.from({ length: 101 }, () => SETS[0]).join(" "),
    });
    assert.deepEqual([place, msg], ["control_set_ids", "At most 100 entries, this has 101"]);
  });

  test("a_field_alone_is_told_like_that_of_a_whole_form", () => {
    const names = /** @type {const} */ (["vendor_id", "control_set_ids", "name", "service_ids"]);
    for (const name of names) {
      const values = [
        "",
        " ",
        SERVICE,
        `${SERVICE} x`,
        [SERVICE, ""],
        ["", 7],
        7,
        null,
        undefined,
        false,
        "é".repeat(256),
      ];
      for (const value of values) {
        const whole = validateCreateAssessment({ vendor_id: VENDOR, [name]: value }, FORM);
        const field = validateField(name, value, FORM);
        const issues = whole.ok ? [] : whole.issues;
        assert.deepEqual(field.ok ? [] : field.issues, issues, `${name}: ${String(value)}`);
      }
    }
    assert.deepEqual(validateField("name", "", {}), { ok: true });
    assert.equal(validateField("assignee_id", "").ok, false);
    assert.equal(validateField("assignee_id", "", FORM).ok, true);
  });
});

describe("as a Standard Schema", () => {
  const { version, vendor, validate } = createAssessmentFormSchema["~standard"];

  test("it_takes_a_form_and_gives_the_request", () => {
    assert.deepEqual([version, vendor], [1, "assessments-edge"]);
    const form = { vendor_id: VENDOR, control_set_ids: SETS.join("\n"), name: "", agrees: true };
    assert.deepEqual(validate(form), { value: { vendor_id: VENDOR, control_set_ids: SETS } });
    assert.deepEqual(validate(formOf(["vendor_id", VENDOR])), {
      value: { vendor_id: VENDOR, control_set_ids: [] },
    });
  });

  test("its_paths_lead_to_inputs", () => {
    assert.deepEqual(validate({ vendor_id: "", service_ids: ["", "x"] }), {
      issues: [{ message: "Field required", path: ["vendor_id"] }],
    });
    const { issues } = validate({ vendor_id: "x", service_ids: ["", "x"], control_set_ids: "y" });
    assert.deepEqual(
      issues?.map(({ path }) => path),
      [["vendor_id"], ["control_set_ids"], ["service_ids", 1]],
    );
  });
});

test("a_preview_takes_what_was_entered", () => {
  const { name, assessment_name_format: format } = fromForm({
    name: "",
    assessment_name_format: "{{vendor:name}}",
  });
  const request = untyped({ name, assessment_name_format: format });
  assert.equal(previewName(request, { vendorName: "Northwind" }), "Northwind");
});

describe("bounds", () => {
  /** The list that is made of a value, by the entry that can be read. */
  function fromFormOf(given) {
    return /** @type {unknown[]} */ (readable.fromForm({ control_set_ids: given }).control_set_ids);
  }

  test("no_more_of_a_list_is_read_than_a_request_can_hold", () => {
    assert.deepEqual(fromFormOf(Array.from({ length: MAX_BODY_BYTES }, () => "")), []);
    let read = 0;
    const endless = new Proxy([], {
      get(target, key) {
        if (key === "length") return 4_000_000_000;
        if (typeof key === "string" && /^\d+$/.test(key)) {
          read++;
          return "";
        }
        return Reflect.get(target, key);
      },
    });
    assert.equal(fromFormOf(endless), endless);
    assert.ok(read <= MAX_BODY_BYTES + 1, `${read} were read`);
  });

  test("a_text_that_no_request_can_hold_is_left_whole_and_refused", () => {
    const huge = " x".repeat(MAX_BODY_BYTES);
    assert.deepEqual(fromFormOf(huge), [huge]);
    const many = Array.from({ length: 100 }, () => "x ".repeat(MAX_BODY_BYTES / 64));
    assert.equal(fromFormOf(many), many);
    for (const control_set_ids of [huge, many]) {
      assert.equal(
        readable.validateCreateAssessment({ vendor_id: VENDOR, control_set_ids }, FORM).ok,
        false,
      );
    }
  });

  test("a_thousand_issues_are_told_of_a_form_too", () => {
    const control_set_ids = Array.from({ length: 5_000 }, (_, index) => (index % 2 ? "x" : ""));
    const checked = readable.validateCreateAssessment({ vendor_id: VENDOR, control_set_ids }, FORM);
    assert.ok(!checked.ok);
    assert.equal(checked.issues.length, 1_000);
    assert.deepEqual(checked.issues[999].loc, ["body", "control_set_ids", 1_997]);
  });
});
