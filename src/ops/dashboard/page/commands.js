/** What operators can have the server do, each with a confirmation and a result. */
import { byId, make, setText } from "./dom.js";
import { counted } from "./format.js";

/**
 * @typedef {object} CommandRequest
 * @property {string} path
 * @property {(value: string) => unknown} [body] Of what was chosen; an empty object without it.
 * @property {string} title The question.
 * @property {string} text What follows.
 * @property {string} action The text of the button that confirms.
 * @property {string} [doing] What to say until the answer.
 * @property {(answer: any) => string} done What to say of the answer.
 * @property {{ action: string, body: unknown }} [undo] A button for what is as the settings say, and what it sends.
 * @property {{ label: string, options?: readonly string[], value: string }} [field] A choice, or a number.
 */

/** Settles the question that was asked last, once its dialog is closed. */
let settle = () => {};

/** The buttons of the whole server. */
export function startCommands() {
  /** @type {Readonly<Record<string, CommandRequest>>} */
  const requests = {
    reload: {
      path: "reload",
      title: "Reload the server?",
      text: "New lanes load the settings and the code again; the old ones finish what they serve.",
      action: "Reload",
      doing: "Reloading…",
      done: ({ generation }) => `Reloaded: generation ${generation} serves`,
    },
    fewer: scaleBy(-1),
    more: scaleBy(1),
    level: {
      path: "log-level",
      body: (level) => ({ level }),
      title: "Change the log level?",
      text: "The log has records of this level and above, until the server starts anew.",
      action: "Change",
      done: () => "The log level has changed",
      field: { label: "Level", options: ["debug", "info", "warning", "error"], value: "info" },
    },
    drain: {
      path: "drain",
      title: "Drain the server?",
      text: "It accepts no more clients, finishes what it serves, and exits.",
      action: "Drain",
      done: () => "The server drains, and then exits",
    },
  };
  // No submit button, so that the enter key in a field is not taken for it.
  for (const [id, answer] of [["ask-cancel", ""], ["ask-undo", "undo"]]) {
    byId(id ?? "").addEventListener("click", () => {
      /** @type {HTMLDialogElement} */ (byId("ask")).close(answer);
    });
  }
  byId("ask").addEventListener("close", () => settle());
  for (const [id, request] of Object.entries(requests)) {
    byId(id).addEventListener("click", () => void confirmAndSend(request));
  }
}

/** @param {1 | -1} by @returns {CommandRequest} */
function scaleBy(by) {
  const change = by === 1 ? "more" : "fewer";
  return {
    path: "scale",
    body: () => ({ by }),
    title: `One lane ${change}?`,
    text: by === 1
      ? "The server may run one lane more than now."
      : "A lane stops when it has finished what it serves.",
    action: `One ${change}`,
    done: ({ before, now }) => `At most ${counted(now, "lane")}; before, ${before}`,
  };
}

/**
 * Asks, sends a command, and shows its result.
 *
 * @param {CommandRequest} request
 */
export async function confirmAndSend(request) {
  const body = await ask(request);
  if (body === null) return;
  showResult(request.doing ?? "Sending…", "");
  try {
    const answer = await call(request.path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    showResult(request.done(answer), "good");
  } catch (error) {
    showResult(error instanceof Error ? error.message : String(error), "bad");
  }
}

/**
 * Calls the admin port. A client that must log in is sent to do so.
 *
 * @param {string} path
 * @param {RequestInit} [init]
 * @returns {Promise<any>} What it answered.
 * @throws {Error} With what it said, if it refused.
 */
export async function call(path, init) {
  const response = await fetch(path, { ...init, cache: "no-store" }).catch(() => {
    throw new Error("Cannot reach the server");
  });
  if (response.status === 401) location.assign("login");
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer?.error ?? `The server answered ${response.status}`);
  return answer;
}

/** @param {string} text @param {string} tone */
function showResult(text, tone) {
  const result = byId("result");
  setText(result, text);
  result.dataset.tone = tone;
}

/**
 * Asks in a dialog.
 *
 * @param {CommandRequest} request
 * @returns {Promise<unknown>} What to send; null for nothing.
 */
function ask({ title, text, action, field, undo, body }) {
  // Browsers tell with the next frame that a dialog has closed; a question may come before that.
  settle();
  const dialog = /** @type {HTMLDialogElement} */ (byId("ask"));
  const input = field === undefined ? null : makeInput(field);
  setText(byId("ask-title"), title);
  setText(byId("ask-text"), text);
  setText(byId("ask-action"), action);
  setText(byId("ask-undo"), undo?.action ?? "");
  byId("ask-undo").hidden = undo === undefined;
  byId("ask-field").replaceChildren(
    ...(input === null ? [] : [make("label", {}, `${field?.label} `, input)]),
  );
  dialog.returnValue = "";
  dialog.showModal();
  input?.focus();
  return new Promise((resolve) => {
    settle = () => {
      if (dialog.open) return; // The event of the question before.
      if (dialog.returnValue === "undo") resolve(undo?.body);
      else resolve(dialog.returnValue === "yes" ? body?.(input?.value ?? "") ?? {} : null);
    };
  });
}

/** @param {NonNullable<CommandRequest["field"]>} field */
function makeInput({ options, value }) {
  const input =
    /** @type {HTMLInputElement | HTMLSelectElement} */ (options === undefined
      ? make("input", { type: "number", min: 0, step: 1, required: true })
      : make("select", {}, ...options.map((option) => make("option", {}, option))));
  input.value = value;
  return input;
}
