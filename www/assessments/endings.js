// What is being canceled and archived, and how it went the last time. It goes on over the
// pages of the dashboard, for as long as the session is the same person's.

import { Changing } from "../changing.js";
import { announce } from "../parts/controls.js";
import { session } from "../session.js";
import { texts } from "../texts.js";
import { Ending } from "./ending.js";

/**
 * @import { ListedAssessment } from "assessments-edge/slim"
 * @import { Api } from "../api.js"
 * @import { Store } from "../store.js"
 */

/** For whom lists are, and what can be done with them, as far as these differ. */
export function who() {
  const { me } = session;
  return me && JSON.stringify([me.organization.id, me.user?.id, me.key?.id, me.role]);
}

/** Has the browser ask whoever leaves the page. */
const holdBack = (/** @type {Event} */ event) => event.preventDefault();

export class Endings extends Changing {
  #api;
  #store;
  #who = who();
  /** Has no more sent. */
  #stopped = new AbortController();
  /** Ends also what is on its way. */
  #ended = new AbortController();
  /**
   * That which is under way, or how the last one went until that is put away.
   *
   * @type {Ending | undefined}
   */
  ending;

  /** @param {{ api: Api, store: Store }} app */
  constructor({ api, store }) {
    super();
    this.#api = api;
    this.#store = store;
    session.subscribe(() => {
      const now = who();
      if (now === undefined || now === this.#who) return;
      this.#who = now;
      this.forget();
    });
  }

  /**
   * Begins to end them, unless others are being ended; whether it did.
   *
   * @param {readonly ListedAssessment[]} items
   */
  begin(items) {
    if (this.ending?.isOver === false) return false;
    this.#stopped = new AbortController();
    this.#ended = new AbortController();
    const { signal } = this.#ended;
    this.ending = new Ending(items, {
      archive: async (id) => {
        const answer = await this.#api.archive(id, { maxRetries: 0, signal });
        // Noted at once, for other tabs would tell of it as of somebody else's.
        if (this.#store.get(id)) this.#store.noteArchive(answer.data, answer).catch(() => {});
        return answer;
      },
      signal: this.#stopped.signal,
      onprogress: () => this.tell(),
    });
    this.#run(this.ending);
    return true;
  }

  /** @param {Ending} ending */
  async #run(ending) {
    addEventListener("beforeunload", holdBack);
    this.tell();
    await ending.run();
    if (this.ending !== ending) return;
    removeEventListener("beforeunload", holdBack);
    const rest = restOf(ending).length;
    const title = [titleOf(ending), rest > 0 && texts.selection.rest(rest)];
    const said = title.filter(Boolean).join(" ");
    announce(ending.isStopped ? texts.selection.stopped(said) : said);
    this.tell();
  }

  /** Sends nothing more; what is on its way is waited for. */
  stop() {
    this.#stopped.abort();
  }

  /** Puts away how it went. */
  dismiss() {
    this.ending = undefined;
    this.tell();
  }

  /** Ends it, for it was another person's, and tells nothing of it. */
  forget() {
    this.stop();
    this.#ended.abort();
    removeEventListener("beforeunload", holdBack);
    this.dismiss();
  }
}

/**
 * How many were canceled and archived, as the API answered, and how many it does not have
 * any more.
 *
 * @param {Ending} ending
 */
export function titleOf({ done }) {
  let [canceled, archived, gone] = [0, 0, 0];
  for (const { item, answer } of done.values()) {
    if (!answer) gone += 1;
    else if (answer.data.status === "canceled" && item.status !== "canceled") canceled += 1;
    else archived += 1;
  }
  return texts.selection.ended(canceled, archived, gone);
}

/**
 * What is left to do.
 *
 * @param {Ending} ending
 */
export const restOf = ({ failed, left }) => [
  ...[...failed.values()].map(({ item }) => item),
  ...left,
];
