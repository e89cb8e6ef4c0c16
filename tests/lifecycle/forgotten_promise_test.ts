import { assertEquals } from "@std/assert";
import { Client } from "../helpers/client.ts";
import { makeForeignHandler } from "../helpers/handlers.ts";
import { requestText } from "../helpers/http_client.ts";
import { workers } from "../helpers/modes.ts";
import { type Server, startServer } from "../helpers/server.ts";
import { until } from "../helpers/until.ts";

/** Answers `GET /` with the id of the worker, and forgets to await something for `POST`. */
const forgets = (code: string) =>
  `const worker = crypto.randomUUID();
   const later = (answer) => new Promise((resolve) => setTimeout(() => resolve(answer), 300));
   export default {
     fetch(request, info) {
       if (request.method === "GET") return new Response(worker);
       ${code}
     },
   };`;

/** What the handler forgets, and how the client ends; the options are those of the server. */
const FORGOTTEN: Readonly<Record<string, { code: string; chunk?: string; options?: string[] }>> = {
  "a body, when its client leaves": {
    code: `request.text(); return later(new Response("x"));`,
  },
  "a body, when its client is too slow": {
    code: `request.text(); return later(new Response("x"));`,
    options: ["--body-timeout", "200ms"],
  },
  "a body, when its client sends too much": {
    code: `request.text(); return later(new Response("x"));`,
    chunk: "ffffff\r\n",
    options: ["--max-body-size", "1kb"],
  },
  "a body, when its response is sent first": {
    code: `request.text(); return new Response("x");`,
  },
  "what follows the signal, when its client leaves": {
    code: `new Promise((_, reject) => {
        request.signal.addEventListener("abort", () => reject(request.signal.reason));
      });
      return later(new Response("x"));`,
  },
  "what follows the response, when it comes too late": {
    code: `info.completed.then(() => {}); return new Promise(() => {});`,
    // Longer than any other request takes, even on a busy machine.
    options: ["--request-timeout", "2s"],
  },
};

async function workerOf(server: Server): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${server.port}/`, {
    headers: { connection: "close" },
  });
  return await response.text();
}

for (const mode of ["pooled", "forked"]) {
  for (const [what, { code, chunk = "", options = [] }] of Object.entries(FORGOTTEN)) {
    Deno.test(`--mode ${mode}: a worker survives a handler that forgets ${what}`, async () => {
      await using handler = await makeForeignHandler(forgets(code));
      await using server = await startServer([...workers(mode, 1), ...handler.args, ...options]);
      const before = await workerOf(server);
      // Its own record may come after its answer.
      const closed = () => server.records("Connection closed").length;
      await until("the first connection has ended", () => closed() === 1);
      using client = await Client.connect(server);
      await client.send(
        requestText("POST", "/", { "Transfer-Encoding": "chunked" }) + (chunk || "3\r\nabc\r\n"),
      );
      // A client that neither a limit nor a timeout of the server ends leaves by itself.
      if (options.length === 0) await client.end();
      await until(
        "the connection has ended",
        () =>
          closed() > 1 ||
          server.records("Worker crashed").length > 0,
      );
      // A crash may come a moment after the record of the connection.
      for (let i = 0; i < 10; i++) assertEquals(await workerOf(server), before);
      assertEquals(server.records("Worker crashed"), []);
    });
  }
}
