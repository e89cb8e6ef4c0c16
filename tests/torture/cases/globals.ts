import { alone, type Deed, type Outcome, type Theme } from "../case.ts";
import { BROKEN, fine } from "../outcomes.ts";

/** Replaces something of the whole worker, in a route, whose answer is then 204. */
const patch = (does: string, code: string, outcome: Deed["outcome"] = fine("204")) =>
  alone(does, code, outcome);
const replaced = (what: string) =>
  patch(
    `makes \`${what}\` throw`,
    `${what} = function () { throw new Error("patched"); }; return nothing();`,
  );
const broken = (what: string) =>
  patch(
    `makes \`${what}\` throw`,
    `${what} = function () { throw new Error("patched"); }; return nothing();`,
    BROKEN,
  );
const wrong = (what: string, value: string, text: string, outcome: Outcome = fine("204")) =>
  patch(`makes \`${what}\` return ${text}`, `${what} = () => ${value}; return nothing();`, outcome);

export const GLOBALS: Theme = {
  title: "Changing the globals",
  text:
    `A handler shares its globals with the worker that serves it. The replacements that libraries make do no harm; a built-in that throws may break anything in its worker or, on the main thread, in the server itself. Threads and processes have globals of their own.`,
  deeds: [
    replaced("globalThis.fetch"),
    broken("Promise.prototype.then"),
    broken("Promise.resolve"),
    broken("Array.prototype.push"),
    broken("Array.prototype.shift"),
    broken("Array.prototype.map"),
    broken("Array.prototype.filter"),
    broken("Array.prototype[Symbol.iterator]"),
    broken("Map.prototype.get"),
    broken("Map.prototype.set"),
    broken("Object.getPrototypeOf(Uint8Array.prototype).set"),
    broken("Object.getPrototypeOf(Uint8Array.prototype).subarray"),
    broken("String.prototype.toLowerCase"),
    broken("RegExp.prototype.test"),
    broken("JSON.stringify"),
    replaced("JSON.parse"),
    broken("Atomics.add"),
    broken("Date.now"),
    broken("globalThis.Date"),
    broken("globalThis.setTimeout"),
    replaced("globalThis.queueMicrotask"),
    broken("globalThis.TextEncoder"),
    broken("globalThis.Response"),
    replaced("globalThis.Request"),
    replaced("globalThis.Headers"),
    broken("globalThis.Promise"),
    replaced("globalThis.structuredClone"),
    replaced("console.log"),
    broken("Deno.memoryUsage"),
    wrong("Date.now", "0", "0"),
    wrong("Date.now", "NaN", "NaN", BROKEN),
    wrong("performance.now", "0", "0"),
    wrong("Math.random", "1", "1"),
    wrong("JSON.stringify", "undefined", "undefined", BROKEN),
    patch(
      "deletes the globals that it finds",
      `for (const key of Reflect.ownKeys(globalThis)) { if (key !== "Response") try { delete globalThis[key]; } catch {} } return nothing();`,
      BROKEN,
    ),
    patch(
      "freezes the globals",
      `for (const key of Reflect.ownKeys(globalThis)) { const value = globalThis[key]; if (typeof value === "function" && value.prototype) Object.freeze(value.prototype); } Object.freeze(Object.prototype); Object.freeze(globalThis); return nothing();`,
      BROKEN,
    ),
    patch(
      "pollutes Object.prototype with get and set",
      `Object.prototype.get = () => { throw new Error("get"); }; Object.prototype.set = () => {}; return nothing();`,
    ),
    patch(
      "pollutes Object.prototype with value",
      `Object.prototype.value = 1; Object.prototype.writable = true; return nothing();`,
    ),
    patch(
      "pollutes Object.prototype with then",
      `Object.prototype.then = function (resolve) { resolve(1); }; return nothing();`,
      BROKEN,
    ),
    patch(
      "pollutes Object.prototype with type, status and body",
      `Object.assign(Object.prototype, { type: "crashed", status: 500, body: "x", upgrade: () => {}, done: true, error: 1, cause: 2 }); return nothing();`,
      BROKEN,
    ),
    patch(
      "pollutes Object.prototype with toJSON",
      `Object.prototype.toJSON = () => ({ type: "crashed" }); return nothing();`,
      // The messages of a process are JSON.
      { main: fine("204"), thread: fine("204"), process: BROKEN },
    ),
    patch(
      "adds a method to Array.prototype",
      `Array.prototype.extra = function () {}; return nothing();`,
    ),
    patch(
      "gives Array.prototype a setter at 0",
      `Object.defineProperty(Array.prototype, 0, { set() { throw new Error("set 0"); }, configurable: true }); return nothing();`,
      BROKEN,
    ),
    patch(
      "gives Error.prepareStackTrace a function that throws",
      `Error.prepareStackTrace = () => { throw new Error("prepare"); }; return nothing();`,
    ),
    patch("sets Error.stackTraceLimit to 0", `Error.stackTraceLimit = 0; return nothing();`),
    patch(
      "takes the globals' error events",
      `addEventListener("error", (event) => { event.preventDefault(); event.stopImmediatePropagation(); }); addEventListener("unhandledrejection", (event) => event.preventDefault()); onerror = onunhandledrejection = () => true; return nothing();`,
    ),
    patch(
      "removes the prototype of Uint8Array",
      `Object.setPrototypeOf(Uint8Array.prototype, null); return nothing();`,
      BROKEN,
    ),
    patch(
      "removes the prototype of AbortSignal",
      `Object.setPrototypeOf(AbortSignal.prototype, null); return nothing();`,
      BROKEN,
    ),
  ],
};
