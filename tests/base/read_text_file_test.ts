import { assertEquals, assertRejects } from "@std/assert";
import { ExitError } from "../../src/base/exit.ts";
import { readTextFile } from "../../src/base/read_text_file.ts";

async function refuses(path: string, code: number, reason: string): Promise<void> {
  const error: ExitError = await assertRejects(() => readTextFile(path, "the file"), ExitError);
  assertEquals([error.message, error.exitCode], [`Cannot read the file: ${reason}`, code]);
}

Deno.test("readTextFile() refuses what would block or never end", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await new Deno.Command("mkfifo", { args: [`${folder}/fifo`] }).output();
    await Deno.symlink("/dev/zero", `${folder}/link`);
    await refuses(`${folder}/fifo`, 66, "it is not a regular file");
    await refuses(`${folder}/link`, 66, "it is not a regular file");
    await refuses("/dev/zero", 66, "it is not a regular file");
    await refuses(folder, 66, "it is a folder, expected a file");
    await refuses(`${folder}/none`, 66, "no such file");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("readTextFile() exits 77 if permission is denied", {
  permissions: { read: false },
}, async () => {
  const error: ExitError = await assertRejects(() => readTextFile("/x", "it"), ExitError);
  assertEquals(error.exitCode, 77);
});
