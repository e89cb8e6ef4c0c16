import { assert, assertEquals } from "@std/assert";
import { serveFiles } from "../../../src/http/files/files.ts";
import { ask, FALLBACK, makeSite } from "../../helpers/site.ts";

Deno.test("serveFiles lets no path escape the root, however it is encoded", async () => {
  await using site = await makeSite({
    "a/b.txt": "inside",
    "b.txt": "inside",
    // Not served, though they exist: to other systems these names would be paths.
    "a\\b.txt": "inside",
    "b.txt%": "inside",
    "b.txt%zz": "inside",
  });
  await Deno.writeTextFile(`${site.folder}/secret.txt`, "secret");
  const forbidden = [
    "/../secret.txt",
    "/..",
    "/a/..",
    "/a/../b.txt",
    "/a/../../secret.txt",
    "/%2e%2e/secret.txt",
    "/%2E%2e/secret.txt",
    "/.%2e/secret.txt",
    "/%2e./secret.txt",
    "/..%2fsecret.txt",
    "/%2e%2e%2fsecret.txt",
    "/a%2f..%2f..%2fsecret.txt",
    "/..\\secret.txt",
    "/..%5csecret.txt",
    "/%5c..%5csecret.txt",
    "/a\\..\\..\\secret.txt",
    "//../secret.txt",
    "/%zz/../secret.txt",
    "/.well-known/../../secret.txt",
  ];
  const absent = [
    `/${site.folder}/secret.txt`,
    `/${encodeURIComponent(`${site.folder}/secret.txt`)}`,
    `//${site.folder}/secret.txt`,
    "/%252e%252e/secret.txt",
    "/%252e%252e%252fsecret.txt",
    "/%c0%ae%c0%ae/secret.txt",
    "/%c0%ae%c0%ae%c0%afsecret.txt",
    "/%e0%80%ae%e0%80%ae/secret.txt",
    "/%uff0e%uff0e/secret.txt",
    "/%ef%bc%8e%ef%bc%8e/secret.txt",
    "/..%00/secret.txt",
    "/..;/secret.txt",
    "/.../secret.txt",
    "/. ./secret.txt",
    "/./b.txt",
    "/%2e/b.txt",
    "//b.txt",
    "/a//b.txt",
    "/a%2fb.txt",
    "/a%5cb.txt",
    "/a\\b.txt",
    "/b.txt%00",
    "/b.txt%00.html",
    "/%00",
    "/b.txt%",
    "/b.txt%4",
    "/b.txt%zz",
    "/%62%2etxt%",
    "/%ff",
    "x/b.txt",
    "/%ed%a0%80",
  ];
  const alone = serveFiles(site.root, null);
  const handler = serveFiles(site.root, FALLBACK);
  for (const path of forbidden) {
    assertEquals((await ask(alone, "GET", path)).status, 400, path);
    assertEquals((await ask(handler, "GET", path)).status, 400, path);
  }
  for (const path of absent) {
    assertEquals((await ask(alone, "GET", path)).status, 404, path);
    assertEquals((await ask(handler, "GET", path)).text, `fallback: GET ${path}`);
  }
  // Escapes are decoded once.
  assertEquals((await ask(alone, "GET", "/%62%2Etxt")).text, "inside");
  await site.write("100%25 %2e..txt", "odd");
  assertEquals((await ask(alone, "GET", "/100%2525%20%252e..txt")).text, "odd");
});

Deno.test("serveFiles hides names that begin with a dot, except for /.well-known", async () => {
  await using site = await makeSite({
    ".env": "secret",
    ".git/config": "secret",
    "a/.htpasswd": "secret",
    "a/.well-known/b": "secret",
    ".well-known/.hidden": "secret",
    ".well-known/security.txt": "Contact: us",
    ".well-known/acme-challenge/token": "token",
  });
  const handler = serveFiles(site.root, null);
  for (
    const path of [
      "/.env",
      "/%2eenv",
      "/.git/config",
      "/a/.htpasswd",
      "/a/.well-known/b",
      "/.well-known/.hidden",
    ]
  ) {
    assertEquals((await ask(handler, "GET", path)).status, 404, path);
  }
  assertEquals((await ask(handler, "GET", "/.well-known/security.txt")).text, "Contact: us");
  assertEquals((await ask(handler, "GET", "/.well-known/acme-challenge/token")).text, "token");
});

