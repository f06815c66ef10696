// The credential of a client: a text, or a function that is asked for one.

import { ConfigurationError } from "./errors.js";
import { isBrowser } from "./scope.js";
import { unlessAborted, within } from "./signals.js";

/** @import { ClientSettings, Settings } from "./types.js" */

export class Credential {
  #token;
  #allowsKeys;
  /**
   * The question that the function is asked now, in a page.
   *
   * @type {Promise<string> | undefined}
   */
  #asked;

  /** @param {ClientSettings} settings */
  constructor({ token, dangerouslyAllowBrowserKey = false }) {
    this.#token = token;
    this.#allowsKeys = dangerouslyAllowBrowserKey;
  }

  /** Whether there may be another when the API refuses this one. */
  get canBeRenewed() {
    return typeof this.#token === "function";
  }

  /** Whether keys may be used where this runs. */
  get mayBeKey() {
    return this.#allowsKeys || !isBrowser();
  }

  /**
   * The token for an attempt. `refused` is the one that the API has just refused,
   * if this is the attempt after that.
   *
   * @param {string | undefined} refused
   * @param {Settings} settings
   * @param {AbortSignal} signal
   */
  async get(refused, { timeoutMs }, signal) {
    const token = this.#token;
    const given = typeof token === "function" ? this.#ask(token, refused, timeoutMs) : token;
    const text = await unlessAborted(signal, given);
    if (typeof text !== "string" || text === "") {
      throw new ConfigurationError("token must be a string that is not empty");
    }
    if (text.startsWith("ak_") && !this.mayBeKey) {
      throw new ConfigurationError(
        "A service-account key (ak_...) in a page can be read by everyone who opens the page. " +
          "Use a dashboard session token here, or call the API from your server. " +
          "For development only, set dangerouslyAllowBrowserKey.",
      );
    }
    return text;
  }

  /**
   * Asks the function. A page has one user, so attempts that need a token at the
   * same time share one question there. On a server each asks for its own: the
   * answer may depend on whom the call is made for.
   *
   * @param {Exclude<ClientSettings["token"], string>} token
   * @param {string | undefined} refused
   * @param {number} timeoutMs
   */
  async #ask(token, refused, timeoutMs) {
    if (!isBrowser()) return token({ refused });
    const given = await this.#asked;
    if (given !== undefined && given !== refused) return given;
    // A function that never answers must not keep later calls from asking again.
    this.#asked ??= within(timeoutMs, [], (signal) =>
      unlessAborted(signal, token({ refused })),
    ).finally(() => {
      this.#asked = undefined;
    });
    return this.#asked;
  }
}
