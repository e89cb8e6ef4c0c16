import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { ExitError } from "../../src/base/exit.ts";
import { writePidFile } from "../../src/ops/pid_file.ts";

async function withPath(
  body: (path: string) => void | Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "sluice-pid-" });
  try {
    await body(`${folder}/pid`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function namesIn(path: string): string[] {
  return [...Deno.readDirSync(path.slice(0, path.lastIndexOf("/")))].map((
    entry,
  ) => entry.name);
}

Deno.test("writePidFile() holds this process's id until it is disposed", () =>
  withPath((path) => {
    {
      using _file = writePidFile(path);
      assertEquals(Deno.readTextFileSync(path), `${Deno.pid}\n`);
      assertEquals(namesIn(path), ["pid"]);
    }
    assertEquals(namesIn(path), []);
  }));

Deno.test("writePidFile() refuses a file that names another live process", () =>
  withPath(async (path) => {
    const other = new Deno.Command("sleep", { args: ["60"] }).spawn();
    try {
      Deno.writeTextFileSync(path, `${other.pid}\n`);
      const error = assertThrows(() => writePidFile(path), ExitError);
      assertEquals(error.exitCode, 73);
      assertMatch(
        error.message,
        new RegExp(`already running as process ${other.pid}`),
      );
      assertEquals(Deno.readTextFileSync(path), `${other.pid}\n`);
    } finally {
      other.kill();
      await other.status;
    }
  }));

Deno.test("writePidFile() overwrites the id of a dead process, its own, and an empty file", () =>
  withPath(async (path) => {
    const dead = new Deno.Command("true").spawn();
    await dead.status;
    for (const left of [`${dead.pid}\n`, `${Deno.pid}`, ""]) {
      Deno.writeTextFileSync(path, left);
      using _file = writePidFile(path);
      assertEquals(Deno.readTextFileSync(path), `${Deno.pid}\n`);
    }
  }));

Deno.test("writePidFile() does not remove a file that names another process by then", () =>
  withPath((path) => {
    const file = writePidFile(path);
    Deno.writeTextFileSync(path, "1\n");
    file[Symbol.dispose]();
    assertEquals(Deno.readTextFileSync(path), "1\n");
  }));

Deno.test("writePidFile() refuses a pipe, which it would wait for", () =>
  withPath(async (path) => {
    await new Deno.Command("mkfifo", { args: [path] }).output();
    const error = assertThrows(() => writePidFile(path), ExitError);
    assertEquals(error.exitCode, 73);
    assertMatch(error.message, /found something other than a file, choose another --pid-file$/);
  }));

Deno.test("writePidFile() refuses a file that is not a pid file, and a missing folder", () =>
  withPath((path) => {
    Deno.writeTextFileSync(path, "root:x:0:0\n");
    const foreign = assertThrows(() => writePidFile(path), ExitError);
    assertEquals(foreign.exitCode, 73);
    assertEquals(Deno.readTextFileSync(path), "root:x:0:0\n");
    const missing = assertThrows(
      () => writePidFile(`${path}.d/pid`),
      ExitError,
    );
    assertEquals(missing.exitCode, 73);
    assertMatch(missing.message, /its folder does not exist/);
  }));
