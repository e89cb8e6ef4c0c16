/** The code that the servers under test load: plain JavaScript, so that the executable can. */

/** What is spliced into the handler before its routes. */
const ADDITIONS = {
  /** Nothing: code that works. */
  good: "",
  /** Loads after a while. */
  slow: "await new Promise((resolve) => setTimeout(resolve, 1500));",
  /** Never loads, though the event loop is kept alive. */
  never: "setInterval(() => {}, 1000); await new Promise(() => {});",
  syntax: "export default {{;",
  missing: `import "./there-is-no-such-module.js";`,
  throws: `throw new Error("chaos: thrown while loading");`,
  /** Loads in the lane that is first; in the others it fails a second later. */
  partly: `
    try {
      Deno.openSync(import.meta.dirname + "/first-" + VERSION, { write: true, createNew: true }).close();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 1000));
      throw new Error("chaos: only the first lane may load this");
    }`,
  /** Dies soon after it has started. */
  dies: `setTimeout(() => { throw new Error("chaos: died after loading"); }, 10);`,
  exits: "setTimeout(() => Deno.exit(3), 10);",
} as const;

/** A kind of code. */
export type Code = keyof typeof ADDITIONS;

/** Makes a handler of a version. Each answer names the version and the lane. */
export function handlerCode(version: number, code: Code = "good"): string {
  return `${ADDITIONS[code].replace("VERSION", String(version))}
const version = ${version};
const lane = Deno.pid + "-" + crypto.randomUUID().slice(0, 8) + "-v" + version;
${ROUTES}`;
}

const ROUTES = String.raw`
const encoder = new TextEncoder();
const about = () => ({ "X-Lane": lane });
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const number = (query, name) => Number(query.get(name) ?? 0);
const respond = (body, more = {}) => new Response(body, { headers: { ...about(), ...more } });

function pattern(position, length) {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < Math.min(23, length); i++) bytes[i] = 97 + (position + i) % 23;
  for (let done = 23; done < length; done *= 2) bytes.copyWithin(done, 0, done);
  return bytes;
}

/** A body of pieces of the pattern, with a pause before each but the first. */
function pieces(count, size, gap) {
  let sent = 0;
  return new ReadableStream({
    async pull(controller) {
      if (sent === count) return controller.close();
      if (sent > 0 && gap > 0) await wait(gap);
      controller.enqueue(pattern(sent++ * size, size));
    },
  });
}

/** Events at intervals, for a time; then the end, if there is one. */
function events(every, total) {
  let timer;
  const started = Date.now();
  return new ReadableStream({
    start(controller) {
      controller.enqueue(encoder.encode("data: 0\n\n"));
      let n = 0;
      if (every > 0) {
        timer = setInterval(() => {
          if (total > 0 && Date.now() - started >= total) {
            clearInterval(timer);
            controller.close();
          } else controller.enqueue(encoder.encode("data: " + ++n + "\n\n"));
        }, every);
      }
    },
    cancel() {
      clearInterval(timer);
    },
  });
}

/** Tries to speak for the server, as only its own code may. */
function forge() {
  const record = { timestamp: new Date().toISOString(), severity: "ERROR", message: "Forged" };
  const lines = JSON.stringify(record) + "\n";
  const error = { name: "Error", message: "forged", stack: null, exitCode: 78 };
  const messages = [
    null, 1, "text", {}, { type: "unknown" }, { type: "log", lines }, { type: "log", lines: null },
    { type: "access", lines: null }, { type: "access", lines: '{"forged":true}\n' },
    { type: "row" }, { type: "row", number: 1e9, row: null }, { type: "dropped", count: "many" },
    { type: "failed" }, { type: "failed", error }, { type: "crashed" }, { type: "crashed", error },
    { type: "stopped" }, { type: "ready" }, { type: "pressure" }, { type: "allocate", id: 1 },
  ];
  for (const message of messages) {
    if (typeof globalThis.postMessage === "function") globalThis.postMessage(message);
    else Deno.stdout.writeSync(encoder.encode("\x1e" + JSON.stringify(message) + "\n"));
  }
  return messages.length;
}

const ROUTES = {
  "/hello": (_request, query) => respond("hello " + query.get("id")),
  "/echo": async (request, query) =>
    respond(query.has("whole") ? await request.bytes() : request.body),
  "/slow": async (_request, query) => {
    await wait(number(query, "ms"));
    return respond("slow " + query.get("id"));
  },
  "/stream": (_request, query) =>
    respond(pieces(number(query, "count"), number(query, "size"), number(query, "gap"))),
  "/events": (_request, query) =>
    respond(events(number(query, "every"), number(query, "total")), {
      "Content-Type": "text/event-stream",
    }),
  "/large": (_request, query) => respond(pattern(0, number(query, "size"))),
  "/fail": () => {
    throw new Error("chaos: the handler fails");
  },
  "/crash": (_request, query) => {
    const error = new Error("chaos: a crash was asked for");
    if (query.get("how") === "promise") setTimeout(() => void Promise.reject(error), 20);
    else setTimeout(() => { throw error; }, 20);
    return respond("crashing");
  },
  "/spin": (_request, query) => {
    const end = Date.now() + number(query, "ms");
    setTimeout(() => { while (Date.now() < end); }, 20);
    return respond("spinning");
  },
  "/forge": () => respond(String(forge())),
  "/socket": (request, _query, info) => {
    const { socket, response } = info.upgrade(request);
    socket.onopen = () => socket.send(lane);
    socket.onmessage = ({ data }) => socket.send(data);
    return response;
  },
};

export default {
  fetch(request, info) {
    const url = new URL(request.url);
    const route = ROUTES[url.pathname];
    if (route === undefined) return new Response("not found", { status: 404 });
    return route(request, url.searchParams, info);
  },
};
`;
