import { assertEquals } from "@std/assert";
import { serveFiles } from "../../../src/http/files/files.ts";
import { ask, CHANGED, type Fields, makeSite } from "../../helpers/site.ts";

Deno.test("serveFiles sends the precompressed file that the client prefers", async () => {
  await using site = await makeSite({
    "a.js": "original",
    "a.js.br": "brotli..",
    "a.js.gz": "gzip....",
    "b.js": "original",
    "b.js.gz": "gzip....",
  });
  const handler = serveFiles(site.root, null);
  const cases: readonly (readonly [path: string, accepted: string | null, coding: string])[] = [
    ["/a.js", null, "original"],
    ["/a.js", "", "original"],
    ["/a.js", "gzip, deflate, br, zstd", "brotli"],
    ["/a.js", "gzip", "gzip"],
    ["/a.js", "GZIP", "gzip"],
    ["/a.js", "br", "brotli"],
    ["/a.js", "br;q=0.5, gzip;q=0.8", "gzip"],
    ["/a.js", "br;q=0.8, gzip;q=0.80", "brotli"],
    ["/a.js", "br ; q=0.1, gzip;Q=0.2", "gzip"],
    ["/a.js", "br;q=0", "original"],
    ["/a.js", "br;q=0.000, gzip;q=0", "original"],
    ["/a.js", "gzip;q=0, *", "brotli"],
    ["/a.js", "br;q=0, *;q=0.1", "gzip"],
    ["/a.js", "*", "brotli"],
    ["/a.js", "*;q=0", "original"],
    ["/a.js", "identity", "original"],
    ["/a.js", "identity, br;q=0.5", "original"],
    ["/a.js", "identity;q=0.5, br", "brotli"],
    ["/a.js", "identity, br", "brotli"],
    ["/a.js", "identity;q=0, *;q=0", "original"],
    ["/a.js", "deflate, zstd", "original"],
    ["/a.js", "brotli", "original"],
    ["/a.js", "br;q=x, gzip;q=2", "original"],
    ["/b.js", "gzip, br", "gzip"],
    ["/b.js", "br", "original"],
  ];
  const tags = new Set<string>();
  for (const [path, accepted, expected] of cases) {
    const headers: Fields = accepted === null ? {} : { "accept-encoding": accepted };
    const { status, fields, text } = await ask(handler, "GET", path, headers);
    const coding = { brotli: "br", gzip: "gzip" }[expected];
    assertEquals([status, text], [200, expected.padEnd(8, ".")], `${path} ${accepted}`);
    assertEquals(fields["Content-Encoding"], coding);
    assertEquals(fields["Vary"], "Accept-Encoding");
    assertEquals(fields["Content-Type"], "text/javascript; charset=utf-8");
    if (path === "/a.js") tags.add(fields["ETag"] ?? "");
    const { status: again, fields: kept } = await ask(handler, "GET", path, {
      ...headers,
      "if-none-match": fields["ETag"] ?? "",
    });
    assertEquals([again, kept["Vary"]], [304, "Accept-Encoding"]);
  }
  assertEquals(tags.size, 3);
  const direct = await ask(handler, "GET", "/a.js.gz", { "accept-encoding": "gzip" });
  assertEquals(direct.fields["Content-Encoding"], undefined);
  assertEquals(direct.fields["Vary"], undefined);
});

Deno.test("serveFiles sends ranges of the chosen variant", async () => {
  await using site = await makeSite({ "a.js": "original", "a.js.br": "brotli" });
  const handler = serveFiles(site.root, null);
  const headers = { "accept-encoding": "br", range: "bytes=1-2" };
  const { status, fields, text } = await ask(handler, "GET", "/a.js", headers);
  assertEquals([status, fields["Content-Range"], text], [206, "bytes 1-2/6", "ro"]);
  assertEquals([fields["Content-Encoding"], fields["Vary"]], ["br", "Accept-Encoding"]);
  const { ETag: plain = "" } = (await ask(handler, "GET", "/a.js")).fields;
  const other = await ask(handler, "GET", "/a.js", { ...headers, "if-range": plain });
  assertEquals([other.status, other.text], [200, "brotli"]);
});

Deno.test("serveFiles ignores compressed files that are older than the original, or links", async () => {
  await using site = await makeSite({ "a.js": "original", "b.js": "original" });
  await site.write("a.js.br", "stale", new Date(CHANGED.getTime() - 1));
  await site.write("a.js.gz", "fresh", new Date(CHANGED.getTime() + 1));
  await Deno.writeTextFile(`${site.folder}/secret`, "secret");
  await Deno.symlink("../secret", `${site.root}/b.js.br`);
  const handler = serveFiles(site.root, null);
  const headers = { "accept-encoding": "br, gzip" };
  assertEquals((await ask(handler, "GET", "/a.js", headers)).text, "fresh");
  const { text, fields } = await ask(handler, "GET", "/b.js", headers);
  assertEquals([text, fields["Vary"]], ["original", undefined]);
});
