import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ExitError } from "../../../src/base/exit.ts";
import { checkRoot, serveFiles } from "../../../src/http/files/files.ts";
import { requestOf } from "../../helpers/http_request.ts";
import {
  ask,
  asSource,
  CHANGED,
  drain,
  FALLBACK,
  type Fields,
  LARGE,
  LAST_MODIFIED,
  makeSite,
  pattern,
  type Site,
  sourceOf,
} from "../../helpers/site.ts";

const decoder = new TextDecoder();

Deno.test("serveFiles sends a file with its type and validators", async () => {
  await using site = await makeSite({ "a b/ü.txt": "Hello" });
  assertEquals(await ask(serveFiles(site.root, null), "GET", "/a%20b/%C3%BC.txt?q=1"), {
    status: 200,
    fields: {
      "Content-Type": "text/plain; charset=utf-8",
      "X-Content-Type-Options": "nosniff",
      "Accept-Ranges": "bytes",
      "Last-Modified": LAST_MODIFIED,
      "ETag": `"5-${CHANGED.getTime().toString(16)}"`,
    },
    text: "Hello",
  });
});

Deno.test("serveFiles chooses the type by extension, with a default for unknown ones", async () => {
  const types: Record<string, string> = {
    "a.html": "text/html; charset=utf-8",
    "a.css": "text/css; charset=utf-8",
    "a.JS": "text/javascript; charset=utf-8",
    "a.mjs": "text/javascript; charset=utf-8",
    "a.min.map": "application/json",
    "a.svg": "image/svg+xml",
    "a.png": "image/png",
    "a.ico": "image/vnd.microsoft.icon",
    "a.wasm": "application/wasm",
    "a.woff2": "font/woff2",
    "a.webmanifest": "application/manifest+json",
    "a.m3u8": "application/vnd.apple.mpegurl",
    "a.gz": "application/gzip",
    "a.unheard-of": "application/octet-stream",
    "a.constructor": "application/octet-stream",
    "a.__proto__": "application/octet-stream",
    "a.": "application/octet-stream",
    "html": "application/octet-stream",
    "folder.html/a": "application/octet-stream",
  };
  await using site = await makeSite(Object.fromEntries(Object.keys(types).map((n) => [n, n])));
  const handler = serveFiles(site.root, null);
  for (const [path, type] of Object.entries(types)) {
    const { fields } = await ask(handler, "GET", `/${path}`);
    assertEquals(fields["Content-Type"], type, path);
    assertEquals(fields["X-Content-Type-Options"], "nosniff", path);
  }
});

Deno.test("serveFiles responds to HEAD with the fields and the length of GET, but no bytes", async () => {
  await using site = await makeSite({ "small.txt": "Hello", "large": pattern(LARGE), "empty": "" });
  const handler = serveFiles(site.root, null);
  for (const [path, length] of [["/small.txt", 5], ["/large", LARGE], ["/empty", 0]] as const) {
    const get = await ask(handler, "GET", path);
    // Range is defined only for GET (RFC 9110, 14.2).
    const response = await handler(requestOf("HEAD", path, { range: "bytes=0-0" }));
    assertEquals(response.status, 200);
    assertEquals(Object.fromEntries(response.headers ?? []), get.fields);
    const source = asSource(response);
    assertEquals(source.length, length);
    assertEquals((await drain(source)).length, 0);
    assertEquals(get.text.length, length);
  }
});

Deno.test("serveFiles allows only GET and HEAD, and says so", async () => {
  await using site = await makeSite({ "a.txt": "Hello", "folder/index.html": "index" });
  const handler = serveFiles(site.root, FALLBACK);
  for (const path of ["/a.txt", "/folder/", "/folder"]) {
    for (const method of ["POST", "PUT", "DELETE", "PATCH", "TRACE", "get"]) {
      const { status, fields } = await ask(handler, method, path);
      assertEquals([status, fields], [405, { Allow: "GET, HEAD" }], `${method} ${path}`);
    }
    const { status, fields } = await ask(handler, "OPTIONS", path);
    assertEquals([status, fields], [204, { Allow: "GET, HEAD" }], path);
  }
});

Deno.test("serveFiles passes requests for missing files to the fallback, or responds with 404", async () => {
  await using site = await makeSite({ "a.txt": "Hello", "empty/folder/b.txt": "b" });
  const alone = serveFiles(site.root, null);
  const handler = serveFiles(site.root, FALLBACK);
  const absent = [
    "/b.txt",
    "/a.txt/",
    "/a.txt/b",
    "/",
    "/empty",
    "/empty/",
    "/A.TXT",
    `/${"x".repeat(300)}`,
    `/${"x/".repeat(4000)}`,
    "*",
    "",
    "a.txt",
  ];
  for (const path of absent) {
    assertEquals((await ask(alone, "GET", path)).status, 404, path);
    for (const method of ["GET", "HEAD", "POST", "OPTIONS"]) {
      const { status, text } = await ask(handler, method, path);
      assertEquals([status, text], [200, `fallback: ${method} ${path}`]);
    }
  }
  assertEquals((await ask(handler, "GET", "/a.txt")).text, "Hello");
});

