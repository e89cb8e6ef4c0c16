import { assertEquals } from "@std/assert";
import { cookieValue } from "../../../../src/services/proxy/http/cookie_value.ts";
import { hashKey } from "../../../../src/services/proxy/http/hash_key.ts";

function request(fields: Record<string, string>) {
  return { path: "/path", header: (name: string) => fields[name] ?? null };
}

Deno.test("hashKey() takes the address, the path, a field or a cookie", () => {
  const asked = request({ "x-user": "me", cookie: "a=1; session=abc; b=2" });
  assertEquals(hashKey({ kind: "address" }, asked, "192.0.2.1"), "192.0.2.1");
  assertEquals(hashKey({ kind: "path" }, asked, "192.0.2.1"), "/path");
  assertEquals(hashKey({ kind: "header", name: "x-user" }, asked, "192.0.2.1"), "me");
  assertEquals(hashKey({ kind: "cookie", name: "session" }, asked, "192.0.2.1"), "abc");
});

Deno.test("hashKey() spreads requests without the field or the cookie by their clients", () => {
  for (const fields of [{}, { "x-user": "", cookie: "session=" }, { cookie: "sessions=x" }]) {
    const asked = request(fields as Record<string, string>);
    assertEquals(hashKey({ kind: "header", name: "x-user" }, asked, "192.0.2.1"), "192.0.2.1");
    assertEquals(hashKey({ kind: "cookie", name: "session" }, asked, "192.0.2.1"), "192.0.2.1");
  }
});

Deno.test("cookieValue() finds the first cookie of a name", () => {
  const cases = [
    ["a=1", "1"],
    ["b=2; a=1", "1"],
    ["b=2;a=1", "1"],
    ["a=1; a=2", "1"],
    ['a="1"', "1"],
    ["a=", ""],
    ["a=;b=2", ""],
    ["a=x=y", "x=y"],
    ["a", null],
    ["a;b=a=1", null],
    ["aa=1; ba=2; A=3", null],
    ["", null],
    [";; ;", null],
  ] as const;
  for (const [header, expected] of cases) assertEquals(cookieValue(header, "a"), expected, header);
});
