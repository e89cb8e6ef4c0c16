import { assertEquals, assertMatch } from "@std/assert";
import { makeAccessLog } from "../helpers/access_log.ts";
import { makeHandler } from "../helpers/handlers.ts";
import { askAlone } from "../helpers/http_client.ts";
import { startServer } from "../helpers/server.ts";

const HANDLER = `export default {
  async fetch(_request, { context }) {
    context.log.info("logs", { basket: 7 });
    await Promise.resolve();
    console.log("works");
    throw new Error("a reason");
  },
};`;
const TRUSTING = ["--trusted-proxies", "127.0.0.1"];
const OWN = /^\d+-1-1$/;

const CASES = [
  { title: "from a trusted proxy is taken over", args: TRUSTING, sent: "a/b:1", id: /^a\/b:1$/ },
  { title: "from anyone else is not", args: [], sent: "a", id: OWN },
  {
    title: "that is not sane is not, even from a trusted proxy",
    args: TRUSTING,
    sent: 'a"b',
    id: OWN,
  },
  { title: "that is too long is not", args: TRUSTING, sent: "a".repeat(129), id: OWN },
];

for (const { title, args, sent, id } of CASES) {
  Deno.test(`the same id is in every record about a request, and an X-Request-Id ${title}`, async () => {
    await using handler = await makeHandler(HANDLER);
    await using log = await makeAccessLog();
    await using server = await startServer(
      [...handler.args, "--mode", "pooled", "--workers", "1", ...args, ...log.args],
    );
    const { fields, status } = await askAlone(server, "GET", "/", { "X-Request-Id": sent });
    assertEquals(status, 500);
    const found = fields["x-request-id"] ?? "";
    assertMatch(found, id);
    const [access] = await log.records(1);
    assertEquals(access?.["sluice.request.id"], found);
    assertEquals(access?.["trace_id"], undefined);
    for (const message of ["logs", "works", "Request failed"]) {
      assertEquals((await server.logged(message))["sluice.request.id"], found);
    }
    assertEquals((await server.logged("works"))["sluice.worker"], 0);
    const logs = await server.logged("logs");
    assertEquals([logs["sluice.worker"], logs["basket"]], [0, 7]);
  });
}
