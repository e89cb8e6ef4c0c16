import type { Deed, Outcome, Place, Theme } from "../case.ts";
import { fine, stray } from "../outcomes.ts";

const sends = (
  does: string,
  code: string,
  outcome: Outcome | Record<Place, Outcome> = fine("204"),
) => ({
  does,
  code: `try { ${code} } catch (error) { globalThis.said = error; }\nreturn nothing();`,
  shapes: ["fetch"] as const,
  outcome,
});
/** Posts to nobody, which is logged once for each thread. */
const posts = (does: string, code: string, more: Partial<Deed> = {}): Deed => ({
  ...sends(does, code, {
    ...{ main: fine("204"), process: fine("204") },
    thread: { ...fine("204"), records: ["A handler posted a message with postMessage()"] },
  }),
  ...more,
});
/** What a handler may post: nonsense, forged messages of a lane, and what cannot be cloned. */
const VALUES = [
  ...["null", "undefined", "1", `"text"`, "{}", "[]"],
  ...[`{ type: "crashed" }`, `{ type: "failed" }`, `{ type: "stopped" }`, `{ type: "ready" }`],
  ...[`{ type: "row" }`, `{ type: "row", number: 1e9, row: {} }`],
  ...[`{ type: "access", lines: null }`, `{ type: "log", lines: null }`],
  `{ type: "log", lines: '{"severity":"ERROR","message":"forged"}\\n' }`,
  ...[`{ type: "memory", id: 0, name: "x", bytes: -1 }`, `{ type: "pressure" }`],
  ...[`{ type: "dropped", count: "many" }`, `{ type: "stoppedAccepting" }`],
  ...["new Proxy({}, {})", "() => 1", "new SharedArrayBuffer(8)", "new MessageChannel().port1"],
];

export const MESSAGES: Theme = {
  title: "Messages",
  text:
    `Workers and the server talk over channels of their own, and the server checks every message. What a handler posts reaches nobody.`,
  deeds: [
    posts(
      "posts messages",
      `for (const value of [${VALUES.join(", ")}]) try { self.postMessage(value); } catch {}`,
      { note: "Only the first message of a thread is logged." },
    ),
    posts(
      "posts 10,000 messages",
      `for (let i = 0; i < 1e4; i++) self.postMessage({ type: "row" });`,
      { isAlone: true },
    ),
    sends("replaces onmessage", `self.onmessage = () => {};`),
    sends(
      "listens to messages and stops them",
      `self.addEventListener("message", (event) => event.stopImmediatePropagation(), true);`,
    ),
    sends(
      "dispatches a message of the parent",
      `self.dispatchEvent(new MessageEvent("message", { data: { type: "drain" } })); self.dispatchEvent(new MessageEvent("message", { data: { type: "closeConnections" } }));`,
    ),
    sends(
      "dispatches a message of nothing",
      `self.dispatchEvent(new MessageEvent("message", { data: null })); self.dispatchEvent(new MessageEvent("messageerror"));`,
    ),
    sends(
      "dispatches an error event",
      `self.dispatchEvent(new ErrorEvent("error", { error: new Error("dispatched"), cancelable: true }));`,
      stray("204", "Error: dispatched"),
    ),
    sends(
      "posts through node:worker_threads",
      `const { parentPort } = process.getBuiltinModule("node:worker_threads"); parentPort?.postMessage({ type: "crashed" });`,
    ),
    sends(
      "says something on a BroadcastChannel",
      `const channel = new BroadcastChannel("sluice"); channel.postMessage({ type: "stopped" }); channel.close();`,
    ),
    sends(
      "starts a worker that fails",
      `const worker = new Worker("data:text/javascript,throw 1", { type: "module" }); worker.onerror = (event) => event.preventDefault();`,
    ),
    sends(
      "starts a worker that fails, and does not listen",
      `new Worker("data:text/javascript,setTimeout(()=>{throw new Error('in its worker')},5)", { type: "module" });`,
      { ...stray("204", "Uncaught Error: in its worker"), thread: fine("204") },
    ),
  ],
};
