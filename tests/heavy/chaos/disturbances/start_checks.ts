/** Starts that do not end by themselves: signals and --start-timeout end them. */
import type { Chance } from "../chance.ts";
import type { Code } from "../server/handler_code.ts";
import { handlerCode } from "../server/handler_code.ts";
import type { ChaosMode } from "../options.ts";
import { ServerProcess } from "../server/server_process.ts";
import { find, pause } from "../waiting.ts";
import type { World } from "../world.ts";

/** Milliseconds in which a start must end after a signal, on a machine of its own. */
const LIMIT = 5000;
const WORKERS: Readonly<Partial<Record<ChaosMode, readonly string[]>>> = {
  pooled: ["--workers", "2"],
  forked: ["--workers", "2"],
};

/** Signals that end a start at once, and their exit codes; older servers may drain. */
const STOPS = [["SIGTERM", 143], ["SIGINT", 130], ["SIGQUIT", 131]] as const;

/** A start in a folder of its own. */
interface Start {
  readonly world: World;
  readonly chance: Chance;
  readonly folder: string;
  readonly hasStartTimeout: boolean;
}

/** A check of the start. */
export interface StartCheck {
  readonly name: string;
  readonly about: string;
  run(start: Start): Promise<void>;
}

async function launch(start: Start, code: Code, ...more: string[]): Promise<ServerProcess> {
  const { world, folder } = start;
  const { mode } = world.options;
  await Deno.writeTextFile(`${folder}/handler.js`, handlerCode(0, code));
  const args = ["serve", "--port", "0", "--mode", mode, "--handler", `${folder}/handler.js`];
  const command = [...world.options.command, ...args, ...WORKERS[mode] ?? [], ...more];
  return new ServerProcess(command, { onLog() {}, onError() {} });
}

/** Expects that a start ends, with one of the codes. */
async function expectExit(
  { world }: Start,
  server: ServerProcess,
  what: string,
  codes: readonly number[],
  time = LIMIT * world.slowness,
): Promise<void> {
  const code = await find(time, () => server.code);
  if (code === null) {
    world.violations.add("start", `${what}: no exit within ${Math.round(time)} ms`);
  } else if (!codes.includes(code)) {
    world.violations.add("start", `${what}: exit code ${code}, expected ${codes.join(" or ")}`);
  }
}

/** TERM, INT or QUIT while a handler loads for ever. */
async function stopLoading(start: Start): Promise<void> {
  const { world, chance, hasStartTimeout } = start;
  const [signal, code] = chance.among(STOPS);
  await using server = await launch(start, "never");
  await pause(1500 * world.slowness);
  world.timeline.note(`${signal} while a handler loads for ever`);
  server.kill(signal);
  const codes = hasStartTimeout ? [code] : [0, code];
  await expectExit(start, server, `${signal} while a handler loads for ever`, codes);
}

/** A signal while the access log is a FIFO that nobody reads. */
async function stopWaitingForReader(start: Start): Promise<void> {
  const { world, chance, folder } = start;
  const fifo = `${folder}/log.fifo`;
  await new Deno.Command("mkfifo", { args: [fifo] }).output();
  const option = chance.among(["--access-log", "--log-file"]);
  await using server = await launch(start, "good", option, fifo);
  await pause(1500 * world.slowness);
  const what = `TERM while ${option} is a FIFO that nobody reads`;
  world.timeline.note(what);
  server.kill("SIGTERM");
  await expectExit(start, server, what, [0, 73, 143]);
}

/** TERM at any moment of a start: the server ends, whether it serves yet or not. */
async function stopAnyTime(start: Start): Promise<void> {
  const { world, chance } = start;
  await using server = await launch(start, chance.among(["good", "slow"]));
  // Before this, the runtime itself has not started, and TERM has its default effect.
  const time = 300 * world.slowness + chance.below(1200);
  await pause(time);
  world.timeline.note(`TERM ${Math.round(time)} ms after the start`);
  server.kill("SIGTERM");
  await expectExit(start, server, "TERM during the start", [0, 143]);
}

/** A start that never ends is ended by --start-timeout. */
async function timeOut(start: Start): Promise<void> {
  if (!start.hasStartTimeout) return;
  const { world } = start;
  await using server = await launch(start, "never", "--start-timeout", "1s");
  world.timeline.note("a start with --start-timeout 1s and a handler that loads for ever");
  const time = 2000 + LIMIT * world.slowness;
  await expectExit(start, server, "--start-timeout", [70], time);
}

/** Ends a start that was tried with broken code. */
async function failToLoad(start: Start): Promise<void> {
  const code = start.chance.among(["syntax", "missing", "throws"] as const);
  await using server = await launch(start, code);
  start.world.timeline.note(`a start with code that is ${code}`);
  const time = 2000 + LIMIT * start.world.slowness;
  await expectExit(start, server, `a start with code that is ${code}`, [78], time);
}

/** The checks of the start. */
export const START_CHECKS: readonly StartCheck[] = [
  { name: "start-never", about: "a signal while a handler loads for ever", run: stopLoading },
  { name: "start-fifo", about: "TERM while a log waits for a reader", run: stopWaitingForReader },
  { name: "start-stop", about: "TERM at any moment of a start", run: stopAnyTime },
  { name: "start-timeout", about: "a start that never ends", run: timeOut },
  { name: "start-broken", about: "a start with broken code", run: failToLoad },
];

/** Runs the checks that are part of the run. */
export async function checkStarts(
  world: World,
  chance: Chance,
  hasStartTimeout: boolean,
): Promise<void> {
  for (const { name, run } of START_CHECKS) {
    if (!world.includes(name)) continue;
    const folder = await Deno.makeTempDir({ prefix: "chaos-start-" });
    try {
      await run({ world, chance: chance.fork(), folder, hasStartTimeout });
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  }
}
