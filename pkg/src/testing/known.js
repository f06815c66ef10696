// What the stand-in knows of the things that requests name: what it was told, or else
// everything that has the form of an id.

import { ConfigurationError } from "../errors.js";
import { isId } from "../ids.js";
import { digest } from "./fixtures.js";

/** @import { TestApiOptions, TestWorkflow } from "../../dist/testing.js" */
/** @import { IdKind } from "../types.js" */

/** The roles that a key may give. */
export const ROLES = ["Dashboard User", "Dashboard Viewer"];

/**
 * The things of a list by their ids; none if there is no list.
 *
 * @template {{ id: string }} Thing
 * @param {string} option
 * @param {IdKind} kind
 * @param {readonly (string | Thing)[] | undefined} list
 * @returns {Map<string, Thing | { id: string }> | undefined}
 */
function byId(option, kind, list) {
  if (list === undefined) return undefined;
  const things = new Map();
  for (const one of list) {
    const thing = typeof one === "string" ? { id: one } : one;
    if (!isId(thing.id, kind)) {
      throw new ConfigurationError(`${option}: "${String(thing.id)}" is no id of that kind`);
    }
    things.set(thing.id, thing);
  }
  return things;
}

/** What is known, once for a stand-in. */
export class Known {
  /** @param {TestApiOptions} options */
  constructor({ vendors, services, documents, controlSets, users, workflows }) {
    this.vendors = byId("vendors", "vendor", vendors);
    this.services = byId("services", "service", services);
    this.documents = byId("documents", "vendor_document", documents);
    this.controlSets = byId("controlSets", "control_set", controlSets);
    this.users = byId("users", "user", users);
    /** @type {Map<string, TestWorkflow> | undefined} */
    this.workflows =
      workflows &&
      new Map(
        workflows.map((one) => {
          const workflow = typeof one === "string" ? { name: one } : one;
          return [workflow.name, workflow];
        }),
      );
  }

  /**
   * What is known of a thing.
   *
   * @param {"vendors" | "services" | "documents" | "controlSets" | "users"} list
   * @param {IdKind} kind
   * @param {unknown} id
   * @returns {{ id: string, name?: string, vendor_id?: string, risk_analyst_ids?: readonly string[] } | undefined}
   */
  find(list, kind, id) {
    if (!isId(id, kind)) return undefined;
    const things = this[list];
    return things ? things.get(id) : { id };
  }

  /**
   * @param {unknown} name
   * @returns {TestWorkflow | undefined}
   */
  workflow(name) {
    // The empty name is that of none.
    if (typeof name !== "string" || !name) return undefined;
    return this.workflows ? this.workflows.get(name) : { name };
  }

  /**
   * What a create is decided on: the form in which the Worker's database tells it.
   *
   * @param {any} request A body that was found to have the schema.
   */
  facts(request) {
    const vendor = this.find("vendors", "vendor", request.vendor_id);
    /**
     * @param {"services" | "documents" | "controlSets"} list
     * @param {IdKind} kind
     * @param {unknown[] | null | undefined} ids
     */
    const those = (list, kind, ids) => {
      const found = new Set(ids ?? []);
      return [...found].flatMap((id) => this.find(list, kind, id) ?? []);
    };
    // Without an owner, a thing belongs to whichever vendor it is named with.
    const owned = (/** @type {{ id: string, vendor_id?: string, name?: string }} */ thing) => ({
      id: thing.id,
      vendor_id: thing.vendor_id ?? vendor?.id ?? "",
      name: thing.name ?? "Service",
    });
    const workflow = this.workflow(request.trigger_workflow);
    return {
      vendor: vendor && {
        id: vendor.id,
        name: vendor.name ?? "Northwind",
        risk_analyst_ids: vendor.risk_analyst_ids ?? [],
      },
      control_sets: those("controlSets", "control_set", request.control_set_ids).map(
        ({ id }) => id,
      ),
      services: those("services", "service", request.service_ids).map(owned),
      assignee: this.find("users", "user", request.assignee_id)?.id,
      documents: those("documents", "vendor_document", request.supporting_document_ids).map(owned),
      workflow: workflow && { id: definitionId(workflow), enabled: workflow.enabled ?? true },
      runs_exhausted: false,
    };
  }
}

/** @param {TestWorkflow} workflow */
export const definitionId = ({ id, name }) => id ?? `cbwd_${digest(`workflow ${name}`)}`;
