import { newConnections } from "./clients.ts";
import { BARE_LOOP, MODES, pythonThreads, sluice } from "./commands.ts";
import { inSlices, overall, warmUp } from "./load.ts";
import type { Row } from "./table.ts";
import { startTarget } from "./target.ts";

const CLIENTS = 8;
const SLICES = 4;
const SLICE_MS = 400;
const WARMUP_MS = 500;

/**
 * CPU for a connection in each mode: connect, one message echoed, close. That of
 * Sluice includes the record that it logs of each.
 */
export async function* modeConnections(): AsyncGenerator<Row> {
  const python = await pythonThreads();
  if (python === null) yield ["(no python3: its threads are skipped)"];
  yield ["connection opened, CPU us each", "sluice", "bare loop", "python, threads"];
  for (const [name, mode] of Object.entries(MODES)) {
    const commands = [sluice(mode), BARE_LOOP, ...python === null ? [] : [python]];
    await using stack = new AsyncDisposableStack();
    const loads = [];
    for (const command of commands) {
      loads.push(newConnections(stack.use(await startTarget(command)), CLIENTS));
    }
    await warmUp(loads, WARMUP_MS);
    const costs = (await inSlices(loads, SLICES, SLICE_MS)).map(overall);
    const [ours = "", theirs = "", pythons = "skipped"] = costs.map(({ cpu }) => cpu.toFixed(0));
    yield [`  ${name}`, ours, theirs, pythons];
  }
}
