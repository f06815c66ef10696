// Whom the page acts for. The token is in memory; in the session storage of this tab
// only if the user wishes so; never in the page, in an address or in IndexedDB.

import { Changing } from "./changing.js";
import { endOf, isOver, remaining, renewalDelay, saidEnd } from "./lifetime.js";
import { withLock } from "./locks.js";
import { PlainError, isDetail, readMe } from "./plain-client.js";
import { refusesCredential, refusesRole } from "./refusals.js";
import { SessionError, ask, isKey, isSendable } from "./source.js";
import { read, readJson, readShared, write, writeShared } from "./tab.js";

/**
 * @import { Me } from "assessments-edge/slim"
 * @import { Question } from "./connect.js"
 * @import { Settings } from "./main.js"
 * @import { Given, Source, Trouble } from "./source.js"
 */

/**
 * With `isAssumed`, as whom it was when the tab kept it; the API was not asked yet.
 *
 * @typedef {Given & { source: Source | undefined, me: Me, isAssumed?: boolean }} Connection
 */

/**
 * What has to be done when the organization changes: `use` gets the page and its
 * storage ready for one, `forget` clears what they hold of it. `show` has the page say anew as
 * whom it is connected, where nothing is to be read for that.
 *
 * @typedef {object} Keeper
 * @property {(organization: string) => Promise<void>} use
 * @property {() => Promise<void>} forget
 * @property {() => void} show
 */

const CREDENTIAL_KEY = "assessments.credential";
/** The organization whose data the tab shows; no part of the credential. */
const ORGANIZATION_KEY = "assessments.organization";
/** The lock and the channel of all tabs. */
const NAME = "assessments.session";
/** Longest wait for another tab that renews. */
const TURN_MS = 30_000;
/** How long the news of another tab's renewal may take. */
const NEWS_MS = 250;
/** Between two attempts to renew, if the first came to nothing. */
const RETRY_MS = 10_000;
const LONGEST_RETRY_MS = 300_000;

class Session extends Changing {
  /** @type {Settings} */
  #settings = {};
  /** @type {Keeper | undefined} */
  #keeper;
  /** @type {Connection | undefined} */
  #connection;
  #organization = read(ORGANIZATION_KEY) ?? lastOrganization();
  #isRemembered = false;
  #isRestoring = isSendable(readJson(CREDENTIAL_KEY)?.token);
  /** @type {Trouble | undefined} */
  #ended;
  /** @type {unknown} */
  #interruption;
  /** @type {Promise<void> | undefined} */
  #renewing;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #confirming;
  #pause = RETRY_MS;
  #channel = new BroadcastChannel(NAME);

