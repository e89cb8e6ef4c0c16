/** Handlers that throw what cannot be read: the client is told, the log has it, the lane goes on. */
import { assert, assertEquals } from "@std/assert";
import { Client } from "../../helpers/client.ts";
import { makeHandler } from "../../helpers/handlers.ts";
import { askAlone } from "../../helpers/http_client.ts";
import { testEachPlace } from "../../helpers/modes.ts";
import { startServer } from "../../helpers/server.ts";
import { until, waitFor } from "../../helpers/until.ts";

/** Functions that throw, by name. */
const THROWS = `
  const bad = () => { throw new Error("a getter"); };
  const error = new Error();
  for (const key of ["name", "message", "stack", "cause", "endedBy", "answer"]) {
    Object.defineProperty(error, key, { get: bad });
  }
  const stackless = Object.defineProperty(new Error("half"), "stack", { get: bad });
  const values = {
    null: null,
    bare: Object.create(null),
    getters: error,
    stackless,
    proxy: new Proxy(error, { get: bad, has: bad, getPrototypeOf: bad }),
  };
  const fail = (name) => { if (name in values) throw values[name]; };
`;
const NAMES = ["null", "bare", "getters", "stackless", "proxy"];

testEachPlace("{ fetch } that throws what cannot be read responds with 500", async ({ args }) => {
  await using handler = await makeHandler(`${THROWS}
    export default { async fetch(request) {
      fail(new URL(request.url).pathname.slice(1));
      return new Response("ok");
    } };`);
  await using server = await startServer(args(...handler.args));
  for (const name of NAMES) {
    let status = 0;
    askAlone(server, "GET", `/${name}`).then((response) => status = response.status, () => {});
    // Long before --request-timeout.
    await waitFor(`"${name}" is answered`, () => status || null, 20_000);
    assertEquals(status, 500, name);
  }
  assertEquals((await askAlone(server, "GET", "/")).body, "ok");
  const records = () => server.records("Request failed: the handler threw");
  await until("all are logged", () => records().length >= NAMES.length);
  const logged = records();
  assert(logged.every((line) => typeof line["sluice.request.id"] === "string"));
  // Threads pass on their lines in any order.
  assert(logged.some((line) => line["exception.message"] === "half"));
  assertEquals(server.records((line) => line["severity"] === "ERROR").length, NAMES.length);
});

const CONNECTION_SHAPES: Readonly<Record<string, string>> = {
  serve: `{ async serve(connection) {
    const name = await connection.readLine(100);
    fail(name);
    await connection.write(name + "\\n");
  } }`,
  protocol: `{ protocol: () => {
    let transport;
    return {
      connectionMade(made) { transport = made; },
      dataReceived(data) {
        fail(new TextDecoder().decode(data).trim());
        transport.write(data);
      },
    };
  } }`,
  "framing, handle": `{ framing: { type: "lines" }, handle(name) { fail(name); return name; } }`,
};

for (const [shape, source] of Object.entries(CONNECTION_SHAPES)) {
  testEachPlace(
    `{ ${shape} } that throws what cannot be read closes its connection`,
    async (mode) => {
      await using handler = await makeHandler(`${THROWS} export default ${source};`);
      await using server = await startServer(mode.args(...handler.args));
      for (const name of NAMES) {
        using client = await Client.connect(server);
        assertEquals(await client.ask(name), "", name);
      }
      using client = await Client.connect(server);
      assertEquals(await client.ask("ok"), "ok\n");
      const failed = () => server.records("Connection failed: the service threw");
      await until("all are logged", () => failed().length >= NAMES.length);
      assertEquals(server.records((line) => line["severity"] === "ERROR").length, NAMES.length);
    },
  );
}
