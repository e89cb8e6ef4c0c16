import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { Client } from "../../helpers/client.ts";
import { receiveResponse } from "../../helpers/http_client.ts";
import { startServer } from "../../helpers/server.ts";
import { type Outcomes, plainOutcomes } from "./platform/all_cases.ts";
import { REQUEST } from "./platform/case.ts";
import { REQUEST_CASES } from "./platform/request_cases.ts";
import { receivedOf, SENT } from "./platform/response_cases.ts";

const fileOf = (name: string) => fileURLToPath(import.meta.resolve(`./platform/${name}`));

/** What the runtime itself does, in a process without Sluice. */
async function plain(): Promise<Awaited<ReturnType<typeof plainOutcomes>>> {
  const args = ["run", "--allow-all", "--no-check", fileOf("plain.ts")];
  const { stdout } = await new Deno.Command(Deno.execPath(), { args }).output();
  return JSON.parse(new TextDecoder().decode(stdout));
}

/** Runs a case with a request that a client sends; returns its outcome. */
async function askCase(client: Client, index: number): Promise<string> {
  const { method, path, headers, body } = REQUEST;
  const own = [["Host", "localhost"], ["X-Group", "request"], ["X-Index", String(index)]];
  const fields = [...own, ...headers, ["Content-Length", String(body.length)]];
  const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  await client.send(`${method} ${path} HTTP/1.1\r\n${lines}\r\n${body}`);
  return (await receiveResponse(client)).body;
}

/** Compares only what differs, so that a failure can be read. */
function assertSame(served: Outcomes, expected: Outcomes): void {
  const differ = Object.keys(expected).filter((name) => served[name] !== expected[name]);
  const only = (outcomes: Outcomes) =>
    Object.fromEntries(differ.map((name) => [name, outcomes[name]]));
  assertEquals(only(served), only(expected));
}

Deno.test("a handler sees of Request, Response and Headers what the runtime itself does", async (t) => {
  const expected = await plain();
  await using server = await startServer(["--handler", fileOf("handler.ts")]);
  const origin = `http://127.0.0.1:${server.port}`;

  await t.step("Response and Headers", async () => {
    const response = await fetch(origin, { headers: { "X-Group": "local" } });
    assert(Object.keys(expected.local).length > 800);
    assertSame(await response.json(), expected.local);
  });

  await t.step("Request", async () => {
    using client = await Client.connect(server);
    const served: Outcomes = {};
    for (const [i, { name }] of REQUEST_CASES.entries()) {
      served[name] = await askCase(client, i);
    }
    assertSame(served, expected.request);
  });

  await t.step("a Response that is sent", async () => {
    const served: Outcomes = {};
    for (const [i, { name }] of SENT.entries()) {
      const headers = { "X-Group": "sent", "X-Index": String(i), "Accept-Encoding": "identity" };
      const response = await fetch(origin, { headers, redirect: "manual" });
      served[name] = await receivedOf(response);
    }
    assertSame(served, expected.sent);
  });
});
