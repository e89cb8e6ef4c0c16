import { assertEquals } from "@std/assert";
import { safeParse } from "valibot";
import { members, resolvers } from "../../../src/settings/kinds.ts";
import { readAs } from "../../helpers/kinds.ts";

/** Members as their texts, with absolute paths; null if they are refused. */
function textsOf(value: unknown): string | string[] | null {
  const read = readAs(members(), value);
  return read === null ? null : members().format(read);
}

Deno.test("members() reads a list with a backend in each text", () => {
  assertEquals(textsOf(["10.0.0.1:80,weight=2", " a:81 "]), ["10.0.0.1:80,weight=2", "a:81"]);
  assertEquals(textsOf([]), []);
});

Deno.test("members() splits one text before what has a colon", () => {
  assertEquals(textsOf("10.0.0.1:80"), ["10.0.0.1:80"]);
  assertEquals(
    textsOf("10.0.0.1:80,weight=2,backup, [::1]:81,unix:a.sock,max=1,srv+tcp://_a._tcp.b"),
    ["10.0.0.1:80,weight=2,backup", "[::1]:81", "unix:/srv/a.sock,max=1", "srv+tcp://_a._tcp.b"],
  );
  assertEquals(textsOf("http://a,weight=2,http://b:81"), ["http://a:80,weight=2", "http://b:81"]);
});

Deno.test("members() makes paths of sockets absolute", () => {
  assertEquals(textsOf(["unix:./a.sock", "unix:/b.sock"]), ["unix:/srv/a.sock", "unix:/b.sock"]);
});

Deno.test("members() refuses other values, several backends in an item, and a backend twice", () => {
  for (
    const wrong of [
      null,
      5,
      {},
      "",
      [5],
      [["a:1"]],
      ["a:1,b:2"],
      "a:1,,b:2",
      "a:1,",
      "http://a,a:80",
    ]
  ) {
    assertEquals(textsOf(wrong), null, JSON.stringify(wrong));
  }
  const { issues = [] } = safeParse(members().schema, ["a:1", "b:1", "a:1,weight=2"]);
  assertEquals(issues.map(({ message }) => message), ["each backend once"]);
});

Deno.test("members() reports the wrong item and what is wrong with it", () => {
  const { issues = [] } = safeParse(members().schema, ["a:1", "b:0"]);
  assertEquals(issues.map(({ path, message }) => [path?.[0]?.value, message]), [
    ["b:0", "a port from 1 to 65535"],
  ]);
});

Deno.test("resolvers() reads IP addresses, and adds the port of DNS", () => {
  const tcp = (hostname: string, port: number) => ({ transport: "tcp", hostname, port });
  assertEquals(readAs(resolvers(), "10.0.0.53, [::1]:5353"), [
    tcp("10.0.0.53", 53),
    tcp("::1", 5353),
  ]);
  assertEquals(readAs(resolvers(), ["::1", "[fd00::53]", "127.0.0.1:5353"]), [
    tcp("::1", 53),
    tcp("fd00::53", 53),
    tcp("127.0.0.1", 5353),
  ]);
});

Deno.test("resolvers() refuses names and what is no address", () => {
  for (
    const wrong of [
      "dns",
      "dns:53",
      "[10.0.0.1]",
      "10.0.0.256",
      "10.0.0.1:0",
      "unix:/a",
      "",
      null,
      5,
      "1.2:53",
    ]
  ) {
    assertEquals(readAs(resolvers(), wrong), null, String(wrong));
  }
});
