// One assessment.

import { duplicateOf } from "../duplicate.js";
import { freshId, h, keepingFocus, replace } from "../dom.js";
import { eventKey, eventName, isApproval, noteEvent } from "../events.js";
import { Failure } from "../failure.js";
import { customFieldValue, idLine, scoreRing, stageBadge, tracker } from "../parts/assessment.js";
import { announce, banner, button, copyButton, markedId, time } from "../parts/controls.js";
import { askForCredential, confirm } from "../parts/dialogs.js";
import { duration, foreign, listed, moment, named } from "../parts/named.js";
import { runList, runStatus, stepList, waitingStep } from "../parts/runs.js";
import { sentenceOf } from "../explain.js";
import { withMarks } from "../format.js";
import { hasRules, idFault, isTerminal, stageLabel, subscribeToRules } from "../rules.js";
import { session } from "../session.js";
import { texts } from "../texts.js";
import { writeAnew } from "../write-anew.js";

/**
 * @import {
 *   AssessmentDetail,
 *   AwaitedEvent,
 *   CustomField,
 *   WorkflowRun,
 *   WorkflowRunStep,
 * } from "assessments-edge/slim"
 * @import { Child } from "../dom.js"
 * @import { Dashboard } from "../main.js"
 * @import { Message } from "../parts/controls.js"
 * @import { Entry, Known, Seen } from "../store.js"
 */

/** How many runs that go on are read without being opened. */
const RUNS_READ = 5;

/**
 * A step of a run that waits for an event, and for which, where the API tells it.
 *
 * @typedef {{ run: WorkflowRun, step: WorkflowRunStep, awaited: AwaitedEvent | undefined }} Waiting
 */

/**
 * The page of the assessment `id`, a text as in the address.
 *
 * @param {Dashboard} app
 * @param {string} id
 * @param {Message} [notice]
 */
export function detailView(app, id, notice) {
  const offset = idFault(id, "assessment");
  if (offset !== undefined) return notAnId(id, offset);
  const view = new Detail(app, id, notice);
  return { title: view.title, element: view.element, dispose: () => view.dispose() };
}

function backLink() {
  return h("p", { class: "back" }, h("a", { href: "/" }, texts.pages.backToList));
}

/**
 * @param {string} id
 * @param {number} offset
 */
function notAnId(id, offset) {
  const element = h(
    "div",
    { class: "page" },
    backLink(),
    h("h1", { tabindex: -1 }, texts.detail.notAnId),
    h("p", {}, markedId(id, offset)),
  );
  return { title: texts.detail.notAnId, element, dispose: () => {} };
}

class Detail {
  #app;
  #id;
  #head = h("div");
  #message = h("div", { class: "message" });
  #body = h("div", { class: "stack" });
  #readAt = h("span");
  #support = h("div", { class: "stack" });
  /** @type {string | undefined} */
  #shown;
  /**
   * The status that the notice was given with.
   *
   * @type {string | undefined}
   */
  #noticedAt;
  /** @type {(() => unknown)[]} */
  #ends = [];
  /**
   * What is known besides the assessment: names, findings, runs.
   *
   * @type {AssessmentDetail | undefined}
   */
  #detail;
  /**
   * What of the assessment was there when that was read, or was tried in vain.
   *
   * @type {string | undefined}
   */
  #lookedAt;
  #isLooking = false;
  #ended = new AbortController();
  /**
   * Runs as this page read them, or why it could not.
   *
   * @type {Map<string, WorkflowRun | string>}
   */
  #runs = new Map();
  /**
   * The runs that show their steps: the newest, until somebody chooses.
   *
   * @type {Set<string> | undefined}
   */
  #opened;

