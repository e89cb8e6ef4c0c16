/** Paths, ranges and preconditions of files, made from seeds: no error, nothing from outside the root. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { serveFiles } from "../../../src/http/files/files.ts";
import type { Random } from "../../../src/load/random.ts";
import { fuzz, mutate, oddNumber } from "../../helpers/fuzz.ts";
import { ask, CHANGED, type Fields, LAST_MODIFIED, makeSite, pattern } from "../../helpers/site.ts";

/** The files of the site, by path. */
const FILES: Readonly<Record<string, string | Uint8Array>> = {
  "a.txt": "0123456789",
  "empty.txt": "",
  "large.bin": pattern(150_000),
  "index.html": "index",
  "sub/index.html": "sub index",
  "sub/b c.txt": "b c",
  "sub/z.js": "z".repeat(100),
  "sub/z.js.gz": "zipped",
  ".hidden/a.txt": "hidden",
  ".well-known/a.txt": "known",
};
const SECRET = "secret";

const PATHS = [
  "/",
  "/a.txt",
  "/sub",
  "/sub/",
  "/sub/b%20c.txt",
  "/.hidden/a.txt",
  "/in/x",
] as const;
const PATH_SPLINTERS = [
  "/",
  "//",
  "/../",
  "/..",
  "..",
  "/./",
  "%2e%2e",
  "%2E.",
  "%2f",
  "%5c",
  "\\",
  "/..%2f",
  "/%2e%2e/secret.txt",
  "secret.txt",
  "out",
  "in",
  "%00",
  "%c0%ae",
  "%e2%80%ae",
  "%ff",
  "%",
  ".gz",
  "index.html",
  "?",
  "~",
  "/proc/self/environ",
  "a".repeat(300),
] as const;

