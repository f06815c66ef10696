// One assessment.

import { h, keepingFocus, replace } from "../dom.js";
import { customFieldValue, idLine, scoreRing, stageBadge, tracker } from "../parts/assessment.js";
import { announce, banner, button, copyButton, markedId, time } from "../parts/controls.js";
import { askForCredential, confirm } from "../parts/dialogs.js";
import { sentenceOf } from "../explain.js";
import { hasRules, idFault, isTerminal, stageLabel, subscribeToRules } from "../rules.js";
import { session } from "../session.js";
import { texts } from "../texts.js";

/**
 * @import { CustomField, WorkflowRun } from "assessments-edge/slim"
 * @import { Failure } from "../failure.js"
 * @import { Child } from "../dom.js"
 * @import { Dashboard } from "../main.js"
 * @import { Message } from "../parts/controls.js"
 * @import { Entry, Known, Seen } from "../store.js"
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
    app.refresher.watch(id);
    this.#show();
    if (session.isConnected) this.#read();
  }

  dispose() {
    for (const end of this.#ends) end();
    this.#app.refresher.watch(undefined);
  }

  get title() {
    return this.#app.store.get(this.#id)?.assessment?.name ?? this.#id;
  }

  /** Reads it with another session, or says that there is none. */
  #connected() {
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
    const record = this.#app.store.get(this.#id);
    const { readAt, requestId, ...content } = record ?? {};
    const { kind, message } = this.#failure ?? {};
    const shown = JSON.stringify([content, kind, message, session.isConnected, hasRules()]);
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

  /** @param {Entry | undefined} record */
  #showAll(record) {
    const { assessment } = record ?? {};
    if (!record || !assessment) {
      this.#showNothing();
      return;
    }
    const isOpen = this.#body.querySelector("details")?.open ?? false;
    this.#showRecord(record, assessment, isOpen);
    if (this.element.isConnected) this.#app.setTitle(assessment.name);
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
          {},
          h("h1", { tabindex: -1 }, h("bdi", {}, assessment.name)),
          h(
            "p",
            { class: "badges" },
            stageBadge(assessment.status),
            archivedAt !== undefined &&
              h("span", { class: "badge" }, texts.detail.archivedAt, " ", time(archivedAt)),
          ),
        ),
        h(
          "div",
          { class: "actions" },
          button(texts.detail.refresh, () => this.#refresh()),
          !archivedAt && end,
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
          card(texts.detail.progress, tracker(assessment, history, run)),
          run && card(texts.detail.workflow, timeline(run)),
          card(texts.detail.scope, scope(assessment)),
          assessment.custom_fields &&
            card(texts.detail.customFields, customFields(assessment.custom_fields)),
        ),
        h(
          "div",
          { class: "stack side" },
          card(
            texts.detail.score,
            scoreRing(assessment.score_percent),
            h("p", { class: "findings" }, texts.detail.findings(assessment.findings_count)),
          ),
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
    if (await this.#read()) announce(texts.detail.refreshed);
  }

  /** Cancels or archives, after a question. */
  async #end() {
    if (!session.isConnected && !(await askForCredential(this.#app))) return;
    const { status } = this.#app.store.get(this.#id)?.assessment ?? {};
    if (status === undefined) return;
    const isOver = isTerminal(status);
    const { end } = texts;
    const answer = await confirm({
      title: isOver ? end.archiveTitle : end.cancelTitle,
      text: isOver ? end.archiveText(stageLabel(status)) : end.cancelText,
      label: isOver ? end.archiveConfirm : end.cancelConfirm,
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

/**
 * @param {Known} assessment
 * @param {HTMLElement} readAt
 */
function times({ created_at: created, initiated_at: initiated, updated_at: updated }, readAt) {
  return facts([
    [texts.detail.created, time(created)],
    [texts.detail.initiated, time(initiated)],
    [texts.detail.updated, time(updated)],
    [texts.detail.read, readAt],
  ]);
}

/** @param {Known} assessment */
function scope(assessment) {
  const one = (/** @type {string | null} */ id, /** @type {string} */ what) =>
    id ? idLine(id, what) : h("span", { class: "muted" }, texts.detail.none);
  const many = (/** @type {string[]} */ ids, /** @type {string} */ what) =>
    ids.length > 0
      ? h(
          "ul",
          { class: "plain" },
          ids.map((id) => h("li", {}, idLine(id, what))),
        )
      : h("span", { class: "muted" }, texts.detail.none);
  const { detail } = texts;
  /** @type {[Child, Child][]} */
  const known = [
    [detail.vendor, one(assessment.vendor_id, detail.vendor)],
    [detail.assignee, one(assessment.assignee_id, detail.assignee)],
    [detail.services, many(assessment.service_ids, detail.services)],
    [detail.controlSets, many(assessment.control_set_ids, detail.controlSets)],
  ];
  const run = assessment.workflow_run_id;
  if (run) known.push([detail.workflowRun, one(run, detail.workflowRun)]);
  return facts(known);
}

/** @param {CustomField[]} fields */
function customFields(fields) {
  if (fields.length === 0) return h("p", { class: "muted" }, texts.detail.noCustomFields);
  return facts(fields.map((field) => [h("bdi", {}, field.field_name), customFieldValue(field)]));
}

/**
 * The steps of a workflow run.
 *
 * @param {WorkflowRun} run
 * @returns {Child[]}
 */
function timeline(run) {
  /** @type {Record<string, string>} */
  const runStatuses = texts.detail.runStatuses;
  /** @type {Record<string, string>} */
  const stepStatuses = texts.detail.stepStatuses;
  const steps = run.steps.map((step, index) => {
    // What the run did about a failure: the last step that failed may have ended it.
    const isEnd = run.status === "failed" && index === run.steps.length - 1;
    const failed = isEnd ? "ended" : "continued";
    const state = step.status === "failed" ? failed : (step.status ?? "going");
    return h(
      "li",
      { class: `run-step ${state}` },
      h("span", { class: "run-step-name" }, h("bdi", {}, step.component_name)),
      h("span", { class: "run-step-state" }, stepStatuses[state]),
      step.message && h("p", { class: "hint" }, h("bdi", {}, step.message)),
      step.artifacts.length > 0 &&
        h(
          "ul",
          { class: "tags" },
          step.artifacts.map((artifact) =>
            h(
              "li",
              { class: "tag", title: artifact.id },
              h("bdi", {}, `${artifact.artifact_type}: ${artifact.id}`),
            ),
          ),
        ),
    );
  });
  return [
    h(
      "p",
      {},
      h("bdi", {}, run.workflow_name),
      " · ",
      runStatuses[run.status],
      run.completed_at != null && [" ", time(run.completed_at)],
    ),
    steps.length > 0
      ? h("ol", { class: "timeline" }, steps)
      : h("p", { class: "muted" }, texts.detail.noSteps),
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
        time(Math.floor(at / 1000)),
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
