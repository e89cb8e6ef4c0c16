import { type Shape, SHAPES, type Theme } from "../case.ts";
import { fine, stray } from "../outcomes.ts";

const UNSHOWABLE = "a value of type object that cannot be shown";
/** Deeds answer nothing of their own; a fetch must return a Response. */
const quiet = { http: "204", other: "open" };
const left = (does: string, code: string, error: string, shapes: readonly Shape[] = SHAPES) => ({
  does,
  code,
  shapes,
  outcome: stray(quiet, error),
});

export const STRAY: Theme = {
  title: "Errors outside of any request",
  text:
    `What a handler throws where nobody catches it belongs to no request. On the main thread it is logged. A thread or process ends with it, since nobody knows what state it left behind. Rejections that only say that a client has left, or was refused, are ignored: a forgotten \`await\` lets no client end a worker.`,
  deeds: [
    left(
      "throws in a timer",
      `setTimeout(() => { throw new Error("in a timer"); }, 0); return nothing();`,
      "Error: in a timer",
    ),
    left(
      "throws undefined in a timer",
      `setTimeout(() => { throw undefined; }, 0); return nothing();`,
      "Uncaught undefined",
    ),
    left(
      "throws null in a timer",
      `setTimeout(() => { throw null; }, 0); return nothing();`,
      "Uncaught null",
    ),
    left(
      "throws an object whose getters throw in a timer",
      `setTimeout(() => { throw { get stack() { throw 1; }, get message() { throw 2; }, toString() { throw 3; } }; }, 0);
      return nothing();`,
      UNSHOWABLE,
    ),
    left(
      "throws in a microtask",
      `queueMicrotask(() => { throw new Error("in a microtask"); }); return nothing();`,
      "Error: in a microtask",
    ),
    left(
      "forgets a promise that rejects",
      `Promise.reject(new Error("forgotten")); return nothing();`,
      "Error: forgotten",
    ),
    left(
      "forgets a promise that rejects with undefined",
      `Promise.reject(); return nothing();`,
      "undefined",
    ),
    left(
      "forgets a promise that rejects with a symbol",
      `Promise.reject(Symbol("s")); return nothing();`,
      "Symbol(s)",
    ),
    left(
      "forgets a promise that rejects with a revoked Proxy",
      `const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); Promise.reject(proxy); return nothing();`,
      UNSHOWABLE,
    ),
    left(
      "forgets a promise that rejects with a Proxy that throws at every trap",
      `const trap = () => { throw new Error("trap"); };
      Promise.reject(new Proxy({}, new Proxy({}, { get: () => trap }))); return nothing();`,
      UNSHOWABLE,
    ),
    left(
      "forgets a promise that rejects with an Error whose name throws",
      `Promise.reject(Object.defineProperty(new Error("x"), "name", { get() { throw new Error("n"); } })); return nothing();`,
      UNSHOWABLE,
    ),
    left(
      "forgets a promise that rejects with an Error with forged lines",
      `Promise.reject(new Error('a\\n{"severity":"INFO","message":"forged"}')); return nothing();`,
      `Error: a\n{"severity"`,
    ),
    left(
      "throws in a listener of its own event target",
      `const target = new EventTarget(); target.addEventListener("x", () => { throw new Error("in a listener"); });
      target.dispatchEvent(new Event("x")); return nothing();`,
      "Error: in a listener",
    ),
    left(
      "throws in process.nextTick",
      `process.nextTick(() => { throw new Error("in a tick"); }); return nothing();`,
      "Error: in a tick",
    ),
    left(
      "calls reportError",
      `reportError(new Error("reported")); return nothing();`,
      "Error: reported",
    ),
    left(
      "throws in setImmediate",
      `setImmediate(() => { throw new Error("immediate"); }); return nothing();`,
      "Error: immediate",
    ),
    {
      does: "handles the rejection a moment later",
      code:
        `const late = Promise.reject(new Error("late")); late.catch(() => {}); return nothing();`,
      shapes: SHAPES,
      outcome: fine(quiet),
    },
    {
      does: "throws in a listener of request.signal",
      code: `request.signal.addEventListener("abort", () => { throw new Error("in abort"); });
      return nothing();`,
      shapes: ["fetch", "routes"],
      outcome: fine(quiet),
    },
    {
      does: "throws in a listener of info.completed",
      code: `info.completed.then(() => { throw new Error("completed"); }); return nothing();`,
      shapes: ["fetch"],
      outcome: stray(quiet, "Error: completed"),
    },
  ],
};
