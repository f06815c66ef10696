import { useForm } from "@tanstack/react-form";
import {
  AssessmentsError,
  createAssessmentFormSchema,
  validateCreateAssessment,
} from "assessments-edge";
import { useState } from "react";
import { client } from "./client";

const LABELS = {
  vendor_id: "Vendor",
  control_set_ids: "Control sets, one per line",
  name: "Name",
  assignee_id: "Assignee",
} as const;
const FIELDS = ["vendor_id", "control_set_ids", "name", "assignee_id"] as const;

export function CreateForm() {
  const [notice, setNotice] = useState("");
  const form = useForm({
    defaultValues: { vendor_id: "", control_set_ids: "", name: "", assignee_id: "" },
    validators: { onChange: createAssessmentFormSchema },
    onSubmit: async ({ value }) => {
      // The library hands over what was entered, not what the schema makes of it.
      const checked = validateCreateAssessment(value, { form: true });
      if (!checked.ok) return;
      try {
        const created = await client.create(checked.value);
        setNotice(`Created: ${created.name}`);
      } catch (error) {
        if (!(error instanceof AssessmentsError)) throw error;
        setNotice(error.message);
      }
    },
  });

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void form.handleSubmit();
      }}
    >
      {FIELDS.map((name) => (
        <form.Field key={name} name={name}>
          {({ state, handleChange }) => (
            <label>
              {LABELS[name]}{" "}
              <textarea value={state.value} onChange={({ target }) => handleChange(target.value)} />{" "}
              {state.meta.isTouched && state.meta.errors[0]?.message}
            </label>
          )}
        </form.Field>
      ))}
      <p role="alert">{notice}</p>
      <button>Create</button>
    </form>
  );
}
