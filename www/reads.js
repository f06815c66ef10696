// What the API shows by name: lists to choose from, and what one entry of them has. Each is
// one call, which fails as every call of the page does.

import { Failure } from "./failure.js";
import { texts } from "./texts.js";

/**
 * @import {
 *   AssessmentDetail,
 *   ListedAssessment,
 *   ListedUser,
 *   ListedVendor,
 *   ListedWorkflow,
 *   Named,
 *   VendorDetail,
 * } from "assessments-edge/slim"
 * @import { AssessmentQuery, ListPage, ListQuery } from "assessments-edge/dashboard"
 */

/** @typedef {{ signal?: AbortSignal | undefined, maxRetries?: number }} ReadOptions */

/**
 * What answers the reads: the package, or what stands in for it. A list is asked for one
 * page.
 *
 * @typedef {object} Reader
 * @property {(query?: ListQuery, options?: ReadOptions)
 *   => PromiseLike<ListPage<ListedVendor>>} vendors
 * @property {(id: string, options?: ReadOptions) => Promise<VendorDetail>} vendor
 * @property {(query?: ListQuery, options?: ReadOptions) => PromiseLike<ListPage<Named>>} controlSets
 * @property {(query?: ListQuery, options?: ReadOptions) => PromiseLike<ListPage<ListedUser>>} users
 * @property {(query?: ListQuery, options?: ReadOptions)
 *   => PromiseLike<ListPage<ListedWorkflow>>} workflows
 * @property {(query?: AssessmentQuery, options?: ReadOptions)
 *   => PromiseLike<ListPage<ListedAssessment>>} assessments
 * @property {(id: string, options?: ReadOptions) => Promise<AssessmentDetail>} assessment
 */

/**
 * Makes a call of what it is given, by the reader of that moment.
 *
 * @callback Caller
 * @param {(reader: Reader, options: ReadOptions) => PromiseLike<any>} operation
 * @param {ReadOptions} options
 * @returns {Promise<any>}
 */

/** The reads of the page; whatever goes wrong is a `Failure`. */
export class Reads {
  #call;

  /** @param {Caller} call */
  constructor(call) {
    this.#call = call;
  }

  /**
   * A page of vendors.
   *
   * @param {ListQuery} [query]
   * @param {ReadOptions} [options]
   * @returns {Promise<ListPage<ListedVendor>>}
   */
  vendors(query, options = {}) {
    return this.#call((reader, given) => reader.vendors(query, given), options);
  }

  /**
   * A vendor with what a request may name of it.
   *
   * @param {string} id
   * @param {ReadOptions} [options]
   * @returns {Promise<VendorDetail>}
   */
  async vendor(id, options = {}) {
    const vendor = await this.#call((reader, given) => reader.vendor(id, given), options);
    return about(id, vendor.id, vendor);
  }

  /**
   * A page of control sets.
   *
   * @param {ListQuery} [query]
   * @param {ReadOptions} [options]
   * @returns {Promise<ListPage<Named>>}
   */
  controlSets(query, options = {}) {
    return this.#call((reader, given) => reader.controlSets(query, given), options);
  }

  /**
   * A page of users.
   *
   * @param {ListQuery} [query]
   * @param {ReadOptions} [options]
   * @returns {Promise<ListPage<ListedUser>>}
   */
  users(query, options = {}) {
    return this.#call((reader, given) => reader.users(query, given), options);
  }

  /**
   * A page of workflows, enabled or not.
   *
   * @param {ListQuery} [query]
   * @param {ReadOptions} [options]
   * @returns {Promise<ListPage<ListedWorkflow>>}
   */
  workflows(query, options = {}) {
    return this.#call((reader, given) => reader.workflows(query, given), options);
  }

  /**
   * A page of assessments.
   *
   * @param {AssessmentQuery} [query]
   * @param {ReadOptions} [options]
   * @returns {Promise<ListPage<ListedAssessment>>}
   */
  assessments(query, options = {}) {
    return this.#call((reader, given) => reader.assessments(query, given), options);
  }

  /**
   * An assessment with names, documents, findings and runs.
   *
   * @param {string} id
   * @param {ReadOptions} [options]
   * @returns {Promise<AssessmentDetail>}
   */
  async assessment(id, options = {}) {
    const assessment = await this.#call((reader, given) => reader.assessment(id, given), options);
    return about(id, assessment.id, assessment);
  }
}

/**
 * An answer, if it is about what was asked for: something in between may mix answers up.
 *
 * @template Answer
 * @param {string} asked
 * @param {string} answered
 * @param {Answer} answer
 */
export function about(asked, answered, answer) {
  if (asked === answered) return answer;
  const error = new Error(texts.trouble.ofAnother(answered));
  throw new Failure("unexpected", "page", error, true);
}
