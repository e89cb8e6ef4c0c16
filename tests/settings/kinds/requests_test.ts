import { assertEquals } from "@std/assert";
import { hashBy, retryStatuses, sticky, token } from "../../../src/settings/kinds.ts";
import { readAs } from "../../helpers/kinds.ts";

Deno.test("sticky() reads words, and a field whose name has no case", () => {
  assertEquals(readAs(sticky(), "none"), { kind: "none" });
  assertEquals(readAs(sticky(), "cookie"), { kind: "cookie" });
  assertEquals(readAs(sticky(), "header:X-User"), { kind: "header", name: "x-user" });
  assertEquals(sticky().format({ kind: "header", name: "x-user" }), "header:x-user");
  assertEquals(sticky().format({ kind: "none" }), "none");
});

Deno.test("sticky() refuses other values", () => {
  const others = [
    "",
    "header",
    "header:",
    "header:a b",
    "cookie:a",
    "Cookie",
    "header:a:b",
    1,
    null,
  ];
  for (const wrong of others) assertEquals(readAs(sticky(), wrong), null, String(wrong));
});

Deno.test("hashBy() reads words, fields, and cookies, whose names have cases", () => {
  assertEquals(readAs(hashBy(), "address"), { kind: "address" });
  assertEquals(readAs(hashBy(), "path"), { kind: "path" });
  assertEquals(readAs(hashBy(), "header:X-User"), { kind: "header", name: "x-user" });
  assertEquals(readAs(hashBy(), "cookie:Id"), { kind: "cookie", name: "Id" });
  assertEquals(hashBy().format({ kind: "cookie", name: "Id" }), "cookie:Id");
  for (const wrong of ["", "cookie", "cookie:", "path:/a", "cookie:a=b", ["path"], null]) {
    assertEquals(readAs(hashBy(), wrong), null, String(wrong));
  }
});

Deno.test("retryStatuses() reads numbers and texts, each once", () => {
  assertEquals(readAs(retryStatuses(), "502, 503"), [502, 503]);
  assertEquals(readAs(retryStatuses(), [504, "502", 504]), [504, 502]);
  assertEquals(readAs(retryStatuses(), 503), [503]);
  assertEquals(retryStatuses().format([502, 504]), ["502", "504"]);
  for (const wrong of ["500", "5xx", "", 501, "502.0", "+502", [502, 200], null]) {
    assertEquals(readAs(retryStatuses(), wrong), null, String(wrong));
  }
});

Deno.test("token() reads what can be the name of a field or a cookie", () => {
  assertEquals(readAs(token(), "sluice_backend"), "sluice_backend");
  for (const wrong of ["", "a b", "a=b", "a;b", "ü", "a\n", 1]) {
    assertEquals(readAs(token(), wrong), null, String(wrong));
  }
});
