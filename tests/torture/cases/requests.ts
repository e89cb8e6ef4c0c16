import type { Shape, Theme } from "../case.ts";
import { fails, fine, TIMES_OUT } from "../outcomes.ts";

const FETCH: readonly Shape[] = ["fetch"];
const ROUTES: readonly Shape[] = ["routes"];
const HTTP: readonly Shape[] = ["fetch", "routes"];
const body = "Hello";

export const REQUESTS: Theme = {
  title: "Reading the request",
  text:
    `A request is for its own handler, for as long as it is served: reads that come later fail, and do not affect other requests. What is left unread is skipped, or ends the connection. These tests run with \`--request-timeout 700ms\`.`,
  deeds: [
    {
      does: "reads the body twice",
      code: `await request.text(); return new Response(await request.text());`,
      shapes: FETCH,
      body,
      outcome: fails("TypeError"),
    },
    {
      does: "reads the body of a route twice",
      code: `await request.body.text(); return await request.body.text();`,
      shapes: ROUTES,
      body,
      outcome: fails(""),
    },
    {
      does: "reads the body twice at once",
      code:
        `const [a, b] = await Promise.all([request.text(), request.text()]); return new Response(a + b);`,
      shapes: FETCH,
      body,
      outcome: fails("TypeError"),
    },
    {
      does: "reads the body of a route twice at once",
      code:
        `const [a, b] = await Promise.all([request.body.text(), request.body.text()]); return a + b;`,
      shapes: ROUTES,
      body,
      outcome: fails(""),
    },
    {
      does: "parses a body that is not JSON",
      code: `return Response.json(await request.json());`,
      shapes: FETCH,
      body,
      outcome: fails("SyntaxError"),
    },
    {
      does: "parses a body of a route that is not JSON",
      code: `return { body: String(await request.body.json()) };`,
      shapes: ROUTES,
      body,
      outcome: fine(`400 "Bad Request: the body is not JSON...`),
    },
    {
      does: "parses a body that is not a form",
      code: `return new Response(String(await request.formData()));`,
      shapes: FETCH,
      body,
      outcome: fails("TypeError"),
    },
    {
      does: "clones a request whose body was read",
      code: `await request.text(); return new Response(await request.clone().text());`,
      shapes: FETCH,
      body,
      outcome: fails("TypeError"),
    },
    {
      does: "clones the request and reads one copy",
      code: `const copy = request.clone(); return new Response(await copy.text());`,
      shapes: FETCH,
      body,
      outcome: fine(`200 "Hello"`),
    },
    {
      does: "leaves the body unread",
      code: `return nothing();`,
      shapes: HTTP,
      body,
      outcome: fine("204"),
    },
    {
      does: "locks the body and leaves it",
      code: `request.body.getReader(); return nothing();`,
      shapes: FETCH,
      body,
      outcome: fine("204"),
    },
    {
      does: "locks the body, then reads it",
      code: `request.body.getReader(); return new Response(await request.text());`,
      shapes: FETCH,
      body,
      outcome: fails("TypeError"),
    },
    {
      does: "reads one piece of the body",
      code:
        `const reader = request.body.getReader(); await reader.read(); reader.releaseLock(); return nothing();`,
      shapes: FETCH,
      body,
      outcome: fine("204"),
    },
    {
      does: "reads one piece of a route's body",
      code: `await request.body.read(); return "one";`,
      shapes: ROUTES,
      body,
      outcome: fine(`200 "one"`),
    },
    {
      does: "reads a route's body past its end",
      code:
        `await request.body.read(); await request.body.read(); await request.body.read(); return String(await request.body.read());`,
      shapes: ROUTES,
      body,
      outcome: fine(`200 "null"`),
    },
    {
      does: "cancels the body",
      code: `await request.body.cancel(); return nothing();`,
      shapes: FETCH,
      body,
      outcome: fine("204"),
    },
    {
      does: "reads into a buffer of its own and detaches it",
      code:
        `const reader = request.body.getReader({ mode: "byob" }); const { value } = await reader.read(new Uint8Array(2)); structuredClone(value.buffer, { transfer: [value.buffer] }); return nothing();`,
      shapes: FETCH,
      body,
      outcome: fine("204"),
    },
    {
      does: "echoes the request's body",
      code: `return new Response(request.body);`,
      shapes: FETCH,
      body,
      outcome: fine(`200 "Hello"`),
    },
    {
      does: "makes two Responses of the request's body",
      code:
        `globalThis.kept = request.body; const a = new Response(request.body); return new Response(request.body);`,
      shapes: FETCH,
      body,
      outcome: fine(`200 "Hello"`),
    },
    {
      does: "reads the body after its response",
      code:
        `setTimeout(() => request.text().then((text) => { globalThis.late = text; }, () => {}), 20); return nothing();`,
      shapes: FETCH,
      body,
      outcome: fine("204"),
    },
    {
      does: "reads a route's body after its response",
      code:
        `setTimeout(() => request.body.text().then((text) => { globalThis.late = text; }, () => {}), 20); return "early";`,
      shapes: ROUTES,
      body,
      outcome: fine(`200 "early"`),
    },
    {
      does: "keeps all requests and reads their fields later",
      code:
        `globalThis.requests ??= []; globalThis.requests.push(request); setTimeout(() => { for (const one of globalThis.requests) String(one.url) + one.method; }, 20); return nothing();`,
      shapes: HTTP,
      outcome: fine("204"),
    },
    {
      does: "changes the headers of the request",
      code:
        `request.headers.set("a", "b"); request.headers.delete("host"); return new Response(request.headers.get("a"));`,
      shapes: FETCH,
      outcome: fine(`200 "b"`),
    },
    {
      does: "changes the fields of a route's request",
      code:
        `request.headers.push(["connection", "close"]); request.headers.length = 0; return "changed";`,
      shapes: ROUTES,
      outcome: fine(`200 "changed"`),
    },
    {
      does: "freezes the request",
      code: `Object.freeze(request); return nothing();`,
      shapes: HTTP,
      body,
      outcome: fine("204"),
    },
    {
      does: "defines a getter on the request that throws",
      code:
        `Object.defineProperty(request, "body", { get() { throw new Error("body"); } }); return nothing();`,
      shapes: HTTP,
      body,
      outcome: fine("204"),
    },
    {
      does: "passes the request on to new Request twice",
      code: `new Request(request); new Request(request); return nothing();`,
      shapes: FETCH,
      body,
      outcome: fails("TypeError"),
    },
    {
      does: "aborts the signal of the request",
      code: `request.signal.dispatchEvent(new Event("abort")); return nothing();`,
      shapes: HTTP,
      outcome: fine("204"),
    },
    {
      does: "upgrades a plain request",
      code: `return info.upgrade(request).response;`,
      shapes: FETCH,
      outcome: fine(`426 "Upgrade Required...`),
    },
    {
      does: "upgrades a plain request by Deno.upgradeWebSocket",
      code: `return Deno.upgradeWebSocket(request).response;`,
      shapes: FETCH,
      outcome: fails("TypeError"),
    },
    {
      does: "never answers",
      code: "return new Promise(() => {});",
      shapes: HTTP,
      outcome: TIMES_OUT,
    },
    {
      does: "answers after the timeout",
      code: `return new Promise((resolve) => setTimeout(() => resolve(nothing()), 2000));`,
      shapes: HTTP,
      outcome: TIMES_OUT,
    },
    {
      does: "fails after the timeout",
      code:
        `return new Promise((_, reject) => setTimeout(() => reject(new Error("too late")), 2000));`,
      shapes: HTTP,
      outcome: { ...TIMES_OUT, records: ["Request failed: the handler threw <- Error: too late"] },
    },
    {
      does: "streams a body after the timeout",
      code:
        `return new Promise((resolve) => setTimeout(() => resolve(new Response(new ReadableStream({ pull(controller) { controller.enqueue(new Uint8Array(9)); } }))), 2000));`,
      shapes: FETCH,
      outcome: TIMES_OUT,
    },
    {
      does: "waits for its own response",
      code: `await info.completed; return nothing();`,
      shapes: FETCH,
      outcome: {
        ...TIMES_OUT,
        records: ["Request failed: the handler threw <- TimeoutError: 503"],
      },
    },
    {
      does: "fetches itself",
      isAlone: true,
      options: ["--request-timeout", "30s"],
      code:
        `const { port } = info.localAddr; const response = await fetch("http://127.0.0.1:" + port + "/ok"); await response.text(); return nothing();`,
      shapes: FETCH,
      outcome: fine("204"),
    },
  ],
};
