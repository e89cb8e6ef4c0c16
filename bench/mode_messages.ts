import { BARE_LOOP, MODES, sluice } from "./commands.ts";
import { compareEcho, CONNECTIONS } from "./echo.ts";
import { median, type Row, spread } from "./table.ts";

const SLICES = 3;
const RUNS = 5;
const RUN_SLICES = 3;

/** CPU for a message in each mode, beside a bare loop; and one thread of a pool beside none. */
export async function* modeMessages(): AsyncGenerator<Row> {
  yield ["echo 64 B, CPU us/message", "sluice", "bare loop", "ratio"];
  for (const [name, mode] of Object.entries(MODES)) {
    const connections = name === "single" ? 1 : CONNECTIONS;
    const [ours, theirs] = await compareEcho(sluice(mode), BARE_LOOP, SLICES, connections);
    yield [
      `  ${name}, ${connections === 1 ? "1 connection" : `${connections} connections`}`,
      ours.cpu.toFixed(2),
      theirs.cpu.toFixed(2),
      (ours.cpu / theirs.cpu).toFixed(2),
    ];
  }
  const ratios: number[] = [];
  for (let i = 0; i < RUNS; i++) {
    const pooled = sluice(["--mode", "pooled", "--workers", "1"]);
    const [ours, theirs] = await compareEcho(pooled, sluice(MODES.async), RUN_SLICES);
    ratios.push(ours.cpu / theirs.cpu);
  }
  yield [`pooled, 1 worker, to async (of ${RUNS})`, median(ratios).toFixed(3), "1", "at most 1.1"];
  yield ["  ratio, lowest and highest", spread(ratios)];
}
