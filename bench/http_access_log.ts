import { accepts, type Command, HTTP } from "./commands.ts";
import {
  compareLoads,
  CONNECTIONS,
  cpuRow,
  rateRows,
  ratioRows,
  withTool,
} from "./http_compare.ts";
import { ours } from "./http_peers.ts";
import { Scratch } from "./scratch.ts";
import type { Row } from "./table.ts";
import { type Work, wrk } from "./wrk.ts";

const FORMATS = ["combined", "json"] as const;
const WORK: Work = { connections: CONNECTIONS };

/** What it costs to record each request in a file. */
export const httpAccessLog = () => withTool(measure);

async function* measure(): AsyncGenerator<Row> {
  yield [`GET / x ${CONNECTIONS} kept (wrk, 1 thread)`, "recorded", "not", "aim"];
  if (!await accepts(recorded("/dev/null", "json"))) {
    return yield ["  (skipped: there is no --access-log)"];
  }
  const [without = [], ...costs] = await compareLoads(async (stack) => {
    const { folder } = stack.use(new Scratch());
    const loads = [wrk(stack.use(await ours("async").start()), WORK)];
    for (const format of FORMATS) {
      const path = `${folder}/${format}.log`;
      const server = ours("async", recorded(path, format));
      loads.push(wrk(stack.use(await server.start()), WORK));
      stack.defer(() => mustHaveRecords(path));
    }
    return loads;
  });
  for (const [i, format] of FORMATS.entries()) {
    const pair = [costs[i] ?? [], without] as const;
    yield [`  async, ${format}`];
    yield cpuRow(pair);
    yield* ratioRows(pair, ({ cpu }) => cpu);
    yield* rateRows("requests/s", pair);
  }
}

function recorded(path: string, format: typeof FORMATS[number]): Command {
  return [...HTTP, "--access-log", path, "--access-log-format", format];
}

function mustHaveRecords(path: string): void {
  if (Deno.statSync(path).size === 0) throw new Error(`Cannot measure records: ${path} is empty`);
}
