import type {
  AssessmentDetail,
  AssessmentStatus,
  AssessmentsClient,
  CallOptions,
  ListedAssessment,
  ListedUser,
  ListedVendor,
  ListedWorkflow,
  Me,
  Named,
  VendorDetail,
} from "./index.js";

/**
 * The reads of a dashboard: what there is to choose from by name, and what was created. They
 * go through a client, so its credential, retries, hooks and errors are theirs. A role needs
 * the permission `read_dashboard`.
 *
 * @throws {ConfigurationError} If it gets no client.
 * @example
 * const reads = dashboard(client);
 * for await (const { name } of reads.vendors({ q: "north" })) console.log(name);
 * @see https://github.com/assessments-edge/assessments-edge#what-a-dashboard-shows
 */
export function dashboard(client: AssessmentsClient): Dashboard;

/**
 * What a dashboard reads. Every call throws what a call of the client does: an `ApiError` of
 * status 422, whose `loc` begins with `"query"`, for a value that a query cannot have.
 */
export interface Dashboard {
  /** Who calls, in which role, and what that may do. */
  me(options?: CallOptions): Promise<Me>;
  /** Vendors that are not archived, by name. */
  vendors(query?: ListQuery, options?: CallOptions): Pages<ListedVendor>;
  /** A vendor with its services, documents and risk analysts. */
  vendor(id: string, options?: CallOptions): Promise<VendorDetail>;
  /** Control sets that are not archived, by name. */
  controlSets(query?: ListQuery, options?: CallOptions): Pages<Named>;
  /** Users that an assessment may be assigned to, by name. */
  users(query?: ListQuery, options?: CallOptions): Pages<ListedUser>;
  /** Workflows that are not archived, by name; those of them that are enabled, a create may name. */
  workflows(query?: ListQuery, options?: CallOptions): Pages<ListedWorkflow>;
  /** Assessments with the names of vendor and assignee, the newest first. */
  assessments(query?: AssessmentQuery, options?: CallOptions): Pages<ListedAssessment>;
  /** An assessment with names, custom fields, documents, findings and runs. */
  assessment(id: string, options?: CallOptions): Promise<AssessmentDetail>;
}

/** What a list is asked. */
export interface ListQuery {
  /**
   * Beginnings of words, in any order, without regard to case and accents; at most 100
   * characters. What is found comes newest first.
   */
  q?: string | undefined;
  /** Items of a page, 1 to 100; 25. A page may have fewer although there are more. */
  limit?: number | undefined;
  /** Where the first page begins: the `next_cursor` of an earlier one of the same list. */
  cursor?: string | undefined;
}

/** What the list of assessments is asked. What `q` searches is name, vendor's name and id. */
export interface AssessmentQuery extends ListQuery {
  /** Only those that stand there. */
  status?: AssessmentStatus | undefined;
  /** Only those of this vendor. */
  vendor_id?: string | undefined;
  /** Only those that are assigned to this user. */
  assignee_id?: string | undefined;
  /** Only archived ones, or only others; others. */
  archived?: boolean | undefined;
  /** By a time, with `-` for the latest first; `-created_at`. */
  sort?: "created_at" | "-created_at" | "updated_at" | "-updated_at" | undefined;
}

/**
 * A list. Awaited, it is its first page; iterated, all its items, page by page. Nothing is
 * asked before either. An iteration that is left asks for no further page.
 */
export interface Pages<Item> extends PromiseLike<ListPage<Item>>, AsyncIterable<Item> {
  /** The pages themselves. */
  pages(): AsyncIterable<ListPage<Item>>;
}

/** A page of a list. */
export interface ListPage<Item> {
  /** Perhaps fewer than were asked for, even none, although there are more. */
  items: Item[];
  /** Where the next page begins; `null` after the last. */
  next_cursor: string | null;
}
