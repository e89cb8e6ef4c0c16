import { assertEquals } from "@std/assert";
import { proxy } from "../../../src/services/proxy/proxy.ts";
import { balancer, load } from "../../helpers/load_balancer.ts";

/** The shortest timeout of a balancer with these lines in its file, in milliseconds. */
async function shortest(...lines: readonly string[]): Promise<number | undefined> {
  const all = ['connect-timeout = "3s"', "header-timeout = 10", ...lines, "[upstreams.a]"];
  const settings = await load(
    balancer(...all, 'upstream = "a:80"', "[[routes]]", 'upstream = "a"'),
  );
  return proxy.shortestTimeout?.(settings);
}

Deno.test("proxy.shortestTimeout counts what the protocol has, and only what is on", async () => {
  assertEquals(await shortest('keep-alive = "1s"'), 3000);
  const http = 'protocol = "http"';
  assertEquals(await shortest(http), 3000);
  assertEquals(await shortest(http, 'keep-alive = "1s"'), 1000);
  assertEquals(await shortest(http, 'upstream-keep-alive = "900ms"'), 900);
  assertEquals(await shortest(http, 'upstream-total-timeout = "800ms"'), 800);
  assertEquals(await shortest(http, "upstream-timeout = 0", "upstream-keep-alive = 0"), 3000);
});
