/** Prints what the runtime itself does in each case, as JSON. */
import { plainOutcomes } from "./all_cases.ts";

const outcomes = await plainOutcomes();
await Deno.stdout.write(new TextEncoder().encode(JSON.stringify(outcomes)));
