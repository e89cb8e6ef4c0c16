import { assertEquals } from "@std/assert";
import { safeParse } from "valibot";
import { rewritePath, routeHosts, routePath } from "../../../src/settings/kinds/routes.ts";
import { readAs } from "../../helpers/kinds.ts";

Deno.test("routeHosts() reads hosts as the field Host has them, in lower case", () => {
  assertEquals(readAs(routeHosts(), "Example.COM., *.Example.com,example.com"), [
    "example.com",
    "*.example.com",
  ]);
  assertEquals(readAs(routeHosts(), ["10.0.0.1", "localhost", "a_b", "[FD00:0::1]", "::1"]), [
    ...["10.0.0.1", "localhost", "a_b", "[fd00::1]", "[::1]"],
  ]);
  assertEquals(readAs(routeHosts(), "::ffff:10.0.0.1"), ["[::ffff:a00:1]"]);
});

Deno.test("routeHosts() refuses ports, other wildcards and what is no host", () => {
  const others = [
    "a:80",
    "*",
    "*.",
    "*a.com",
    "a.*",
    "*.*.com",
    "*.10.0.0.1",
    "*.[::1]",
    "[::1]:80",
  ];
  for (const wrong of [...others, "10.0.0.256", "bücher.de", "http://a", "a/b", "", 1, null]) {
    assertEquals(readAs(routeHosts(), wrong), null, String(wrong));
  }
});

/** Prefixes by how they may be written. */
const PREFIXES: Readonly<Record<string, string>> = {
  "/": "/",
  "/app": "/app",
  "/app/": "/app",
  "/a/b.c/~d": "/a/b.c/~d",
  "/%61%3f": "/a%3F",
  "/bücher und": "/b%C3%BCcher%20und",
  "/%c3%bc": "/%C3%BC",
  "/.well-known": "/.well-known",
  "/...": "/...",
  "/a=1,c+d@e!$&'": "/a=1,c+d@e!$&'",
};

Deno.test("routePath() reads a prefix, and gives all ways to write it the same text", () => {
  for (const [written, text] of Object.entries(PREFIXES)) {
    const path = readAs(routePath(), written);
    assertEquals(path, { kind: "prefix", text }, written);
    // Reading it again changes nothing.
    assertEquals(readAs(routePath(), text), path, text);
    assertEquals(readAs(rewritePath(), written), text, written);
  }
});

Deno.test("routePath() reads a pattern as it is", () => {
  for (const text of ["/users/:id", "/*.png", "/a/(\\d+)", "/a{/b}?", "/:a/", "/\\:a"]) {
    assertEquals(readAs(routePath(), text), { kind: "pattern", text });
    assertEquals(routePath().format({ kind: "pattern", text }), text);
  }
});

Deno.test("routePath() refuses queries, empty segments, dots and broken patterns", () => {
  for (
    const wrong of [
      ...["", "app", "/a?b", "/a#b", "//", "/a//b", "/a//", "/a/../b", "/..", "/a/.", "/%2e%2e/a"],
      ...["/%", "/%2", "/%zz", "/a\n", "/\ud800", "/(", "/{", "/:", "*", ":a", 1, null, ["/a"]],
    ]
  ) {
    assertEquals(readAs(routePath(), wrong), null, String(wrong));
  }
});

Deno.test("routePath() refuses what servers read in different ways, rewritePath() does not", () => {
  for (const text of ["/a;b=1", "/a%2Fb", "/a%5Cb", "/a%3B"]) {
    const { issues = [] } = safeParse(routePath().schema, text);
    assertEquals(issues.map(({ message }) => message), [
      "a path without ;, %2F and %5C, which servers read in different ways, so that requests with " +
      "them have no route of their own",
    ]);
    assertEquals(readAs(rewritePath(), text), text);
  }
  for (const text of ["/:a;b", "/*/a%2fb", "/:a/\\\\"]) {
    assertEquals(readAs(routePath(), text), null, text);
  }
});

Deno.test("rewritePath() refuses what is no path", () => {
  for (
    const wrong of ["", "a", "/a?b", "//a", "/..", "/a/../b", "/%", "/a\\b", "http://a/", null]
  ) {
    assertEquals(readAs(rewritePath(), wrong), null, String(wrong));
  }
});
