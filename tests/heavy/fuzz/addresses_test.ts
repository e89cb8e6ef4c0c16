import { assert, assertEquals } from "@std/assert";
import { formatAddress, MAX_PORT, parseAddress, parseHostname } from "../../../src/base/address.ts";
import type { Random } from "../../../src/load/random.ts";
import { fuzz, mutate } from "../../helpers/fuzz.ts";
import { SPLINTERS } from "../../helpers/settings_fuzz.ts";

const ADDRESSES = [
  ...["127.0.0.1:8000", "localhost:0", "[::]:80", "[fe80::1%eth0]:65535", "unix:/run/a.sock"],
  ...["example.com.:443", "unix:a b", "[::ffff:127.0.0.1]:1", "a_b:1", "0:0"],
] as [string, ...string[]];

function address(random: Random): string {
  const text = random.pick(ADDRESSES);
  return random.percent(90) ? mutate(random, text, SPLINTERS) : text;
}

Deno.test("fuzz: an address is parsed or refused, and survives formatting", async () => {
  await fuzz("addresses", 20_000, (random) => {
    const text = address(random);
    const parsed = parseAddress(text);
    if (parsed === null) return;
    assertEquals(parseAddress(formatAddress(parsed)), parsed, text);
    if (parsed.transport === "unix") {
      assertEquals(`unix:${parsed.path}`, text);
      assert(!parsed.path.includes("\0"), text);
      return;
    }
    const { hostname, port } = parsed;
    assert(Number.isInteger(port) && port >= 0 && port <= MAX_PORT, text);
    // deno-lint-ignore no-control-regex -- that is what must not be there
    assert(!/[\x00-\x20\x7f-\uffff[\]/@]/.test(hostname), text);
    assertEquals(parseHostname(hostname), hostname, text);
  });
});

Deno.test("fuzz: what URLs take for a host and a port is an address with the same", async () => {
  await fuzz("addresses against URLs", 20_000, (random) => {
    const host = random.percent(50)
      ? Array.from({ length: 4 }, () => random.below(256)).join(".")
      : `[${Array.from({ length: 8 }, () => random.below(0x10000).toString(16)).join(":")}]`;
    const port = random.below(MAX_PORT + 1);
    const parsed = parseAddress(`${host}:${port}`);
    if (parsed === null) throw new Error(`refused: ${host}:${port}`);
    const url = new URL(`http://${formatAddress(parsed)}`);
    assertEquals(Number(url.port || 80), port);
    assertEquals(new URL(`http://${host}`).hostname, url.hostname);
  });
});
