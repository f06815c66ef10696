import { standardSchemaResolver } from "@hookform/resolvers/standard-schema";
import { AssessmentsError, createAssessmentFormSchema } from "assessments-edge";
import type { ParsedCreateAssessmentRequest } from "assessments-edge";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { client } from "./client";

const defaultValues = { vendor_id: "", control_set_ids: "", name: "", assignee_id: "" };

export function CreateForm() {
  const [notice, setNotice] = useState("");
  const { register, handleSubmit, formState } = useForm<
    typeof defaultValues,
    unknown,
    ParsedCreateAssessmentRequest
  >({ mode: "onChange", resolver: standardSchemaResolver(createAssessmentFormSchema), defaultValues });
  const { errors } = formState;

  const create = handleSubmit(async (request) => {
    try {
      const created = await client.create(request);
      setNotice(`Created: ${created.name}`);
    } catch (error) {
      if (!(error instanceof AssessmentsError)) throw error;
      setNotice(error.message);
    }
  });

  return (
    <form onSubmit={create}>
      <label>
        Vendor <input {...register("vendor_id")} /> {errors.vendor_id?.message}
      </label>
      <label>
        Control sets, one per line <textarea {...register("control_set_ids")} />{" "}
        {errors.control_set_ids?.message}
      </label>
      <label>
        Name <input {...register("name")} /> {errors.name?.message}
      </label>
      <label>
        Assignee <input {...register("assignee_id")} /> {errors.assignee_id?.message}
      </label>
      <p role="alert">{notice}</p>
      <button>Create</button>
    </form>
  );
}
