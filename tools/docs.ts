/**
 * Writes the table of options into README.md.
 *
 *     deno run -A tools/docs.ts [--check]
 *
 * With `--check` it writes nothing, and exits with 1 when the table is stale.
 */
import { withOptionTable } from "../src/cli/option_table.ts";

const readme = new URL("../README.md", import.meta.url);
const before = await Deno.readTextFile(readme);
const after = withOptionTable(before);

if (Deno.args.includes("--check")) {
  if (before !== after) {
    Deno.stderr.writeSync(new TextEncoder().encode(
      "The table of options in README.md is stale: run deno task docs\n",
    ));
    Deno.exit(1);
  }
} else {
  await Deno.writeTextFile(readme, after);
}
