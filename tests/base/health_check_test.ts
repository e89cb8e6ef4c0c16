import { assertEquals } from "@std/assert";
import {
  formatStatusRanges,
  parseCheckKind,
  parseStatusRanges,
} from "../../src/base/health_check.ts";

Deno.test("parseCheckKind() reads no check, TCP, and HTTP with its path", () => {
  assertEquals(parseCheckKind("none"), { kind: "none" });
  assertEquals(parseCheckKind("tcp"), { kind: "tcp" });
  assertEquals(parseCheckKind("http:/"), { kind: "http", path: "/" });
  const path = `/health?of="disk"&deep=1`;
  assertEquals(parseCheckKind(`http:${path}`), { kind: "http", path });
});

Deno.test("parseCheckKind() returns null for anything else", () => {
  const paths = ["http:", "http:health", "http://host/", "http:/a b", "http:/#top", "http:/ä"];
  const others = ["", "TCP", "tcp:80", "https:/", " none", "http:/a\r\nHost: b"];
  for (const wrong of [...paths, ...others]) {
    assertEquals(parseCheckKind(wrong), null, wrong);
  }
});

Deno.test("parseStatusRanges() reads what formatStatusRanges() writes", () => {
  for (const text of ["200", "200-399", "200-299,304", "100-599", "204,304,418-451"]) {
    assertEquals(formatStatusRanges(parseStatusRanges(text) ?? []), text);
  }
  assertEquals(parseStatusRanges("200-299, 304"), [{ from: 200, to: 299 }, { from: 304, to: 304 }]);
});

Deno.test("parseStatusRanges() returns null for anything else", () => {
  for (const wrong of ["", "2xx", "99", "600", "200-", "399-200", "200;300", "200,", "0200"]) {
    assertEquals(parseStatusRanges(wrong), null, wrong);
  }
});