Deno.test("serveFiles serves the index of a folder, and redirects to a trailing slash", async () => {
  await using site = await makeSite({
    "index.html": "top",
    "a b/index.html": "inner",
    "a b/c/index.html": "innermost",
  });
  const handler = serveFiles(site.root, null);
  const top = await ask(handler, "GET", "/");
  assertEquals([top.text, top.fields["Content-Type"]], ["top", "text/html; charset=utf-8"]);
  assertEquals((await ask(handler, "GET", "/a%20b/")).text, "inner");
  assertEquals((await ask(handler, "GET", "/a%20b/index.html")).text, "inner");
  for (
    const [target, location] of [
      ["/a%20b", "/a%20b/"],
      ["/a%20b?", "/a%20b/"],
      ["/a%20b?x=1&y=/%2F?", "/a%20b/?x=1&y=/%2F?"],
      ["/a%20b/c", "/a%20b/c/"],
      ["/%61%20b?//evil.example", "/%61%20b/?//evil.example"],
    ] as const
  ) {
    for (const method of ["GET", "HEAD"]) {
      const { status, fields } = await ask(handler, method, target);
      assertEquals([status, fields], [301, { Location: location }], target);
    }
  }
});

Deno.test("serveFiles streams a large file and its ranges through one buffer", async () => {
  const content = pattern(LARGE);
  await using site = await makeSite({ "large": content });
  const handler = serveFiles(site.root, null);
  const source = await sourceOf(handler, "/large");
  assertEquals(source.length, LARGE);
  const buffers = new Set<ArrayBufferLike>();
  let at = 0;
  for (let piece = await source.read(); piece !== null; piece = await source.read()) {
    buffers.add(piece.buffer);
    assert(piece.length <= 65536);
    assertEquals(piece, content.subarray(at, at + piece.length));
    at += piece.length;
  }
  assertEquals([at, buffers.size], [LARGE, 1]);
  assertEquals(await source.read(), null);
  await source.close();
  const part = await sourceOf(handler, "/large", { range: "bytes=1000-150999" });
  assertEquals(part.length, 150_000);
  assertEquals(await drain(part), content.subarray(1000, 151_000));
});

Deno.test("serveFiles fails the body of a file that changes while it is sent, and never sends too much", async () => {
  const content = pattern(LARGE);
  await using site = await makeSite({ "large": content });
  const handler = serveFiles(site.root, null);
  const path = `${site.root}/large`;
  const changes: Record<string, () => Promise<void>> = {
    "grows": () => Deno.writeTextFile(path, "more", { append: true }),
    "shrinks": () => Deno.truncate(path, 100_000),
    "is emptied": () => Deno.truncate(path, 0),
    "grows, and looks as old as before": async () => {
      await Deno.writeTextFile(path, "more", { append: true });
      await Deno.utime(path, CHANGED, CHANGED);
    },
    "is written over": () => Deno.writeFile(path, content.toReversed()),
  };
  for (const [what, change] of Object.entries(changes)) {
    await site.write("large", content);
    for (const headers of [{}, { range: `bytes=10-${LARGE - 100}` }]) {
      const source = await sourceOf(handler, "/large", headers);
      let received = (await source.read())?.length ?? 0;
      await change();
      const error = await assertRejects(async () => {
        for (let piece = await source.read(); piece !== null; piece = await source.read()) {
          received += piece.length;
        }
      }, Error);
      assertEquals(error.message, `Cannot send ${path}: the file changed while it was sent`);
      assert(received < (source.length ?? 0), `a file that ${what}`);
      await source.close();
      await site.write("large", content);
    }
  }
});

Deno.test("serveFiles closes a file that is not sent to its end, even during a read", async () => {
  await using site = await makeSite({ "large": pattern(LARGE) });
  const handler = serveFiles(site.root, null);
  await (await sourceOf(handler, "/large")).close();
  const begun = await sourceOf(handler, "/large");
  await begun.read();
  await begun.close();
  const reading = await sourceOf(handler, "/large");
  const read = reading.read().catch(() => null);
  await reading.close();
  await read;
});

Deno.test("serveFiles leaves no file open after a response without a body", async () => {
  await using site = await makeSite({ "large": pattern(LARGE), "small": "Hello" });
  const handler = serveFiles(site.root, null);
  const open = () =>
    [...Deno.readDirSync("/proc/self/fd")].filter(({ name }) => {
      try {
        return Deno.readLinkSync(`/proc/self/fd/${name}`).startsWith(site.root);
      } catch {
        return false; // The descriptor of the listing itself.
      }
    }).length;
  const requests: readonly (readonly [method: string, headers: Fields, status: number])[] = [
    ["HEAD", {}, 200],
    ["GET", { "if-none-match": "*" }, 304],
    ["GET", { "if-match": '"x"' }, 412],
    ["GET", { range: `bytes=${LARGE}-` }, 416],
    ["POST", {}, 405],
    ["OPTIONS", {}, 204],
  ];
  for (const path of ["/large", "/small"]) {
    for (const [method, headers, expected] of requests) {
      const { status } = await ask(handler, method, path, headers);
      assertEquals([status, open()], [expected, 0], `${method} ${path}`);
    }
  }
  const source = await sourceOf(handler, "/large");
  assertEquals(open(), 1);
  await source.close();
  assertEquals(open(), 0);
});

