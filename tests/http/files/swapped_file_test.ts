/** Files that something else replaces after they were found, which must not block the thread. */
import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { askAlone } from "../../helpers/http_client.ts";
import { testEachPlaceWith } from "../../helpers/tools.ts";
import { startServer } from "../../helpers/server.ts";
import { makeSite } from "../../helpers/site.ts";
import { until } from "../../helpers/until.ts";

const SOURCE = fileURLToPath(import.meta.resolve("../../../src/http/files/open_file.ts"));

async function makeFifo(path: string): Promise<void> {
  const { success } = await new Deno.Command("mkfifo", { args: [path] }).output();
  assert(success, "mkfifo failed");
}

/** Finds a file, replaces it, and opens what was found, in a process that may hang. */
async function openSwapped(path: string, other: string, flags: string[]): Promise<string> {
  const script = `
    const { OpenFile } = await import(${JSON.stringify(SOURCE)});
    const [path, other] = Deno.args;
    const info = Deno.lstatSync(path);
    Deno.renameSync(other, path);
    const opened = OpenFile.open({ path, info });
    console.log(opened === null ? "null" : "a file");`;
  const file = await Deno.makeTempFile({ suffix: ".js" });
  await Deno.writeTextFile(file, script);
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", ...flags, file, path, other],
    signal: AbortSignal.timeout(60_000),
  }).output();
  await Deno.remove(file);
  const decoder = new TextDecoder();
  return decoder.decode(stdout) + decoder.decode(stderr);
}

Deno.test("OpenFile.open() does not wait for a FIFO in the place of the file", async () => {
  await using site = await makeSite({ "a.txt": "a" });
  const fifo = `${site.folder}/fifo`;
  await makeFifo(fifo);
  assertEquals(await openSwapped(`${site.root}/a.txt`, fifo, ["-A"]), "null\n");
});

Deno.test("OpenFile.open() does not open another file or a folder in the place of the file", async () => {
  await using site = await makeSite({ "a.txt": "a", "b.txt": "b", "c.txt": "c" });
  const [a, b, c] = ["a", "b", "c"].map((name) => `${site.root}/${name}.txt`) as [
    string,
    string,
    string,
  ];
  assertEquals(await openSwapped(a, b, ["-A"]), "null\n");
  // The same without the C library.
  assertEquals(await openSwapped(a, c, ["--allow-read", "--allow-write"]), "null\n");
});

testEachPlaceWith(
  "perl",
  "--root serves on while a file is swapped for a FIFO",
  async ({ args }) => {
    await using site = await makeSite({ "a.txt": "a", "quiet.txt": "quiet" });
    const [fifo, file] = [`${site.folder}/fifo`, `${site.folder}/file`];
    await makeFifo(fifo);
    await Deno.writeTextFile(file, "a");
    // Faster than the test itself could be: most opens meet another thing than was found.
    const swaps = new Deno.Command("perl", {
      args: [
        "-e",
        "for (;;) { for my $n (0, 1) { link $ARGV[$n], $ARGV[2]; rename $ARGV[2], $ARGV[3]; } }",
      ]
        .concat(fifo, file, `${site.folder}/new`, `${site.root}/a.txt`),
    }).spawn();
    try {
      await using server = await startServer(args("--root", site.root));
      let answered = 0;
      const asking = (async () => {
        for (; answered < 300; answered++) await askAlone(server, "GET", "/a.txt");
      })().catch(() => {});
      await until("all requests are answered", () => answered === 300, 60_000);
      await asking;
      assertEquals((await askAlone(server, "GET", "/quiet.txt")).body, "quiet");
    } finally {
      swaps.kill("SIGKILL");
      await swaps.status;
    }
  },
);
