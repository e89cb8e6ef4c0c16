import { assert, assertEquals, assertMatch } from "@std/assert";

const ROOT = new URL("../../", import.meta.url).pathname;

/** Runs `deno task bench` with some arguments. */
async function bench(
  ...args: string[]
): Promise<{ code: number; text: string; complaint: string }> {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", `${ROOT}tools/bench/main.ts`, ...args],
  });
  const { code, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  return { code, text: decoder.decode(stdout), complaint: decoder.decode(stderr) };
}

Deno.test("deno task bench compares two checkouts, and names both and the number of pairs", async () => {
  const options = ["--pairs", "2", "--against", ROOT, "--", "--backlog", "100"];
  const { code, text } = await bench("start", ...options);
  assertEquals(code, 0, text);
  const names = [...text.matchAll(/^ +[AB]: (.*?), from (\S+)/gm)];
  const name = "sluice --service echo --backlog 100";
  const folder = ROOT.slice(0, -1);
  assertEquals(names.map(([, ...parts]) => parts), [[name, folder], [name, folder]]);
  assertMatch(text, /^ +2 pairs of new processes, one after the other$/m);
  const row = /^ +ms +\d+ +\d+ +([\d.]+) +([\d.]+)\.\.([\d.]+) /m.exec(text) ?? [];
  const [median = NaN, lowest = NaN, highest = NaN] = row.slice(1).map(Number);
  assert(lowest <= median && median <= highest, text);
});

Deno.test("deno task bench refuses an unknown group, option or checkout", async () => {
  for (
    const [args, message] of [
      [["ech"], "Unknown group ech: see --help"],
      [["--pair", "1"], "Unknown option --pair"],
      [["--pairs", "0"], "Cannot use --pairs 0: expected a positive integer"],
      [["--against", "/dev/null"], "Cannot compare with /dev/null: found no main.ts there"],
    ] as const
  ) {
    assertEquals(await bench(...args), { code: 64, text: "", complaint: `${message}\n` });
  }
});
