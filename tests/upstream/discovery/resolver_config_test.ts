import { assertEquals } from "@std/assert";
import { parseHosts, parseResolvConf } from "../../../src/upstream/discovery/resolver_config.ts";

Deno.test("parseResolvConf() reads servers, domains and options, and ignores the rest", () => {
  const text = [
    "# a comment",
    "nameserver 10.0.0.1 ; the first",
    "nameserver 2001:db8::53",
    "nameserver dns.test",
    "domain old.test",
    "search A.test b.test. ",
    "options ndots:5 timeout:3 rotate attempts:99",
    "sortlist 10.0.0.0",
  ].join("\n");
  assertEquals(parseResolvConf(text), {
    servers: [
      { transport: "tcp", hostname: "10.0.0.1", port: 53 },
      { transport: "tcp", hostname: "2001:db8::53", port: 53 },
    ],
    timeout: 3000,
    attempts: 5,
    ndots: 5,
    search: ["a.test", "b.test"],
  });
});

Deno.test("parseResolvConf() has the defaults of the system", () => {
  assertEquals(parseResolvConf("options timeout:0 attempts:0\n"), {
    servers: [{ transport: "tcp", hostname: "127.0.0.1", port: 53 }],
    timeout: 1000,
    attempts: 1,
    ndots: 1,
    search: [],
  });
});

Deno.test("parseHosts() collects the addresses of each name", () => {
  const text = "127.0.0.1\tlocalhost Local\n::1 localhost\n\n#10.0.0.1 no.test\nbad.test a.test\n";
  assertEquals([...parseHosts(text)], [["localhost", ["127.0.0.1", "::1"]], ["local", [
    "127.0.0.1",
  ]]]);
});