Deno.test("serveFiles streams a gigabyte in constant memory", async () => {
  await using site = await makeSite({ "huge": "" });
  const size = 1024 ** 3;
  await Deno.truncate(`${site.root}/huge`, size);
  const source = await sourceOf(serveFiles(site.root, null), "/huge");
  await source.read();
  // Not that of the process, in which other tests run.
  const memory = () => Deno.memoryUsage().heapTotal + Deno.memoryUsage().external;
  const before = memory();
  let most = before;
  let received = 65536;
  for (let piece = await source.read(); piece !== null; piece = await source.read()) {
    received += piece.length;
    if (received % (64 * 65536) === 0) most = Math.max(most, memory());
  }
  await source.close();
  assertEquals(received, size);
  assert(most - before < 64 * 1024 * 1024, `${most - before} bytes more`);
});

/** Runs code in a process of its own, where `handler` serves the files of a site; returns its output. */
async function inProcess(site: Site, code: string, shell = 'exec "$@"'): Promise<string> {
  const program = `
    import { checkRoot, serveFiles } from "./src/http/files/files.ts";
    import { requestOf } from "./tests/helpers/http_request.ts";
    const root = ${JSON.stringify(site.root)};
    const handler = serveFiles(root, () => ({ status: 200 }));
    const dropPrivileges = () => {
      if (Deno.uid() !== 0) return;
      const symbols = { seteuid: { parameters: ["u32"], result: "i32" } };
      Deno.dlopen("libc.so.6", symbols).symbols.seteuid(65534);
    };
    const ask = (path) => {
      try {
        return handler(requestOf("GET", path)).status;
      } catch (error) {
        return error.status ?? error.exitCode + " " + error.message;
      }
    };
    const results = [];
    ${code}
    console.log(JSON.stringify(results));
  `;
  const { stdout, stderr } = await new Deno.Command("sh", {
    args: ["-c", shell, "sh", Deno.execPath(), "eval", "--no-check", program],
    cwd: new URL("../../..", import.meta.url),
  }).output();
  return decoder.decode(stdout).trim() || decoder.decode(stderr);
}

Deno.test("serveFiles responds with 403, and checkRoot fails, if permission is denied", async () => {
  await using site = await makeSite({ "closed": "a", "folder/a": "a", "open": "a", "root/a": "a" });
  await Deno.chmod(site.folder, 0o755);
  await Deno.chmod(`${site.root}/closed`, 0);
  await Deno.chmod(`${site.root}/folder`, 0);
  const output = await inProcess(
    site,
    `dropPrivileges();
    results.push(ask("/open"), ask("/closed"), ask("/folder/a"), ask("/folder"), ask("/none"));
    try {
      checkRoot(root + "/folder");
    } catch (error) {
      results.push(error.exitCode, error.message);
    }`,
  );
  await Deno.chmod(`${site.root}/folder`, 0o755);
  const message = `Cannot serve files from --root "${site.root}/folder": permission denied`;
  assertEquals(JSON.parse(output), [200, 403, 403, 403, 200, 77, message]);
});

Deno.test("serveFiles responds with 503 while no file descriptor is left", async () => {
  await using site = await makeSite({ "a": "a" });
  const output = await inProcess(
    site,
    `const open = [];
    try {
      for (;;) open.push(Deno.openSync("/dev/null"));
    } catch {}
    results.push(ask("/a"), ask("/none"));
    for (const file of open) file.close();
    results.push(ask("/a"));`,
    'ulimit -n 256; exec "$@"',
  );
  assertEquals(JSON.parse(output), [503, 200, 200]);
});

Deno.test("checkRoot accepts a folder, and rejects anything else with a reason in one line", async () => {
  await using site = await makeSite({ "a.txt": "Hello" });
  checkRoot(site.root);
  await Deno.symlink("root", `${site.folder}/link`);
  checkRoot(`${site.folder}/link`);
  await Deno.symlink("loop", `${site.folder}/loop`);
  for (
    const [path, state] of [
      [`${site.root}/none`, "no such folder"],
      [`${site.root}/a.txt/none`, "no such folder"],
      [`${site.folder}/loop`, "no such folder"],
      [`${site.folder}/two\nlines`, "no such folder"],
      [`${site.root}/a.txt`, "it is not a folder"],
    ] as const
  ) {
    const error = assertThrows(() => checkRoot(path), ExitError);
    assertEquals(error.exitCode, 66);
    assertEquals(error.message, `Cannot serve files from --root ${JSON.stringify(path)}: ${state}`);
  }
});
