import { assertEquals, assertRejects } from "@std/assert";
import { EXIT, ExitError } from "../../src/base/exit.ts";
import { readRequestFiles } from "../../src/load/request_files.ts";

const HOST = "a";

/** Writes files with these texts into a temporary folder for a function. */
async function withFiles(
  texts: Readonly<Record<string, string>>,
  run: (path: (name: string) => string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, text] of Object.entries(texts)) {
      await Deno.writeTextFile(`${folder}/${name}`, text);
    }
    await run((name) => `${folder}/${name}`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function refusal(paths: readonly string[]): Promise<[number, string]> {
  const error = await assertRejects(() => readRequestFiles(paths, HOST), ExitError);
  return [error.exitCode, error.message];
}

Deno.test("readRequestFiles() reads the files in their order", async () => {
  const texts = { "b": "GET /b HTTP/1.1\n\n", "a": "HEAD /a HTTP/1.1\nHost: x\n\n" };
  await withFiles(texts, async (path) => {
    const messages = await readRequestFiles([path("b"), path("a")], HOST);
    assertEquals(messages.map(({ base64 }) => atob(base64)), [
      "GET /b HTTP/1.1\r\nHost: a\r\n\r\n",
      "HEAD /a HTTP/1.1\r\nHost: x\r\n\r\n",
    ]);
    assertEquals(messages.map(({ weight, bodiless, isHttp }) => [weight, bodiless, isHttp]), [
      [1, false, true],
      [1, true, true],
    ]);
  });
});

Deno.test("readRequestFiles() refuses to mix HTTP with another protocol, with 78", async () => {
  const texts = { "http": "GET / HTTP/1.1\n\n", "plain": "ping\n", "more": "pong\n" };
  await withFiles(texts, async (path) => {
    const message = `Cannot mix the requests "${path("http")}", which is HTTP, and "${
      path("plain")
    }", which is not`;
    assertEquals(await refusal([path("http"), path("plain")]), [EXIT.config, message]);
    assertEquals(await refusal([path("plain"), path("http")]), [EXIT.config, message]);
    assertEquals(await refusal([path("plain"), path("more"), path("http")]), [
      EXIT.config,
      message,
    ]);
    const plain = await readRequestFiles([path("plain"), path("more")], HOST);
    assertEquals(plain.map(({ base64 }) => atob(base64)), ["ping\n", "pong\n"]);
  });
});

Deno.test("readRequestFiles() refuses a missing file or a folder with 66", async () => {
  await withFiles({ "one": "ping\n" }, async (path) => {
    assertEquals(await refusal([path("one"), path("none")]), [
      EXIT.noInput,
      `Cannot read the request "${path("none")}": no such file`,
    ]);
    const [code, message] = await refusal([path("")]);
    assertEquals(code, EXIT.noInput);
    assertEquals(message, `Cannot read the request "${path("")}": it is a folder, expected a file`);
  });
});

Deno.test("readRequestFiles() refuses an empty file with 78", async () => {
  await withFiles({ "empty": "" }, async (path) => {
    assertEquals(await refusal([path("empty")]), [
      EXIT.config,
      `Cannot use the request "${path("empty")}": it is empty, ` +
      "expected a request in HTTP or in the handler's protocol",
    ]);
  });
});

Deno.test({
  name: "readRequestFiles() refuses a file that may not be read with 77",
  permissions: { read: false },
  async fn() {
    const [code, message] = await refusal(["/etc/hostname"]);
    assertEquals(code, EXIT.noPermission);
    assertEquals(message.startsWith(`Cannot read the request "/etc/hostname": `), true, message);
  },
});