Deno.test("serveFiles() serves nothing from outside the root, whatever the path", async () => {
  await using site = await makeSite(FILES);
  await Deno.writeTextFile(`${site.folder}/secret.txt`, SECRET);
  await Deno.symlink(site.folder, `${site.root}/out`);
  await Deno.symlink(`${site.folder}/secret.txt`, `${site.root}/out.txt`);
  await Deno.symlink(`${site.root}/a.txt`, `${site.root}/in.txt`);
  const handler = serveFiles(site.root, null);
  const statuses = new Set<number>();
  const cases = await fuzz("paths of files", 8_000, async (random) => {
    const path = mutate(random, random.pick(PATHS), PATH_SPLINTERS);
    // What the decoder lets through.
    const target = path.replace(/[^!-~]|#/g, "").replace(/^\/*/, random.percent(90) ? "/" : "//");
    const { status, fields, text } = await ask(handler, random.pick(["GET", "HEAD"]), target);
    statuses.add(status);
    assert([200, 301, 400, 404].includes(status), `${target} responds ${status}`);
    assert(!text.includes(SECRET) && !text.includes("hidden"), `${target} serves what it must not`);
    // Not to another host.
    if (status === 301) assertMatch(fields["Location"] ?? "", /^\/[^/\\][^]*\/(\?|$)/, target);
  });
  if (cases > 1000) { for (const status of [200, 301, 400, 404]) assert(statuses.has(status)); }
});

const SPLINTERS = [
  ",",
  "-",
  "=",
  "bytes",
  "bytes=",
  "BYTES=",
  "items=",
  '"',
  'W/"',
  "*",
  ";",
  " ",
  "\t",
  "\x80\xff",
  "GMT",
  "bytes=0-1,3-4",
  "60",
  "0",
] as const;

/** A value of a field, sometimes valid, with a number or a tag that may be odd. */
function valueOf(random: Random, name: string, tag: string): string {
  const value = validValue(random, name, tag);
  return random.percent(60)
    ? value
    : mutate(random, value, SPLINTERS).replace(/[^\t -~\x80-\xff]/g, "");
}

function validValue(random: Random, name: string, tag: string): string {
  const date = () =>
    random.pick([LAST_MODIFIED, "Sun, 06 Nov 1994 08:49:37 GMT", oddNumber(random)]);
  const tags = () => random.pick([tag, `W/${tag}`, '"x"', `"x", ${tag}`, "*", `${tag}, W/"y"`]);
  switch (name) {
    case "range":
      return `bytes=${
        random.pick([
          `${oddNumber(random)}-${oddNumber(random)}`,
          `-${oddNumber(random)}`,
          `${oddNumber(random)}-`,
          `${random.below(12)}-${random.below(12)}`,
          `${random.below(12)}-${random.below(12)},${random.below(12)}-`,
        ])
      }`;
    case "if-range":
      return random.percent(50) ? tags() : date();
    case "if-match":
    case "if-none-match":
      return tags();
    case "accept-encoding":
      return random.pick([
        "gzip",
        "br;q=0, gzip;q=1",
        "*",
        "identity;q=0",
        `gzip;q=${oddNumber(random)}`,
      ]);
    default:
      return date();
  }
}

const FIELDS = [
  "range",
  "range",
  "if-range",
  "if-match",
  "if-none-match",
  "if-modified-since",
  "if-unmodified-since",
  "accept-encoding",
] as const;

Deno.test("serveFiles() responds to any ranges and preconditions with a part or all of the file", async () => {
  await using site = await makeSite(FILES);
  const handler = serveFiles(site.root, null);
  const decoder = new TextDecoder();
  const names = ["a.txt", "empty.txt", "large.bin", "sub/z.js"] as const;
  const statuses = new Set<number>();
  const cases = await fuzz("conditions of files", 4_000, async (random) => {
    const name = random.pick(names);
    const content = FILES[name] ?? "";
    const whole = typeof content === "string" ? content : decoder.decode(content);
    const tag = `"${whole.length.toString(16)}-${Number(CHANGED).toString(16)}"`;
    const fields: Record<string, string> = {};
    do {
      const field = random.pick(FIELDS);
      fields[field] = valueOf(random, field, tag);
    } while (random.percent(50));
    const method = random.percent(80) ? "GET" : "HEAD";
    const response = await ask(handler, method, `/${name}`, fields);
    statuses.add(response.status);
    check(response, method, fields, whole, `${name} ${JSON.stringify(fields)}`);
  });
  if (cases > 1000) {
    for (const status of [200, 206, 304, 412, 416]) {
      assert(statuses.has(status));
    }
  }
});

function check(
  { status, fields, text }: Awaited<ReturnType<typeof ask>>,
  method: string,
  request: Fields,
  original: string,
  what: string,
): void {
  const whole = fields["Content-Encoding"] === "gzip" ? "zipped" : original;
  switch (status) {
    case 200:
      return assertEquals(text, method === "HEAD" ? "" : whole, what);
    case 206: {
      const [, first, last, size] =
        /^bytes (\d+)-(\d+)\/(\d+)$/.exec(fields["Content-Range"] ?? "") ?? [];
      assert(method === "GET" && "range" in request, what);
      assertEquals(Number(size), whole.length, what);
      assert(Number(first) <= Number(last) && Number(last) < whole.length, what);
      return assertEquals(text, whole.slice(Number(first), Number(last) + 1), what);
    }
    case 304:
      assert("if-none-match" in request || "if-modified-since" in request, what);
      assert("ETag" in fields, what);
      return assertEquals(text, "", what);
    case 412:
      return assert("if-match" in request || "if-unmodified-since" in request, what);
    case 416:
      assert(method === "GET" && "range" in request, what);
      return assertMatch(fields["Content-Range"] ?? "", /^bytes \*\/\d+$/, what);
    default:
      throw new Error(`${what} responds ${status}`);
  }
}

/** A range of a file, by BigInt arithmetic: inclusive bounds, or the status without one. */
function reference(range: string, size: bigint): readonly [bigint, bigint] | 200 | 416 {
  const [, first = "", last = ""] = /^bytes=(\d*)-(\d*)$/.exec(range) ?? [];
  if ((first === "" && last === "") || size === 0n) return 200;
  if (first === "") {
    const length = BigInt(last) < size ? BigInt(last) : size;
    return length === 0n ? 416 : [size - length, size - 1n];
  }
  if (last !== "" && BigInt(last) < BigInt(first)) return 200;
  if (BigInt(first) >= size) return 416;
  return [BigInt(first), last !== "" && BigInt(last) < size ? BigInt(last) : size - 1n];
}

Deno.test("serveFiles() sends the range that exact arithmetic gives", async () => {
  await using site = await makeSite(FILES);
  const handler = serveFiles(site.root, null);
  await fuzz("ranges of files", 2_000, async (random) => {
    const number = () => random.percent(15) ? "" : oddNumber(random);
    const range = `bytes=${number()}-${number()}`;
    const { status, fields } = await ask(handler, "GET", "/a.txt", { range });
    const wanted = reference(range, 10n);
    const found = status === 206 ? fields["Content-Range"] : status;
    assertEquals(
      found,
      typeof wanted === "number" ? wanted : `bytes ${wanted.join("-")}/10`,
      range,
    );
  });
});
