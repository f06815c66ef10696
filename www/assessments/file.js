// The file of all that is asked for, as it is made.

import { replace, h } from "../dom.js";
import { explained } from "../explain.js";
import { Export } from "../export.js";
import { formatNumber } from "../format.js";
import { announce, banner, button } from "../parts/controls.js";
import { texts } from "../texts.js";
import { download } from "../transfer.js";
import { trouble } from "../trouble.js";

/**
 * @import { Failure } from "../failure.js"
 * @import { Message } from "../parts/controls.js"
 */

export class FileMaker {
  /** Ends the file that is being made. */
  #making = new AbortController();
  #make;
  #again;
  element = h("div", { class: "message" });
  button = button(texts.assessments.exportFile, () => this.#begin(), { look: "quiet" });

  /**
   * @param {() => Export} make A file of what is asked for.
   * @param {() => void} again Reads the list again.
   */
  constructor(make, again) {
    this.#make = make;
    this.#again = again;
  }

  stop() {
    this.#making.abort();
  }

  /** @param {Message} [message] */
  #tell(message) {
    replace(this.element, message && banner(message));
  }

  /**
   * Gives the user the file, from wherever an attempt before ended.
   *
   * @param {Export} [file]
   */
  async #begin(file = this.#make()) {
    this.stop();
    this.#making = new AbortController();
    const { signal } = this.#making;
    const { exporting, exportEnded, exportFailed, exportFull, exportName, exported, stop } =
      texts.assessments;
    const stopIt = button(stop, () => this.stop());
    const progress = h("span");
    this.#tell({ tone: "info", title: exporting, body: progress, actions: [stopIt] });
    const onDismiss = () => this.#tell();
    try {
      await file.read(signal, (count) => replace(progress, exported(formatNumber(count))));
    } catch (error) {
      if (signal.aborted) return this.#stopped(signal);
      const failure = /** @type {Failure} */ (error);
      trouble.note(failure, this.#again);
      const { title, body } = explained(failure);
      const actions = [button(texts.trouble.retry, () => this.#begin(file))];
      const { requestId } = failure;
      const told = [title, ...body];
      this.#tell({ tone: "error", title: exportFailed, body: told, actions, requestId, onDismiss });
      return;
    }
    if (signal.aborted) return this.#stopped(signal);
    download(exportName, file.text(), "text/csv;charset=utf-8");
    const title = exportEnded(formatNumber(file.count));
    const body = file.isWhole ? [] : exportFull(formatNumber(file.count));
    this.#tell({ tone: file.isWhole ? "success" : "warning", title, body, onDismiss });
  }

  /**
   * @param {AbortSignal} signal Of the attempt: another may have begun.
   */
  #stopped(signal) {
    if (this.#making.signal !== signal) return;
    // Whoever pressed the button that goes away is still here.
    if (this.element.contains(document.activeElement)) this.button.focus();
    this.#tell();
    announce(texts.assessments.exportStopped);
  }
}
