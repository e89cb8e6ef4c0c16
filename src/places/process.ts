import type { Scoreboard } from "../lane/scoreboard.ts";
import type { FromLane, ToLane } from "./messages.ts";
import { type Channel, RemoteLane, type Reports } from "./remote_lane.ts";
import { encodeMessage, LANE_ARGUMENT, readMessages } from "../base/pipe.ts";
import type { Place } from "./handle.ts";

/** What a process needs of its parent. */
export interface ProcessTools extends Reports {
  readonly scoreboard: Scoreboard;
}

/** How long a process may take to end after its last word, in milliseconds. */
const END_PATIENCE = 2000;
const PERMISSIONS = ["net", "read", "write", "run", "env", "sys", "ffi", "import"] as const;
const encoder = new TextEncoder();

/** A child process for each lane: this program, started anew. */
export function process(tools: ProcessTools): Place {
  const program = programArguments();
  return (order) => {
    const word = crypto.randomUUID();
    const child = new Deno.Command(Deno.execPath(), {
      args: [...program, LANE_ARGUMENT, word],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const lane = new RemoteLane(channelTo(child), tools.scoreboard.row(order.row), tools);
    const receive = (message: FromLane) => lane.receive(message);
    const reading = Promise.all([
      readMessages(child.stdout, receive, passTo(Deno.stdout), word),
      readMessages(child.stderr, receive, passTo(Deno.stderr), word),
    ]);
    child.status.then(async ({ code, signal }) => {
      await reading;
      const how = signal === null ? `exited with code ${code}` : `was killed by ${signal}`;
      lane.crash(new Error(`Process ${child.pid} ${how}`));
    });
    lane.start(order);
    return lane;
  };
}

function channelTo(child: Deno.ChildProcess): Channel {
  const orders = child.stdin.getWriter();
  // A process that is gone reads no orders; that it is gone, its status tells.
  orders.closed.catch(() => {});
  const send = (message: ToLane) => {
    orders.write(encoder.encode(encodeMessage(message))).catch(() => {});
  };
  const kill = () => {
    try {
      child.kill("SIGKILL");
    } catch { // It is gone already.
    }
  };
  return {
    pid: child.pid,
    send,
    kill,
    async finish() {
      orders.close().catch(() => {});
      const late = setTimeout(kill, END_PATIENCE);
      await child.status;
      clearTimeout(late);
    },
  };
}

/** What the runtime was told before the program's own arguments; nothing where it is one executable. */
export function programArguments(): readonly string[] {
  if (Deno.build.standalone) return [];
  const granted = PERMISSIONS.filter((name) =>
    Deno.permissions.querySync({ name }).state === "granted"
  );
  const permissions = granted.length === PERMISSIONS.length
    ? ["--allow-all"]
    : granted.map((name) => `--allow-${name}`);
  return ["run", "--quiet", "--no-prompt", ...permissions, Deno.mainModule];
}

function passTo(stream: { write(data: Uint8Array): Promise<number> }): (text: string) => void {
  return (text) => void stream.write(encoder.encode(text));
}