  constructor() {
    super();
    this.#channel.onmessage = ({ data }) => this.#hear(data);
    document.addEventListener("visibilitychange", () => this.#schedule());
  }

  /**
   * @param {Settings} settings
   * @param {Keeper} keeper
   */
  configure(settings, keeper) {
    this.#settings = settings;
    this.#keeper = keeper;
  }

  /** Whether there is a session, though it may have to be renewed. */
  get isConnected() {
    return this.#connection !== undefined;
  }

  /** Who that is. */
  get me() {
    return this.#connection?.me;
  }

  /** Whether that is what it was when the tab kept it, which the API has not said since. */
  get isAssumed() {
    return this.#connection?.isAssumed === true;
  }

  /** Whether what the tab keeps is still looked at, so that nobody has to connect. */
  get isRestoring() {
    return this.#isRestoring && !this.isConnected;
  }

  /** Whether somebody may have things of their own here: a key has none. */
  get isOfPerson() {
    const { me } = this;
    return me ? me.user !== null : !isKey(`${readJson(CREDENTIAL_KEY)?.token}`);
  }

  /** Why there is none any more, if it ended by itself. */
  get ended() {
    return this.#ended;
  }

  /** What kept the page from connecting with what the tab keeps; it may work later. */
  get interruption() {
    return this.#interruption;
  }

  /** Whether the session is past its end, though another may still be had. */
  get isOver() {
    return isOver(this.#connection?.endsAt, Date.now());
  }

  /** Whether the tab keeps the session over a reload. */
  get isRemembered() {
    return this.#isRemembered;
  }

  /** The organization whose data the page shows, connected or not. */
  get organization() {
    return this.#organization;
  }

  /** Whether a key may be used here. */
  get allowsKeys() {
    return this.#settings.development === true;
  }

  /**
   * Connects with a session that `source` gives, or with a token; whether there was
   * one. `isWanted` is asked before anything changes, and `isRemembered`, whether to keep
   * it over a reload, at the last moment: who it is for may choose that until then.
   *
   * @param {{ source: Source } | { token: string }} from
   * @param {{ isRemembered: () => boolean, isWanted: () => boolean }} choice
   */
  async connect(from, { isRemembered, isWanted }) {
    const source = "source" in from ? from.source : undefined;
    const given =
      "token" in from ? pasted(from.token) : await ask(from.source, "connect", this.#settings);
    if (given === undefined) return false;
    const me = await readMe(given.token);
    if (!isWanted()) return false;
    this.#isRemembered = isRemembered();
    await this.#take({ ...given, source, me });
    return true;
  }

  /**
   * Keeps the session over a reload from now on, or no longer.
   *
   * @param {boolean} isRemembered
   */
  remember(isRemembered) {
    this.#isRemembered = isRemembered;
    this.#write();
  }

  /** Connects again with what the tab was asked to keep over a reload, if it was. */
  async restore() {
    if (this.isAssumed) return this.#confirm();
    this.#isRestoring = true;
    try {
      await this.#restore();
    } finally {
      this.#isRestoring = false;
      if (!this.#connection) this.tell();
    }
  }

  async #restore() {
    const before = read(CREDENTIAL_KEY);
    const kept = readJson(CREDENTIAL_KEY);
    if (!isSendable(kept?.token) || (isKey(kept.token) && !this.allowsKeys)) {
      write(CREDENTIAL_KEY, undefined);
      if (this.#interruption) this.end(undefined);
      return;
    }
    if (!Number.isFinite(kept.endsAt)) delete kept.endsAt;
    // Whoever connects or leaves meanwhile has decided otherwise.
    const isWanted = () => read(CREDENTIAL_KEY) === before;
    const { source, endsAt, me: assumed } = kept;
    // What is of another organization than the tab's is no sign of anything.
    const isOurs = this.#organization && assumed?.organization?.id === this.#organization;
    try {
      if (isOurs && isMe(assumed) && !isOver(endsAt, Date.now()) && !this.#interruption) {
        const asked = readMe(kept.token);
        // It is looked at when the page has begun.
        asked.catch(() => {});
        this.#isRemembered = true;
        await this.#take({ ...kept, isAssumed: true });
        return await this.#confirm(asked);
      }
      const isStale = source && isOver(endsAt, Date.now());
      const given = isStale ? await ask(source, "renew", this.#settings) : kept;
      if (!given) throw new SessionError("signedOut");
      const me = await readMe(given.token);
      if (!isWanted()) return;
      this.#isRemembered = true;
      await this.#take({ ...kept, ...given, me });
    } catch (error) {
      if (!isWanted()) return;
      const failed = this.#fail(error, this.#troubleOf(kept));
      if (failed.isPassing) this.#interrupt(failed, error);
    }
  }

  /**
   * Asks the API as whom the session is that was assumed. Who cannot be reached may be later:
   * until then it stays what it was.
   *
   * @param {Promise<Me>} [asked]
   */
  async #confirm(asked) {
    clearTimeout(this.#confirming);
    const { token, me: assumed } = this.#current();
    // Another session came meanwhile, or there is none any more.
    const isWanted = () => this.isAssumed && this.#connection?.token === token;
    try {
      const me = await (asked ?? readMe(token));
      if (!isWanted()) return;
      if (JSON.stringify(me) !== JSON.stringify(assumed))
        return await this.#take({ ...this.#current(), me, isAssumed: false });
      this.#current().isAssumed = false;
      this.#interruption = undefined;
      this.#pause = RETRY_MS;
      this.#keeper?.show();
    } catch (error) {
      if (!isWanted()) return;
      const connection = this.#current();
      const isRenewable =
        connection.source && error instanceof PlainError && refusesCredential(error);
      try {
        // Where another may be had, it is asked for, as for any call.
        if (isRenewable) await this.#renew("refused");
        else throw this.#fail(error, this.#troubleOf(connection));
      } catch (failed) {
        if (isWanted()) this.#interrupt(failed, isRenewable ? failed : error);
      }
      if (!isWanted()) return;
      this.#confirmLater();
      this.#pause = Math.min(this.#pause * 2, LONGEST_RETRY_MS);
    }
  }

  /** Asks again, after each time more seldom, if anyone looks. */
  #confirmLater() {
    clearTimeout(this.#confirming);
    const confirm = () => (document.hidden ? this.#confirmLater() : this.#confirm());
    this.#confirming = setTimeout(() => this.isAssumed && confirm(), this.#pause);
  }

  /**
   * Says what keeps the page from knowing as whom it is. Those who read go on as they did.
   *
   * @param {unknown} failed
   * @param {unknown} error
   */
  #interrupt(failed, error) {
    const isUnreachable = failed instanceof SessionError && failed.trouble === "unreachable";
    this.#interruption = isUnreachable ? error : failed;
    if (this.isAssumed) this.#keeper?.show();
    else this.tell();
  }

  /**
   * The token for a request. `refused` is the one that the API has just refused: if
   * there is no other, that is answered again.
   *
   * @param {string | undefined} refused
   */
  async token(refused) {
    // Another call has learned of it first. What the API says is told to this one as well.
    if (refused !== undefined && !this.#connection) return refused;
    const { token, endsAt, source } = this.#current();
    const isGood = token !== refused && !isOver(endsAt, Date.now());
    if (isGood || source === undefined) return token;
    await this.#renew(token === refused ? "refused" : "renew");
    return this.#current().token;
  }

  /** Forgets the session, and what this browser keeps of the organization, in every tab. */
  async disconnect() {
    this.#channel.postMessage({ left: this.#organization });
    await this.#leave();
  }

  /** The API takes it no more, and there is no other. */
  refused() {
    if (this.#connection) this.end(this.#troubleOf(this.#connection));
  }

  /**
   * Why the API takes a session no more. Where its end is not known, that cannot be told.
   *
   * @param {Given | undefined} given
   * @returns {Trouble}
   */
  #troubleOf({ endsAt } = { token: "" }) {
    if (endsAt === undefined) return "refused";
    return isOver(endsAt, Date.now()) ? "expired" : "revoked";
  }

  /**
   * The session is over, and no other is to be had without the user. What is on the
   * screen stays.
   *
   * @param {Trouble | undefined} trouble
   */
  end(trouble) {
    clearTimeout(this.#timer);
    this.#isRestoring = false;
    write(CREDENTIAL_KEY, undefined);
    this.#connection = undefined;
    this.#interruption = undefined;
    this.#ended = trouble;
    this.tell();
  }

  #current() {
    if (this.#connection) return this.#connection;
    throw new SessionError(this.#ended ?? "none");
  }

  async #leave() {
    if (readShared(ORGANIZATION_KEY) === this.#organization)
      writeShared(ORGANIZATION_KEY, undefined);
    this.#organization = undefined;
    write(ORGANIZATION_KEY, undefined);
    this.end(undefined);
    await this.#keeper?.forget();
  }

  /** @param {Connection} connection */
  async #take(connection) {
    const { id } = connection.me.organization;
    // Nothing is read for one organization into the data of another.
    if (id !== this.#organization) this.#connection = undefined;
    this.#organization = id;
    write(ORGANIZATION_KEY, id);
    writeShared(ORGANIZATION_KEY, id);
    await this.#keeper?.use(id);
    // The user left meanwhile, or connected for another.
    if (id !== this.#organization) return;
    this.#keep(connection);
    this.#interruption = undefined;
    this.#ended = undefined;
    this.tell();
  }

  /** @param {Connection} connection */
  #keep(connection) {
    this.#connection = connection;
    this.#write();
    this.#schedule();
  }

  /** Has the tab keep the session if it is asked to, and none otherwise, not even another's. */
  #write() {
    const { token, endsAt, source, me } = this.#connection ?? {};
    const isKept = this.#isRemembered && token !== undefined;
    write(CREDENTIAL_KEY, isKept ? JSON.stringify({ token, endsAt, source, me }) : undefined);
  }

  /**
   * Renews in time, or tells that it is over, if anyone looks: a page that nobody sees
   * does so when it is used again.
   */
  #schedule(pause = 0) {
    clearTimeout(this.#timer);
    const { endsAt, source } = this.#connection ?? {};
    if (endsAt === undefined || document.hidden) return;
    if (source === undefined) {
      const tell = () => (this.isOver ? this.end("expired") : this.#schedule());
      this.#timer = setTimeout(tell, remaining(endsAt, Date.now()));
      return;
    }
    const delay = renewalDelay(endsAt, Date.now(), Math.random());
    const again = () => {
      this.#schedule(RETRY_MS);
      if (this.isOver) this.tell();
    };
    const renew = () => this.#renew("renew").catch(again);
    this.#timer = setTimeout(renew, Math.max(delay, pause));
  }

  /**
   * One question at a time, whoever needs the answer.
   *
   * @param {Question["reason"]} reason
   */
  #renew(reason) {
    this.#renewing ??= this.#renewOnce(reason).finally(() => {
      this.#renewing = undefined;
    });
    return this.#renewing;
  }

  /** @param {Question["reason"]} reason */
  async #renewOnce(reason) {
    const before = this.#current();
    await inTurn(async () => {
      // Another tab of the same person has renewed it, or the user has left.
      const isSame = () => this.#connection === before;
      if (!isSame() || !before.source) return;
      try {
        const given = await ask(before.source, reason, this.#settings);
        if (given === undefined) throw new SessionError("signedOut");
        const me = await readMe(given.token);
        const next = { ...before, ...given, me, isAssumed: false };
        if (isSame()) await this.#replace(before, next);
      } catch (error) {
        if (!isSame()) throw error;
        const isOfNoUse = reason === "refused" || isOver(before.endsAt, Date.now());
        throw this.#fail(error, isOfNoUse ? this.#troubleOf(before) : undefined);
      }
    });
  }

  /**
   * @param {Connection} before
   * @param {Connection} next
   */
  async #replace(before, next) {
    if (personOf(before.me) !== personOf(next.me)) {
      await this.#take(next);
      // What waits for the token was begun for someone else.
      throw new SessionError("changed");
    }
    this.#keep(next);
    this.#interruption = undefined;
    this.#keeper?.show();
    const { token, endsAt, me } = next;
    this.#channel.postMessage({ renewed: personOf(me), token, endsAt });
    const isOther = JSON.stringify(before.me) !== JSON.stringify(me);
    if (isOther || isOver(before.endsAt, Date.now())) this.tell();
  }

  /**
   * There is no other session, which ends the one there is for that `trouble`, if it is
   * of no more use. Who cannot be reached now may be later, and so may be from another
   * address; that ends none.
   *
   * @param {unknown} error
   * @param {Trouble | undefined} trouble
   */
  #fail(error, trouble) {
    const isOfApi = error instanceof PlainError && isDetail(error.body);
    if (isOfApi && error.status === 403) return new SessionError("address", error);
    const isRefused = isOfApi && error.status === 401;
    const isAnswered = error instanceof SessionError && !error.isPassing;
    if (trouble && (isRefused || isAnswered)) {
      const told = isRefused && refusesRole(error) ? "notAllowed" : trouble;
      this.end(told);
      return new SessionError(told, error);
    }
    return error instanceof SessionError ? error : new SessionError("unreachable", error);
  }

  /**
   * What another tab tells.
   *
   * @param {{ left?: string, renewed?: string, token: string, endsAt?: number }} told
   */
  #hear({ left, renewed, token, endsAt }) {
    if (left !== undefined && left === this.#organization) this.#leave();
    const connection = this.#connection;
    if (renewed === undefined || !connection?.source) return;
    if (renewed !== personOf(connection.me)) return;
    this.#keep({ ...connection, token, endsAt });
    // The other tab knows whose it is, and not with which role.
    if (this.isAssumed) document.hidden ? this.#confirmLater() : this.#confirm();
  }
}

/**
 * The organization whose data this browser showed last, where nobody can be asked for whom
 * the page is: it is all that can be shown then.
 */
const lastOrganization = () => (navigator.onLine ? undefined : readShared(ORGANIZATION_KEY));

/**
 * Whether what was kept can be shown, which another version of the page may have done.
 *
 * @param {any} me
 */
function isMe({ organization, user, key, role, environment, routes }) {
  const texts = [organization.name, role, environment, user ? user.name : key?.name];
  return texts.every((text) => typeof text === "string") && Array.isArray(routes);
}

/**
 * A token that a person gives.
 *
 * @param {string} token
 * @returns {Given}
 */
function pasted(token) {
  const end = saidEnd(token);
  return { token, endsAt: end === undefined ? undefined : endOf(end, Date.now()) };
}

/** The session of the page. */
export const session = new Session();

/**
 * Whom a session is for: the same in every tab of a person.
 *
 * @param {Me} me
 */
function personOf({ organization, user, key }) {
  return [organization.id, user?.id, key?.id].join(" ");
}

/**
 * Waits for the turn of this tab, and if that was another's first, for the news of it.
 * Where there are no locks, or another tab holds on to it for too long, this one has its
 * turn all the same.
 *
 * @param {() => Promise<void>} work
 */
async function inTurn(work) {
  const isFirst = await withLock(NAME, { ifAvailable: true }, async (lock) => {
    if (lock !== null) await work();
    return lock !== null;
  });
  if (isFirst) return undefined;
  let isBegun = false;
  const begin = async () => {
    isBegun = true;
    await new Promise((resolve) => setTimeout(resolve, NEWS_MS));
    return work();
  };
  try {
    const { locks } = navigator;
    return await locks.request(NAME, { signal: AbortSignal.timeout(TURN_MS) }, begin);
  } catch (error) {
    if (isBegun) throw error;
    return begin();
  }
}