Deno.test("serveFiles follows links that stay inside the root, and no others", async () => {
  await using site = await makeSite({ "real/a.txt": "inside", "real/index.html": "index" });
  const { root, folder } = site;
  await Deno.writeTextFile(`${folder}/secret.txt`, "secret");
  // Has the root's name as a prefix.
  await Deno.mkdir(`${folder}/root-too`);
  await Deno.writeTextFile(`${folder}/root-too/index.html`, "secret");
  const links = {
    "file.txt": "real/a.txt",
    "folder": "real",
    "absolute.txt": `${root}/real/a.txt`,
    "twice.txt": "file.txt",
    "up.txt": "../root/real/a.txt",
    "out.txt": "../secret.txt",
    "out-absolute.txt": `${folder}/secret.txt`,
    "out-folder": "..",
    "out-neighbour": "../root-too",
    "out-twice.txt": "out.txt",
    "dangling": "nothing",
    "loop": "loop",
    "device": "/dev/zero",
    "self": ".",
  };
  for (const [name, target] of Object.entries(links)) await Deno.symlink(target, `${root}/${name}`);
  const handler = serveFiles(root, null);
  for (
    const path of ["/file.txt", "/folder/a.txt", "/absolute.txt", "/twice.txt", "/up.txt"].concat(
      "/self/self/file.txt",
    )
  ) {
    const { status, text } = await ask(handler, "GET", path);
    assertEquals([status, text], [200, "inside"], path);
  }
  for (
    const path of [
      "/out.txt",
      "/out-absolute.txt",
      "/out-folder/secret.txt",
      "/out-folder",
      "/out-folder/",
      "/out-neighbour",
      "/out-neighbour/",
      "/out-neighbour/index.html",
      "/out-twice.txt",
      "/dangling",
      "/loop",
      "/device",
    ]
  ) {
    assertEquals((await ask(handler, "GET", path)).status, 404, path);
  }
  assertEquals((await ask(handler, "GET", "/folder")).fields["Location"], "/folder/");
});

Deno.test("serveFiles serves a root that is a link, even after the link changes", async () => {
  await using site = await makeSite({ "1/a.txt": "one", "2/a.txt": "two" });
  const current = `${site.folder}/current`;
  await Deno.symlink("root/1", current);
  const handler = serveFiles(current, null);
  assertEquals((await ask(handler, "GET", "/a.txt")).text, "one");
  await Deno.symlink("root/2", `${current}.new`);
  await Deno.rename(`${current}.new`, current);
  assertEquals((await ask(handler, "GET", "/a.txt")).text, "two");
  await Deno.remove(current);
  assertEquals((await ask(handler, "GET", "/a.txt")).status, 404);
  assertEquals((await ask(serveFiles("/", null), "GET", `${site.root}/1/a.txt`)).text, "one");
});

Deno.test("serveFiles opens no pipes, sockets or devices", async () => {
  await using site = await makeSite({ "a.txt": "Hello", "index/index.html/a": "a" });
  const { success } = await new Deno.Command("mkfifo", {
    args: ["pipe", "a.txt.br", "index.html"].map((name) => `${site.root}/${name}`),
  }).output();
  assert(success);
  using _listener = Deno.listen({ transport: "unix", path: `${site.root}/socket` });
  const handler = serveFiles(site.root, null);
  for (const path of ["/pipe", "/socket", "/", "/index.html", "/index/", "/index"]) {
    assertEquals((await ask(handler, "GET", path)).status, 404, path);
  }
  assertEquals((await ask(serveFiles("/dev", null), "GET", "/zero")).status, 404);
  const { text, fields } = await ask(handler, "GET", "/a.txt", { "accept-encoding": "br" });
  assertEquals([text, fields["Vary"]], ["Hello", undefined]);
});

Deno.test("serveFiles never redirects to another host", async () => {
  await using site = await makeSite({
    "evil.example/index.html": "index",
    "evil.example/a/index.html": "index",
  });
  const handler = serveFiles(site.root, null);
  for (
    const path of [
      "//evil.example",
      "///evil.example",
      "//evil.example/a",
      "/\\evil.example",
      "/%5cevil.example",
      "/%2fevil.example",
      "//evil.example/%2e%2e",
      "http://evil.example/a",
    ]
  ) {
    const { status, fields } = await ask(handler, "GET", path);
    assert(status === 404 || status === 400, path);
    assertEquals(fields, {}, path);
  }
});

/** Keeps replacing a file from another thread, by renaming others to its name. */
const REPLACER = `
  onmessage = ({ data: { file, secret, shared } }) => {
    for (let round = 0; Atomics.load(shared, 0) === 0; round++) {
      if (round % 3 === 0) Deno.symlinkSync(secret, file + ".new");
      else Deno.writeTextFileSync(file + ".new", "inside".repeat(round % 3));
      Deno.renameSync(file + ".new", file);
    }
    postMessage("done");
  };
`;

Deno.test("serveFiles sends complete files from the root while they are being replaced", async () => {
  await using site = await makeSite({ "a": "inside" });
  const secret = `${site.folder}/secret`;
  await Deno.writeTextFile(secret, "secret");
  const worker = new Worker(`data:text/javascript,${encodeURIComponent(REPLACER)}`, {
    type: "module",
  });
  const ended = new Promise((resolve) => worker.onmessage = resolve);
  const shared = new Int32Array(new SharedArrayBuffer(4));
  worker.postMessage({ file: `${site.root}/a`, secret, shared });
  const handler = serveFiles(site.root, null);
  const seen = new Map<string, number>();
  const end = performance.now() + 20_000;
  const count = (text: string) => seen.get(text) ?? 0;
  try {
    do {
      const { status, text } = await ask(handler, "GET", "/a");
      const what = status === 200 ? text : String(status);
      seen.set(what, count(what) + 1);
    } while (
      performance.now() < end &&
      (count("inside") < 2000 || count("insideinside") < 2000 || count("404") < 2000)
    );
  } finally {
    Atomics.store(shared, 0, 1);
    await ended;
    worker.terminate();
  }
  const total = [...seen.values()].reduce((sum, some) => sum + some, 0);
  assert(count("503") < total / 50, "it retries before it responds with 503");
  seen.delete("503");
  assertEquals([...seen.keys()].sort(), ["404", "inside", "insideinside"]);
});
