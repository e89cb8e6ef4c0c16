import { assertEquals } from "@std/assert";
import { safeParse } from "valibot";
import { fieldNames, fields } from "../../../src/settings/kinds/fields.ts";
import { readAs } from "../../helpers/kinds.ts";

Deno.test("fields() reads one field in each text, and commas as part of values", () => {
  assertEquals(readAs(fields("request"), ["X-A: b, c", "host:app", " X-Empty: "]), [
    ["x-a", "b, c"],
    ["host", "app"],
    ["x-empty", ""],
  ]);
  assertEquals(readAs(fields("response"), "Cache-Control:\tno-store, max-age=0 "), [
    ["cache-control", "no-store, max-age=0"],
  ]);
  assertEquals(fields("request").format([["x-a", "b, c"], ["x-empty", ""]]), [
    "x-a: b, c",
    "x-empty:",
  ]);
});

Deno.test("fields() refuses line breaks, other characters and what is no field", () => {
  const broken = ["X: a\r\nY: b", "X: a\nb", "X: \0", "X: a\x7fb", "X\n: a", "X: a\rb"];
  for (const wrong of [...broken, "X", "X : a", ": a", "ü: a", "X: ü", "", 1, null, [["X: a"]]]) {
    assertEquals(readAs(fields("request"), wrong), null, JSON.stringify(wrong));
  }
});

Deno.test("fields() refuses those that the balancer sets itself, in any case", () => {
  const ofBoth = ["Connection", "Content-Length", "TRANSFER-ENCODING", "te", "Upgrade", "Via"];
  const ofRequests = ["X-Forwarded-For", "Forwarded", "X-Request-Id", "Expect"];
  for (const name of [...ofBoth, ...ofRequests]) {
    assertEquals(readAs(fields("request"), `${name}: a`), null, name);
    assertEquals(readAs(fieldNames("request"), name), null, name);
    const value = ofBoth.includes(name) ? null : [[name.toLowerCase(), "a"]];
    assertEquals(readAs(fields("response"), `${name}: a`), value as never, name);
  }
  assertEquals(readAs(fieldNames("request"), "Host"), null);
  const { issues = [] } = safeParse(fields("request").schema, ["a: b", "Via: c"]);
  assertEquals(issues.map(({ path }) => path?.[0]?.value), ["Via: c"]);
});

Deno.test("fieldNames() reads names in lower case, several in a text", () => {
  assertEquals(readAs(fieldNames("response"), "Server, X-Powered-By,server"), [
    "server",
    "x-powered-by",
  ]);
  for (const wrong of ["a b", "a:", "", [1], null]) {
    assertEquals(readAs(fieldNames("response"), wrong), null, String(wrong));
  }
});
