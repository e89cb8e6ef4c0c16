import { denoListen } from "../../src/bench/peers/deno.ts";
import type { Context } from "./comparison.ts";
import { inTurn } from "./pairs.ts";
import { executable, HERE, type Server, sluice, timeStart } from "./servers.ts";
import { print, printHead, printRow } from "./table.ts";

const OPTIONS = ["--service", "echo"];

/** Measures how long a server takes to start. */
export async function start({ pairs, against, extra }: Context): Promise<void> {
  const options = [...OPTIONS, ...extra];
  const rival = against === null ? denoListen : sluice(against, options);
  print("\nTime to start, until a client is accepted");
  await compareStarts([sluice(HERE, options), rival], pairs, "A at most 150");
  if (against !== null) return;
  const compiled = executable(options);
  const found = await compiled.find?.();
  if (found !== undefined && "reason" in found) return print(`  No executable: ${found.reason}`);
  await compareStarts([compiled, rival], pairs, "A at most 120");
}

async function compareStarts(
  servers: readonly [Server, Server],
  pairs: number,
  aim: string,
): Promise<void> {
  printHead(servers, pairs, "one after the other");
  printRow("ms", await inTurn(servers, pairs, timeStart), 0, aim);
}
