/**
 * Brings the documentation up to date with the options, the metrics, and what handlers do wrong.
 *
 *     deno run -A tools/docs.ts [--check]
 *
 * With `--check` it writes nothing, and exits with 1 if a file is stale.
 */
import { GENERATED_PAGES } from "./generated_pages.ts";

const isCheck = Deno.args.includes("--check");
let isStale = false;
for (const { path, update } of GENERATED_PAGES) {
  const url = new URL(`../${path}`, import.meta.url);
  const before = await Deno.readTextFile(url).catch(() => "");
  const after = update(before);
  if (before === after) continue;
  if (isCheck) {
    isStale = true;
    Deno.stderr.writeSync(
      new TextEncoder().encode(`${path} is stale: run deno task docs\n`),
    );
  } else {
    await Deno.writeTextFile(url, after);
  }
}
Deno.exit(isStale ? 1 : 0);