  /**
   * @param {Dashboard} app
   * @param {string} id
   * @param {Message} [notice]
   */
  constructor(app, id, notice) {
    this.#app = app;
    this.#id = id;
    this.element = h("div", { class: "page" }, backLink(), this.#head, this.#message, this.#body);
    if (notice) this.#tell(notice);
    this.#noticedAt = notice && app.store.get(id)?.assessment?.status;
    this.#ends.push(
      app.store.subscribe(() => this.#show()),
      session.subscribe(() => this.#connected()),
      subscribeToRules(() => this.#show()),
    );
    const seenAgain = () => document.hidden || this.#show();
    document.addEventListener("visibilitychange", seenAgain, { signal: this.#ended.signal });
    app.refresher.watch(id);
    this.#show();
    if (session.isConnected) this.#read();
  }

  dispose() {
    this.#ended.abort();
    for (const end of this.#ends) end();
    this.#app.refresher.watch(undefined);
  }

  get title() {
    return withMarks(this.#app.store.get(this.#id)?.assessment?.name ?? this.#id);
  }

  /** Reads it with another session, or says that there is none. */
  #connected() {
    this.#lookedAt = undefined;
    // What one role may read, another may not.
    if (session.isConnected && !may("read_dashboard")) this.#detail = undefined;
    if (session.isConnected) this.#read();
    else this.#show();
  }

  /** Reads it now; whether that went well. */
  async #read() {
    try {
      await this.#app.refresher.read(this.#id, { adds: true });
      return true;
    } catch {
      // It is the refresher that knows why, and whether a later read went well.
      return false;
    } finally {
      this.#show();
    }
  }

  get #failure() {
    return this.#app.refresher.failureOf(this.#id);
  }

  /** @param {Message} message */
  #tell(message) {
    this.#noticedAt = undefined;
    replace(this.#message, banner({ onDismiss: () => replace(this.#message), ...message }));
  }

  #show() {
    if (this.#ended.signal.aborted) return;
    this.#lookCloser();
    const record = this.#app.store.get(this.#id);
    const { readAt, requestId, ...content } = record ?? {};
    const { kind, message } = this.#failure ?? {};
    const shown = JSON.stringify([
      [content, kind, message, session.isConnected, hasRules()],
      [this.#detail, [...this.#runs], may("send_workflow_event")],
    ]);
    // Said once: what became of it since is said below.
    if (this.#noticedAt !== undefined && record?.assessment?.status !== this.#noticedAt) {
      this.#noticedAt = undefined;
      replace(this.#message);
    }
    keepingFocus(this.element, () => {
      // What is read again without a change stays, with what is selected in it.
      if (shown !== this.#shown) this.#showAll(record);
      replace(this.#readAt, readAt !== undefined && time(Math.floor(readAt / 1000)));
      replace(this.#support, support(requestId));
    });
    this.#shown = shown;
  }

  /** Reads what is known besides, if the assessment changed since. */
  async #lookCloser() {
    const { assessment, archivedAt, readAt } = this.#app.store.get(this.#id) ?? {};
    if (!assessment || this.#isLooking || document.hidden) return;
    if (!session.isConnected || !may("read_dashboard")) return;
    const { updated_at: updated, status, findings_count: findings } = assessment;
    // A run goes from one wait to another without a change of the assessment.
    const waits = this.#waiting.map(({ step }) => step.step_id);
    const version = JSON.stringify([updated, status, findings, archivedAt, waits]);
    if (this.#lookedAt === version || this.#lookedAt === `${readAt}`) return;
    this.#isLooking = true;
    try {
      const { signal } = this.#ended;
      this.#detail = await this.#app.api.reads.assessment(this.#id, { signal, maxRetries: 0 });
      this.#lookedAt = version;
      await this.#readRuns();
    } catch (failure) {
      // The page shows what it can without; it is asked for again after the next good read.
      this.#lookedAt = `${readAt}`;
      console.info("Names were not read:", /** @type {Failure} */ (failure).message);
    } finally {
      this.#isLooking = false;
      this.#show();
    }
  }

  /** Reads the newest run, those that go on and those that are open, but for what has ended. */
  async #readRuns() {
    const runs = this.#detail?.runs ?? [];
    const [newest] = runs;
    if (!newest) return;
    const { workflow_run_id: newestId } = newest;
    this.#opened ??= new Set([newestId]);
    await this.#app.store.noteNewestRun(this.#id, newestId);
    const going = runs.filter(({ status }) => status === "started").slice(0, RUNS_READ);
    const wanted = new Set([newestId, ...going.map(({ workflow_run_id: id }) => id)]);
    for (const id of this.#opened) wanted.add(id);
    for (const id of wanted) await this.#readRun(id);
  }

  /**
   * Reads a run, unless it is known how it ended. Those of the newest are read again and
   * again, by whoever reads the assessment.
   *
   * @param {string} id
   */
  async #readRun(id) {
    if (this.#ended.signal.aborted || this.#knownRun(id)?.completed_at != null) return;
    try {
      const { data } = await this.#app.api.retrieveRun(id);
      this.#runs.set(id, data);
      if (id === this.#newestRun) await this.#app.store.noteRun(this.#id, data);
    } catch (failure) {
      if (!this.#knownRun(id)) this.#runs.set(id, sentenceOf(/** @type {Failure} */ (failure)));
    }
    this.#show();
  }

  get #newestRun() {
    return this.#detail?.runs[0]?.workflow_run_id;
  }

  /**
   * @param {string} id
   * @returns {WorkflowRun | undefined}
   */
  #knownRun(id) {
    const { run } = this.#app.store.get(this.#id) ?? {};
    if (run?.workflow_run_id === id) return run;
    const known = this.#runs.get(id);
    return typeof known === "string" ? undefined : known;
  }

  /**
   * @param {string} id
   * @param {boolean} isOpen
   */
  #toggled(id, isOpen) {
    this.#opened ??= new Set();
    if (isOpen === this.#opened.has(id)) return;
    if (isOpen) this.#opened.add(id);
    else this.#opened.delete(id);
    if (isOpen && !this.#knownRun(id)) this.#readRun(id);
  }

  /** @param {string} id */
  #readRunAgain(id) {
    this.#runs.delete(id);
    this.#show();
    this.#readRun(id);
  }

  /**
   * The steps that wait for an event, of the runs that were read.
   *
   * @returns {Waiting[]}
   */
  get #waiting() {
    const { run } = this.#app.store.get(this.#id) ?? {};
    const ids = this.#detail?.runs.map(({ workflow_run_id: id }) => id) ?? [];
    const runs = this.#detail ? ids.map((id) => this.#knownRun(id)) : [run];
    return runs.flatMap((known) => {
      const step = known && waitingStep(known);
      return known && step ? [{ run: known, step, awaited: this.#awaited(known, step) }] : [];
    });
  }

  /**
   * What a step waits for. The run may have been read later than what tells that.
   *
   * @param {WorkflowRun} run
   * @param {WorkflowRunStep} step
   */
  #awaited({ workflow_run_id: id }, { component_id: component }) {
    const listed = this.#detail?.runs.find((each) => each.workflow_run_id === id);
    const { awaited_event: awaited } = listed ?? {};
    return awaited?.component_id === component ? awaited : undefined;
  }

  /** @param {Entry | undefined} record */
  #showAll(record) {
    const { assessment } = record ?? {};
    if (!record || !assessment) {
      this.#showNothing();
      return;
    }
    /** @type {HTMLDetailsElement | null} */
    const json = this.#body.querySelector("details.json");
    const isOpen = json?.open ?? false;
    this.#showRecord(record, assessment, isOpen);
    if (this.element.isConnected) this.#app.setTitle(this.title);
  }

  /** Nothing is known of it: not read yet, or it cannot be. */
  #showNothing() {
    const failure = this.#failure;
    const connect = () => askForCredential(this.#app);
    const isMissing = failure?.status === 404;
    const title = isMissing ? texts.detail.notFound : failure && texts.detail.failed;
    replace(
      this.#head,
      h("h1", { tabindex: -1 }, title ?? texts.loading),
      h("p", {}, h("code", { class: "id" }, this.#id)),
    );
    if (!session.isConnected) {
      replace(
        this.#head,
        h("h1", { tabindex: -1 }, texts.connection.neededToRead),
        h("p", {}, h("code", { class: "id" }, this.#id)),
        h(
          "div",
          { class: "actions" },
          button(texts.connection.connect, connect, { look: "primary" }),
        ),
      );
      replace(this.#body);
    } else if (isMissing) {
      const isListed = this.#app.store.get(this.#id) !== undefined;
      replace(
        this.#body,
        banner({
          tone: "warning",
          title: texts.detail.notFoundText,
          requestId: failure.requestId,
          actions: isListed ? [this.#forgetButton()] : [],
        }),
      );
    } else {
      replace(
        this.#body,
        failure &&
          banner({
            tone: "error",
            title: sentenceOf(failure),
            requestId: failure.requestId,
            actions: [button(texts.trouble.retry, () => this.#read())],
          }),
      );
    }
  }

  /**
   * @param {Entry} record
   * @param {Known} assessment
   * @param {boolean} isOpen Whether its JSON is.
   */
  #showRecord({ archivedAt, history, run }, assessment, isOpen) {
    const isOver = isTerminal(assessment.status);
    const detail = this.#detail;
    const isArchived = archivedAt !== undefined || detail?.is_archived === true;
    const name = namesOf(detail);
    const end = button(isOver ? texts.detail.archive : texts.detail.cancel, () => this.#end(), {
      look: "danger-quiet",
    });
    replace(
      this.#head,
      h(
        "header",
        { class: "page-head" },
        h(
          "div",
          { class: "title" },
          h("h1", { tabindex: -1 }, foreign(assessment.name)),
          h(
            "p",
            { class: "badges" },
            stageBadge(assessment.status),
            archivedAt !== undefined &&
              h("span", { class: "badge" }, texts.detail.archivedAt, " ", time(archivedAt)),
            isArchived &&
              archivedAt === undefined &&
              h("span", { class: "badge" }, texts.names.archived),
          ),
          // Its line is there before it is known, so that nothing moves.
          h("p", { class: "lead" }, detail ? aboutWhom(detail) : "\u00a0"),
        ),
        h(
          "div",
          { class: "actions" },
          button(texts.detail.refresh, () => this.#refresh()),
          button(texts.again.label, () => this.#again(assessment)),
          // What else it was asked for is known from its detail.
          button(
            texts.again.duplicate,
            () => writeAnew(this.#app, duplicateOf(assessment, detail), calledIn(detail)),
            { disabled: !detail && may("read_dashboard") },
          ),
          !isArchived && end,
        ),
      ),
    );
    replace(
      this.#body,
      this.#failure?.status === 404 && this.#missingBanner(this.#failure),
      h(
        "div",
        { class: "detail-grid" },
        h(
          "div",
          { class: "stack" },
          card(
            texts.names.outcome,
            h(
              "div",
              { class: "outcome" },
              scoreRing(assessment.score_percent),
              h(
                "div",
                { class: "stack" },
                this.#waiting.map((waiting) => this.#waitingBanner(waiting)),
                findings(assessment, detail),
              ),
            ),
          ),
          card(texts.detail.progress, tracker(assessment, history, run)),
          detail
            ? detail.runs.length > 0 && card(texts.runs.title, this.#runList(detail))
            : run && card(texts.detail.workflow, workflow(run)),
          card(texts.detail.scope, scope(assessment, name, detail)),
          assessment.custom_fields &&
            card(texts.detail.customFields, customFields(assessment.custom_fields, name)),
        ),
        h(
          "div",
          { class: "stack side" },
          card(texts.detail.times, times(assessment, this.#readAt)),
          card(texts.detail.history, seen(history)),
          card(texts.detail.support, this.#support),
        ),
      ),
      h(
        "details",
        { class: "card json", open: isOpen },
        h("summary", {}, texts.detail.json),
        copyButton(pretty(assessment), texts.detail.json),
        h("pre", { tabindex: 0, "aria-label": texts.detail.json }, pretty(assessment)),
      ),
    );
  }

  /** @param {AssessmentDetail} detail */
  #runList({ runs }) {
    return runList(runs, {
      known: (id) => {
        const fault = this.#runs.get(id);
        const run = this.#knownRun(id);
        const step = run && waitingStep(run);
        return {
          run,
          fault: typeof fault === "string" ? fault : undefined,
          awaited: run && step && this.#awaited(run, step),
        };
      },
      opened: this.#opened ?? new Set(),
      toggled: (id, isOpen) => this.#toggled(id, isOpen),
      retry: (id) => this.#readRunAgain(id),
    });
  }

  /** @param {Waiting} waiting */
  #waitingBanner(waiting) {
    const { run, step, awaited } = waiting;
    const { answer, approve, notAllowed, reject, report, send, until } = texts.runs;
    const mayAnswer = !session.isConnected || may("send_workflow_event");
    const mayEnd = !session.isConnected || may("archive_assessment");
    const isGate = awaited !== undefined && isApproval(awaited.name);
    const label = isGate ? approve : awaited ? send(withMarks(awaited.name)) : answer;
    const go = button(label, () => this.#answer(waiting), { look: "primary" });
    const no = button(reject, () => this.#end("reject"), { look: "danger-quiet" });
    // What an analyser found is for a system to send.
    const isReport = awaited?.applies_report === true;
    const names = [step.component_name, run.workflow_name].map((name) => withMarks(name));
    return banner({
      tone: "info",
      title: texts.runs.waiting(names[0] ?? "", names[1] ?? "", awaited && withMarks(awaited.name)),
      body: [
        awaited && h("span", {}, until, " ", moment(awaited.deadline)),
        isReport ? report : !mayAnswer && notAllowed,
      ],
      actions: mayAnswer && !isReport ? (isGate && mayEnd ? [go, no] : [go]) : [],
    });
  }

  /**
   * Sends a run the event that it waits for; where nobody tells its name, somebody has to
   * know it.
   *
   * @param {Waiting} waiting
   */
  async #answer({ run, step, awaited }) {
    if (!session.isConnected && !(await askForCredential(this.#app))) return;
    const { event } = texts;
    const { workflow_run_id: runId } = run;
    const { component_id: component } = step;
    const input = h("input", {
      id: freshId("event"),
      autocomplete: "off",
      autocapitalize: "none",
      spellcheck: "false",
      autofocus: true,
      value: eventName(component) ?? "",
    });
    const field = h("div", { class: "field" }, h("label", { for: input.id }, event.name), input);
    const stepName = withMarks(step.component_name);
    const isGate = awaited !== undefined && isApproval(awaited.name);
    const words = awaited
      ? {
          title: isGate ? event.approveTitle : event.knownTitle,
          text: event.knownText(stepName, withMarks(awaited.name)),
          label: isGate ? event.approve : event.send,
        }
      : { title: event.title, text: event.text(stepName), label: event.send };
    let wasSent = false;
    const answer = await confirm({
      ...words,
      keep: event.keep,
      working: event.working,
      look: "primary",
      content: awaited ? undefined : field,
      act: async () => {
        const name = awaited?.name ?? input.value.trim();
        if (name === "") throw new Failure("invalid", "page", new Error(event.empty));
        // Somebody else may have answered it while this was read; what was sent from here
        // may have arrived, and is sent again as the same.
        const isThere = this.#waiting.some(({ step: { step_id: id } }) => id === step.step_id);
        if (!isThere && !wasSent) throw new Failure("invalid", "page", new Error(event.over));
        const idempotencyKey = eventKey(step.step_id, name);
        try {
          return await this.#app.api.sendEvent(runId, { name }, { idempotencyKey });
        } catch (failure) {
          wasSent ||= /** @type {Failure} */ (failure).isOpen;
          throw failure;
        }
      },
      explain: (failure) => (failure.isOpen ? event.failed : sentenceOf(failure)),
    });
    if (!answer) return;
    const { name } = answer.data;
    noteEvent(component, name);
    this.#tell({ tone: "success", title: event.sent(withMarks(name)) });
    await this.#readRun(runId);
    this.#read();
  }

  /**
   * Begins another assessment of the same vendor, as this one was asked for.
   *
   * @param {Known} assessment
   */
  #again({ vendor_id, control_set_ids, service_ids, assignee_id }) {
    const assignee = assignee_id === null ? {} : { assignee_id };
    const fields = { vendor_id, control_set_ids, service_ids, ...assignee };
    return writeAnew(this.#app, fields, calledIn(this.#detail));
  }

  /**
   * What is shown is no more.
   *
   * @param {Failure} failure
   */
  #missingBanner({ requestId }) {
    const title = texts.detail.notFoundText;
    return banner({ tone: "warning", title, requestId, actions: [this.#forgetButton()] });
  }

  #forgetButton() {
    return button(texts.detail.forget, async () => {
      await this.#app.store.remove(this.#id);
      this.#app.navigate("/watchlist");
    });
  }

  async #refresh() {
    if (!session.isConnected && !(await askForCredential(this.#app))) return;
    this.#lookedAt = undefined;
    if (await this.#read()) announce(texts.detail.refreshed);
  }

  /**
   * Cancels or archives, after a question. Whoever rejects what a run waits for does the
   * same: no event of a run says no.
   *
   * @param {"reject"} [why]
   */
  async #end(why) {
    if (!session.isConnected && !(await askForCredential(this.#app))) return;
    const { status } = this.#app.store.get(this.#id)?.assessment ?? {};
    if (status === undefined) return;
    const isOver = isTerminal(status);
    const { end } = texts;
    const cancel = { title: end.cancelTitle, text: end.cancelText, label: end.cancelConfirm };
    const reject = { title: end.rejectTitle, text: end.rejectText, label: end.rejectConfirm };
    const archive = {
      title: end.archiveTitle,
      text: end.archiveText(stageLabel(status)),
      label: end.archiveConfirm,
    };
    const words = isOver ? archive : why === "reject" ? reject : cancel;
    const answer = await confirm({
      ...words,
      keep: end.keep,
      working: end.working,
      act: () => this.#app.api.archive(this.#id),
      explain: (failure) => (failure.isOpen ? end.failed : sentenceOf(failure)),
    });
    if (!answer) return;
    await this.#app.store.noteArchive(answer.data, answer);
    const label = stageLabel(answer.data.status);
    const title = isOver
      ? end.archived(label)
      : answer.data.status === "canceled"
        ? end.canceled
        : end.finishedMeanwhile(label);
    this.#tell({ tone: "success", title });
    this.#read();
  }
}

/**
 * @param {string} title
 * @param {Child[]} content
 */
function card(title, ...content) {
  return h("section", { class: "card" }, h("h2", {}, title), content);
}

/**
 * Names and values.
 *
 * @param {[Child, Child][]} entries
 */
function facts(entries) {
  return h(
    "dl",
    { class: "facts" },
    entries.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))),
  );
}

/** What ids are called, by the id. */
const calledIn = (/** @type {AssessmentDetail | undefined} */ detail) =>
  Object.fromEntries(detail?.names.map(({ id, name }) => [id, name]) ?? []);

/**
 * The vendor, and who is responsible.
 *
 * @param {AssessmentDetail} detail
 */
function aboutWhom({ vendor_name: vendor, assignee_name: assignee }) {
  const names = [vendor, assignee].flatMap((name) => (name ? [foreign(name)] : []));
  return names.flatMap((name, index) => (index === 0 ? [name] : [" · ", name]));
}

/**
 * Whether the role of whoever is connected has a permission.
 *
 * @param {string} permission
 */
const may = (permission) => session.me?.routes.includes(permission) ?? false;

/** @typedef {(id: string, what: string) => Child} Name */

/**
 * Shows an id by what it is called, if that is known.
 *
 * @param {AssessmentDetail | undefined} detail
 * @returns {Name}
 */
function namesOf(detail) {
  const names = new Map(detail?.names.map(({ id, name }) => [id, name]));
  return (id, what) => named(id, names.get(id), what);
}

/**
 * What was found, by its title where that is known.
 *
 * @param {Known} assessment
 * @param {AssessmentDetail | undefined} detail
 */
function findings({ findings_count: count }, detail) {
  const all = detail?.findings ?? [];
  const left = count - all.length;
  const { untitled, unlisted } = texts.names;
  return [
    h("p", { class: "findings" }, texts.detail.findings(count)),
    all.length > 0 && listed(all, ({ id, title }) => named(id, title ?? untitled, untitled)),
    all.length > 0 && left > 0 && h("p", { class: "hint" }, unlisted(left)),
  ];
}

/**
 * @param {Known} assessment
 * @param {HTMLElement} readAt
 */
function times(
  { status, created_at: created, initiated_at: initiated, updated_at: updated },
  readAt,
) {
  /** @type {[Child, Child][]} */
  const known = [
    [texts.detail.created, moment(created)],
    [texts.detail.initiated, moment(initiated)],
    [texts.detail.updated, moment(updated)],
  ];
  if (isTerminal(status)) known.push([texts.names.lasted, duration(updated - created)]);
  return facts([...known, [texts.detail.read, readAt]]);
}

/**
 * @param {Known} assessment
 * @param {Name} name
 * @param {AssessmentDetail | undefined} detail
 */
function scope(assessment, name, detail) {
  const none = () => h("span", { class: "muted" }, texts.detail.none);
  const one = (/** @type {string | null} */ id, /** @type {string} */ what) =>
    id ? name(id, what) : none();
  const many = (/** @type {string[]} */ ids, /** @type {string} */ what) =>
    listed(ids, (id) => name(id, what));
  const { vendor, assignee, services, controlSets, workflowRun } = texts.detail;
  const { documents } = texts.names;
  /** @type {[Child, Child][]} */
  const known = [
    [vendor, one(assessment.vendor_id, vendor)],
    [assignee, one(assessment.assignee_id, assignee)],
    [services, many(assessment.service_ids, services)],
    [controlSets, many(assessment.control_set_ids, controlSets)],
  ];
  const run = assessment.workflow_run_id;
  if (detail)
    known.push([
      documents,
      listed(detail.documents, (document) => named(document.id, document.name, documents)),
    ]);
  else if (run) known.push([workflowRun, idLine(run, workflowRun)]);
  return facts(known);
}

/**
 * @param {CustomField[]} fields
 * @param {Name} name
 */
function customFields(fields, name) {
  if (fields.length === 0) return h("p", { class: "muted" }, texts.detail.noCustomFields);
  return facts(fields.map((field) => [foreign(field.field_name), customFieldValue(field, name)]));
}

/**
 * A run of a workflow, where no other is known.
 *
 * @param {WorkflowRun} run
 * @returns {Child[]}
 */
function workflow(run) {
  return [
    h(
      "p",
      {},
      foreign(run.workflow_name),
      " · ",
      runStatus(run.status),
      run.completed_at != null && [" ", time(run.completed_at)],
    ),
    stepList(run),
  ];
}

/** @param {Seen[]} history */
function seen(history) {
  const entries = history
    .toReversed()
    .map(({ status, at }) =>
      h(
        "li",
        {},
        stageBadge(status),
        h("code", { class: "muted" }, status),
        " ",
        moment(Math.floor(at / 1000)),
      ),
    );
  return h("ol", { class: "history" }, entries);
}

/** @param {string | undefined} requestId */
function support(requestId) {
  return [
    h("p", { class: "muted" }, texts.detail.supportText),
    facts([[texts.requestId, requestId ? idLine(requestId, texts.requestId) : texts.detail.none]]),
  ];
}

/** @param {Known} assessment */
function pretty(assessment) {
  return JSON.stringify(assessment, null, 2);
}
