import { assert, assertEquals, assertMatch } from "@std/assert";
import { serveFiles } from "../../../src/http/files/files.ts";
import { ask, CHANGED, type Fields, LAST_MODIFIED, makeSite } from "../../helpers/site.ts";

Deno.test("serveFiles makes tags that change with the file, and are weak while it is new", async () => {
  await using site = await makeSite({ "a": "one" });
  const handler = serveFiles(site.root, null);
  const tag = async (headers?: Fields) => (await ask(handler, "GET", "/a", headers)).fields["ETag"];
  const old = await tag();
  assertMatch(old ?? "", /^"[\x21\x23-\x7e]+"$/);
  assertEquals(await tag(), old);
  await site.write("a.gz", "compressed");
  assert(await tag({ "accept-encoding": "gzip" }) !== old);
  await site.write("a", "three");
  assert(await tag() !== old, "the size changed");
  await site.write("a", "two", new Date(CHANGED.getTime() + 1));
  assert(await tag() !== old, "the time changed");
  await site.write("a", "one", new Date());
  assertMatch(await tag() ?? "", /^W\/"/);
});

Deno.test("serveFiles never sends a Last-Modified in the future", async () => {
  await using site = await makeSite();
  await site.write("a", "Hello", new Date(Date.now() + 3_600_000));
  const { fields } = await ask(serveFiles(site.root, null), "GET", "/a");
  assert(Date.parse(fields["Last-Modified"] ?? "") <= Date.now());
  assertMatch(fields["ETag"] ?? "", /^W\//);
});

Deno.test("serveFiles evaluates preconditions in the order of RFC 9110, 13.2.2", async () => {
  await using site = await makeSite({ "a": "Hello" });
  await site.write("new", "Hello", new Date());
  const handler = serveFiles(site.root, null);
  const { ETag: tag = "" } = (await ask(handler, "GET", "/a")).fields;
  const { ETag: weak = "" } = (await ask(handler, "GET", "/new")).fields;
  const before = "Thu, 29 Feb 2024 12:34:55 GMT";
  const after = "Thu, 29 Feb 2024 12:34:57 GMT";
  const cases: readonly (readonly [path: string, headers: Fields, status: number])[] = [
    ["/a", { "if-none-match": tag }, 304],
    ["/a", { "if-none-match": `W/${tag}` }, 304],
    ["/a", { "if-none-match": `"x", ${tag}` }, 304],
    ["/a", { "if-none-match": `"x,y" ,,W/${tag},"z"` }, 304],
    ["/a", { "if-none-match": "*" }, 304],
    ["/a", { "if-none-match": '"x"' }, 200],
    ["/a", { "if-none-match": tag.slice(1, -1) }, 200],
    ["/a", { "if-none-match": "" }, 200],
    ["/new", { "if-none-match": weak }, 304],
    ["/new", { "if-none-match": weak.slice(2) }, 304],
    ["/a", { "if-modified-since": LAST_MODIFIED }, 304],
    ["/a", { "if-modified-since": after }, 304],
    ["/a", { "if-modified-since": before }, 200],
    ["/a", { "if-modified-since": "Thursday, 29-Feb-24 12:34:56 GMT" }, 304],
    ["/a", { "if-modified-since": "Thursday, 29-Feb-24 12:34:55 GMT" }, 200],
    ["/a", { "if-modified-since": "Thu Feb 29 12:34:56 2024" }, 304],
    ["/a", { "if-modified-since": "Thu Feb 29 12:34:55 2024" }, 200],
    ["/a", { "if-modified-since": "2030-01-01" }, 200],
    ["/a", { "if-modified-since": "Thu, 29 Feb 2030 12:34:56 +0100" }, 200],
    ["/a", { "if-modified-since": "Thu, 99 Feb 2030 12:34:56 GMT" }, 200],
    ["/a", { "if-modified-since": "1" }, 200],
    ["/a", { "if-none-match": '"x"', "if-modified-since": after }, 200],
    ["/a", { "if-none-match": tag, "if-modified-since": before }, 304],
    ["/a", { "if-match": tag }, 200],
    ["/a", { "if-match": `"x", ${tag}` }, 200],
    ["/a", { "if-match": "*" }, 200],
    ["/a", { "if-match": '"x"' }, 412],
    ["/a", { "if-match": `W/${tag}` }, 412],
    ["/new", { "if-match": weak }, 412],
    ["/a", { "if-unmodified-since": LAST_MODIFIED }, 200],
    ["/a", { "if-unmodified-since": after }, 200],
    ["/a", { "if-unmodified-since": before }, 412],
    ["/a", { "if-unmodified-since": "yesterday" }, 200],
    ["/a", { "if-match": tag, "if-unmodified-since": before }, 200],
    ["/a", { "if-match": tag, "if-none-match": tag }, 304],
    ["/a", { "if-match": '"x"', "if-none-match": tag }, 412],
    ["/a", { "if-none-match": tag, range: "bytes=0-0" }, 304],
    ["/a", { "if-none-match": tag, range: "bytes=9-" }, 304],
    ["/a", { "if-match": '"x"', range: "bytes=0-0" }, 412],
  ];
  for (const [path, headers, expected] of cases) {
    for (const method of ["GET", "HEAD"]) {
      const { status, fields, text } = await ask(handler, method, path, headers);
      const what = `${method} ${path} ${JSON.stringify(headers)}`;
      assertEquals(status, expected, what);
      if (status === 304) {
        assertEquals([fields, text], [{ ETag: path === "/a" ? tag : weak }, ""], what);
      }
    }
  }
});

Deno.test("serveFiles sends a single range, and the whole file if Range is invalid or has several", async () => {
  await using site = await makeSite({ "a": "0123456789", "empty": "" });
  const handler = serveFiles(site.root, null);
  const whole = [200, undefined, "0123456789"];
  const part = (range: string, text: string) => [206, `bytes ${range}/10`, text];
  const none = [416, "bytes */10", ""];
  const cases: readonly (readonly [range: string, expected: readonly unknown[]])[] = [
    ["bytes=0-0", part("0-0", "0")],
    ["bytes=0-4", part("0-4", "01234")],
    ["bytes=3-", part("3-9", "3456789")],
    ["bytes=9-9", part("9-9", "9")],
    ["bytes=-3", part("7-9", "789")],
    ["bytes=0-9", part("0-9", "0123456789")],
    ["bytes=0-", part("0-9", "0123456789")],
    ["bytes=8-100", part("8-9", "89")],
    ["bytes=-100", part("0-9", "0123456789")],
    [`bytes=5-${"9".repeat(400)}`, part("5-9", "56789")],
    ["BYTES=1-2", part("1-2", "12")],
    ["bytes= 1-2 ", part("1-2", "12")],
    ["bytes=1-2,", part("1-2", "12")],
    ["bytes=10-", none],
    ["bytes=10-20", none],
    [`bytes=${"9".repeat(400)}-`, none],
    ["bytes=-0", none],
    ["bytes=4-3", whole],
    ["bytes=12-11", whole],
    ["bytes=", whole],
    ["bytes=-", whole],
    ["bytes=a-b", whole],
    ["bytes=0x1-2", whole],
    ["bytes=1-2-3", whole],
    ["bytes=1 -2", whole],
    ["bytes=+1-2", whole],
    ["bytes=--1", whole],
    ["bytes 0-4", whole],
    ["bytes:0-4", whole],
    ["items=0-4", whole],
    ["0-4", whole],
    ["", whole],
    ["bytes=0-1,3-4", whole],
    ["bytes=0-1,x", whole],
  ];
  for (const [range, expected] of cases) {
    const { status, fields, text } = await ask(handler, "GET", "/a", { range });
    assertEquals([status, fields["Content-Range"], text], expected, range);
    if (status !== 416) assertEquals(fields["Accept-Ranges"], "bytes", range);
  }
  for (const range of ["bytes=0-", "bytes=-5", "bytes=1-"]) {
    assertEquals((await ask(handler, "GET", "/empty", { range })).status, 200, range);
  }
});

Deno.test("serveFiles sends a range only if the version matches If-Range", async () => {
  await using site = await makeSite({ "a": "0123456789" });
  await site.write("new", "0123456789", new Date());
  const handler = serveFiles(site.root, null);
  const { ETag: tag = "" } = (await ask(handler, "GET", "/a")).fields;
  const fresh = (await ask(handler, "GET", "/new")).fields;
  const cases: readonly (readonly [path: string, condition: string, status: number])[] = [
    ["/a", tag, 206],
    ["/a", LAST_MODIFIED, 206],
    ["/a", "Thursday, 29-Feb-24 12:34:56 GMT", 206],
    ["/a", `W/${tag}`, 200],
    ["/a", '"x"', 200],
    ["/a", `"x", ${tag}`, 200],
    ["/a", "*", 200],
    ["/a", "Thu, 29 Feb 2024 12:34:57 GMT", 200],
    ["/a", "Thu, 29 Feb 2024 12:34:55 GMT", 200],
    ["/new", fresh["ETag"] ?? "", 200],
    ["/new", fresh["ETag"]?.slice(2) ?? "", 200],
    ["/new", fresh["Last-Modified"] ?? "", 200],
  ];
  for (const [path, condition, expected] of cases) {
    const headers = { range: "bytes=2-3", "if-range": condition };
    const { status, text } = await ask(handler, "GET", path, headers);
    assertEquals([status, text], expected === 206 ? [206, "23"] : [200, "0123456789"], condition);
  }
  // If-Range is evaluated before the range.
  const past = { range: "bytes=10-", "if-range": '"x"' };
  assertEquals((await ask(handler, "GET", "/a", past)).status, 200);
});
