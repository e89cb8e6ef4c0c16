import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { replaceFile, replaceFileSync } from "../../src/base/replace_file.ts";

/** Both functions, to be tested alike. */
const WAYS: Readonly<Record<string, (path: string, text: string) => void | Promise<void>>> = {
  replaceFile,
  replaceFileSync,
};

async function inFolder(body: (folder: string) => void | Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "sluice-replace-" });
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function namesIn(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
}

for (const [name, replace] of Object.entries(WAYS)) {
  Deno.test(`${name}() creates or replaces a file and leaves no draft`, () =>
    inFolder(async (folder) => {
      const path = `${folder}/file`;
      for (const text of ["first, and longer\n", "second\n", ""]) {
        await replace(path, text);
        assertEquals(Deno.readTextFileSync(path), text);
        assertEquals(namesIn(folder), ["file"]);
      }
    }));

  Deno.test(`${name}() lets readers of the old file finish reading it`, () =>
    inFolder(async (folder) => {
      const path = `${folder}/file`;
      await replace(path, "old");
      using reader = Deno.openSync(path);
      await replace(path, "new");
      const text = new Uint8Array(10);
      assertEquals(new TextDecoder().decode(text.subarray(0, reader.readSync(text) ?? 0)), "old");
    }));

  Deno.test(`${name}() replaces a draft left by a crash, and follows no link`, () =>
    inFolder(async (folder) => {
      const [path, victim] = [`${folder}/file`, `${folder}/victim`];
      const draft = `${path}.${Deno.pid}.new`;
      Deno.writeTextFileSync(draft, "half");
      await replace(path, "first");
      Deno.writeTextFileSync(victim, "precious");
      Deno.symlinkSync(victim, draft);
      await replace(path, "second");
      Deno.linkSync(victim, draft);
      await replace(path, "third");
      assertEquals(Deno.readTextFileSync(path), "third");
      assertEquals(Deno.readTextFileSync(victim), "precious");
      assertEquals(namesIn(folder), ["file", "victim"]);
    }));

  Deno.test(`${name}() takes another name for its draft if the usual one cannot be removed`, () =>
    inFolder(async (folder) => {
      const path = `${folder}/file`;
      const draft = `${path}.${Deno.pid}.new`;
      Deno.mkdirSync(`${draft}/full`, { recursive: true });
      await replace(path, "text");
      assertEquals(Deno.readTextFileSync(path), "text");
      assertEquals(namesIn(folder), ["file", `file.${Deno.pid}.new`]);
    }));

  Deno.test(`${name}() replaces no pipe, device or socket`, () =>
    inFolder(async (folder) => {
      const path = `${folder}/socket`;
      using _listener = Deno.listen({ transport: "unix", path });
      const { message } = await assertRejects(async () => await replace(path, "text"), Error);
      assertEquals(message, "found a pipe, a device or a socket, expected a file");
      assertEquals(namesIn(folder), ["socket"]);
    }));

  Deno.test(`${name}() replaces a link to a file, not the file`, () =>
    inFolder(async (folder) => {
      const [path, victim] = [`${folder}/file`, `${folder}/victim`];
      Deno.writeTextFileSync(victim, "precious");
      Deno.symlinkSync(victim, path);
      await replace(path, "text");
      assertEquals(Deno.readTextFileSync(victim), "precious");
      assertEquals(Deno.lstatSync(path).isFile, true);
    }));

  Deno.test(`${name}() removes its draft when it fails, and throws the system's error`, () =>
    inFolder(async (folder) => {
      const { NotFound } = Deno.errors;
      await assertRejects(async () => await replace(`${folder}/none/file`, "text"), NotFound);
      Deno.mkdirSync(`${folder}/file`);
      await assertRejects(async () => await replace(`${folder}/file`, "text"), Error, "directory");
      assertEquals(namesIn(folder), ["file"]);
    }));
}

Deno.test("replaceFileSync() is done when it returns or throws", () =>
  inFolder((folder) => {
    replaceFileSync(`${folder}/file`, "text");
    assertEquals(namesIn(folder), ["file"]);
    assertThrows(() => replaceFileSync(`${folder}/none/file`, "text"), Deno.errors.NotFound);
  }));
