import { Generator } from "../src/load/generator.ts";
import { httpMessage } from "../src/load/request_text.ts";
import { type Command, file } from "./commands.ts";
import { compareLoads, rateRows, ratioRows, withTool } from "./http_compare.ts";
import { ours } from "./http_peers.ts";
import type { Load } from "./load.ts";
import { median, type Row } from "./table.ts";
import { runToEnd, type Target } from "./target.ts";
import { wrk } from "./wrk.ts";

const HOST = "127.0.0.1";
/** What is asked for, and by how many: at first what comes to a small share of the ceiling. */
const CASES = [
  { path: "/work?io_ms=10", connections: 64 },
  { path: "/work?io_ms=10", connections: 256 },
  { path: "/", connections: 1 },
  { path: "/", connections: 4 },
  { path: "/", connections: 64 },
] as const;

type Case = typeof CASES[number];

/** The load generator beside wrk, on the same server: do both see the same rate? */
export const loadBesideWrk = () => withTool(measure);

async function* measure(): AsyncGenerator<Row> {
  yield ["Load on --mode async", "sluice load", "wrk", "aim"];
  const ceiling = await readCeiling();
  yield [`  ceiling of sluice load: ${Math.round(ceiling)} requests/s`];
  for (const one of CASES) {
    const [our = [], their = []] = await compareLoads(async (stack) => {
      const target = stack.use(await startServer());
      return [generator(target, one), wrk(target, one)];
    });
    const share = median(our.map(({ rate }) => rate)) / ceiling;
    yield [`  GET ${one.path} x ${one.connections}, ${Math.round(share * 100)}% of the ceiling`];
    yield* rateRows("requests/s", [our, their]);
    yield* ratioRows([our, their], ({ rate }) => rate, share <= 0.5 ? "0.9 to 1.1" : "");
  }
}

function startServer(): Promise<Target> {
  return ours("async", ["--service", "http", "--lab"]).start();
}

function generator(target: Target, { path, connections }: Case): Load {
  return {
    target,
    async run(duration) {
      const load = new Generator({
        hostname: HOST,
        port: target.port,
        framing: { type: "http" },
        messages: [httpMessage(`GET ${path}`, HOST, 1)],
        connections,
        slow: 0,
        rate: null,
        closing: false,
        warmup: 0,
        duration,
        seed: 1,
      });
      const { requests, errors } = await load.run([]);
      const failures = Object.keys(errors);
      if (failures.length > 0) throw new Error(`Requests failed: ${failures.join(", ")}`);
      return requests;
    },
    [Symbol.dispose]() {},
  };
}

async function readCeiling(): Promise<number> {
  await using target = await startServer();
  const command: Command = [
    ...[Deno.execPath(), "run", "-A", "--no-check", file("../main.ts"), "load"],
    ...[`http://${HOST}:${target.port}/`, "--duration", "1s", "--json", "-"],
  ];
  return JSON.parse(new TextDecoder().decode((await runToEnd(command)).stdout)).ceiling;
}
