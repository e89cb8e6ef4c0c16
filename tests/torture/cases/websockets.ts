import type { Deed, Theme } from "../case.ts";
import { fails, fine, refuses } from "../outcomes.ts";

/** The client never gets a WebSocket. */
const failed = (error: string) => ({ ...fails(error), answer: "refused" });
const refused = (error: string) => ({ ...refuses(error), answer: "refused" });
/** An error ends the WebSocket. */
const ended = (error: string, answer = "closed 1011") => ({
  answer,
  records: [`Connection failed: the service threw <- ${error}`],
  next: "same",
} as const);

const socket = (does: string, code: string, outcome: Deed["outcome"]): Deed => ({
  does,
  code,
  shapes: ["fetch"],
  isWebSocket: true,
  outcome,
});
/** Upgrades, and answers. */
const upgraded = (does: string, code: string, outcome: Deed["outcome"]) =>
  socket(
    does,
    `const { socket, response } = info.upgrade(request);\n${code}\nreturn response;`,
    outcome,
  );

export const WEBSOCKETS: Theme = {
  title: "WebSockets",
  text: `An error in a listener closes its WebSocket with 1011.`,
  deeds: [
    upgraded(
      "throws in onopen",
      `socket.onopen = () => { throw new Error("in onopen"); };`,
      ended("Error: in onopen"),
    ),
    upgraded(
      "throws in onmessage",
      `socket.onmessage = () => { throw new Error("in onmessage"); };`,
      ended("Error: in onmessage"),
    ),
    upgraded(
      "throws in onclose",
      `socket.onclose = () => { throw new Error("in onclose"); }; socket.onmessage = () => socket.close();`,
      ended("Error: in onclose", "closed 1005"),
    ),
    upgraded(
      "rejects in onmessage",
      `socket.onmessage = async () => { throw new Error("in onmessage"); };`,
      ended("Error: in onmessage"),
    ),
    upgraded(
      "sends before the socket is open",
      `socket.send("early");`,
      failed("InvalidStateError: Cannot send: the socket is still connecting"),
    ),
    upgraded(
      "sends after close",
      `socket.onmessage = () => { socket.close(); socket.send("late"); };`,
      fine("closed 1005"),
    ),
    upgraded(
      "closes twice",
      `socket.onmessage = () => { socket.close(1000); socket.close(1001); };`,
      fine("closed 1000"),
    ),
    upgraded("closes before the socket is open", `socket.close();`, fine("closed 1005")),
    upgraded(
      "closes with a code of 1",
      `socket.onmessage = () => { socket.close(1); };`,
      ended("InvalidAccessError: Cannot close: found the code 1"),
    ),
    upgraded(
      "closes with a reason of 200 bytes",
      `socket.onmessage = () => { socket.close(1000, "x".repeat(200)); };`,
      ended("SyntaxError: Cannot close: found a reason of more than 123 bytes"),
    ),
    upgraded(
      "sends undefined",
      `socket.onmessage = () => { socket.send(undefined); socket.close(1000); };`,
      fine(`"undefined", closed 1000`),
    ),
    upgraded(
      "sends a symbol",
      `socket.onmessage = () => { socket.send(Symbol("s")); };`,
      fine(`"Symbol(s)", open`),
    ),
    upgraded(
      "sends detached bytes",
      `socket.onmessage = () => { const bytes = new Uint8Array(4); structuredClone(bytes.buffer, { transfer: [bytes.buffer] }); socket.send(bytes); socket.close(1000); };`,
      ended("TypeError"),
    ),
    upgraded(
      "sends 10 MB",
      `socket.onmessage = () => { socket.send("x".repeat(1e7)); socket.close(1000); };`,
      fine(`"xxx...`),
    ),
    upgraded(
      "sets binaryType to nonsense",
      `socket.binaryType = "text"; socket.onmessage = () => socket.close(1000);`,
      fine("closed 1000"),
    ),
    upgraded("never answers a message", "", fine("open")),
    upgraded(
      "replaces the methods of the socket",
      `socket.send = socket.close = () => { throw new Error("replaced"); }; socket.dispatchEvent = () => false;`,
      fine("open"),
    ),
    upgraded(
      "freezes the socket",
      `Object.freeze(socket); socket.addEventListener("message", () => socket.close(1000));`,
      failed("TypeError"),
    ),
    upgraded(
      "dispatches close to itself",
      `socket.onmessage = () => { socket.dispatchEvent(new CloseEvent("close")); socket.close(1000); };`,
      fine("closed 1000"),
    ),
    upgraded(
      "upgrades, then throws",
      `throw new Error("after upgrade");`,
      failed("Error: after upgrade"),
    ),
    upgraded(
      "upgrades, then never answers",
      `await new Promise(() => {});`,
      fine("open or refused"),
    ),
    socket(
      "upgrades, then returns another response",
      `info.upgrade(request); return new Response("other");`,
      fine("refused"),
    ),
    socket(
      "upgrades twice",
      `info.upgrade(request); return info.upgrade(request).response;`,
      fine("open"),
    ),
    upgraded("reads the body after it upgraded", `await request.text();`, fine("open")),
    upgraded(
      "returns the response of an upgrade late",
      `await new Promise((resolve) => setTimeout(resolve, 50)); socket.onmessage = () => socket.close(1000);`,
      fine("closed 1000"),
    ),
    socket(
      "upgrades with a protocol that the client did not offer",
      `return info.upgrade(request, { protocol: "other" }).response;`,
      fine("refused"),
    ),
    socket(
      "upgrades with a protocol that breaks the head",
      `return info.upgrade(request, { protocol: "a\\r\\nb: c" }).response;`,
      fine("refused"),
    ),
    socket(
      "keeps the response of an upgrade for the next request",
      `globalThis.keptUpgrade ??= info.upgrade(request).response; return globalThis.keptUpgrade;`,
      fine("open"),
    ),
    socket(
      "upgrades by Deno.upgradeWebSocket",
      `return Deno.upgradeWebSocket(request).response;`,
      refused("TypeError: Cannot send a response with status 101"),
    ),
  ],
};
