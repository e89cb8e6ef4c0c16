import { assertEquals } from "@std/assert";
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
  "/%61%2F%3b": "/a%2F%3B",
  "/bücher und": "/b%C3%BCcher%20und",
  "/%c3%bc": "/%C3%BC",
  "/.well-known": "/.well-known",
  "/...": "/...",
  "/a;b=1,c+d@e!$&'": "/a;b=1,c+d@e!$&'",
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

Deno.test("rewritePath() refuses what is no path", () => {
  for (
    const wrong of ["", "a", "/a?b", "//a", "/..", "/a/../b", "/%", "/a\\b", "http://a/", null]
  ) {
    assertEquals(readAs(rewritePath(), wrong), null, String(wrong));
  }
});
