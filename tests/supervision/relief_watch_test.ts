import { assertEquals } from "@std/assert";
import { delay } from "@std/async/delay";
import { listeningSockets } from "../../src/core/listening_sockets.ts";
import { Scoreboard } from "../../src/lane/scoreboard.ts";
import { ReliefWatch } from "../../src/supervision/relief_watch.ts";
import type { SupervisedLane } from "../../src/supervision/supervised_lane.ts";
import { recordingLog } from "../helpers/supervision.ts";
import { until } from "../helpers/until.ts";

/** A process that has ended, but whose parent does not ask for its exit code. */
async function startZombie(): Promise<{ pid: number } & AsyncDisposable> {
  // It ends only once its parent is no shell any more, which would ask.
  const child = "until grep -q sleep /proc/$PPID/comm; do :; done";
  const script = `sh -c '${child}' & echo $!; exec sleep 60`;
  const parent = new Deno.Command("sh", { args: ["-c", script], stdout: "piped" }).spawn();
  const reader = parent.stdout.getReader();
  const { value } = await reader.read();
  const pid = Number(new TextDecoder().decode(value));
  await until(
    "it has ended",
    async () => /\) Z /.test(await Deno.readTextFile(`/proc/${pid}/stat`)),
  );
  return {
    pid,
    async [Symbol.asyncDispose]() {
      parent.kill("SIGKILL");
      await reader.cancel();
      await parent.status;
    },
  };
}

/** A lane with a client, which gives no sign of life. */
function silentLane(
  pid: number,
  sockets: readonly number[],
  relieve: () => Promise<boolean> = () => Promise.resolve(false),
  endRelief: (pid: number, isGone: boolean) => void = () => {},
): SupervisedLane {
  const row = new Scoreboard().claim(0, 0);
  if (row === null) throw new Error("Cannot claim a row");
  row.addOpen(1, row.tenancy);
  const handle = { pid, relieve, endRelief };
  const gone = new Promise(() => {});
  const lane = { row, handle, sockets, gone, number: 0, state: "ready", hasRoom: true };
  return lane as unknown as SupervisedLane;
}

// It keeps the C library open, as a server does.
const keepsLibrary = { sanitizeResources: false };

Deno.test(
  "ReliefWatch does not take a process that has ended for a system that denies relief",
  keepsLibrary,
  async () => {
    await using zombie = await startZombie();
    const { log, records } = recordingLog();
    let looks = 0;
    const lane = silentLane(zombie.pid, [3]);
    const watch = new ReliefWatch(() => (looks++, [lane]), log);
    watch.check();
    await until("it has looked often", () => looks > 10 || records.length > 0);
    watch.stop();
    assertEquals(records, []);
  },
);

Deno.test(
  "ReliefWatch does not give up when a process ends while another is told to relieve it",
  keepsLibrary,
  async () => {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    using _client = await Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port });
    const { log, records } = recordingLog();
    const told = Promise.withResolvers<void>();
    const blocked = silentLane(Deno.pid, listeningSockets([listener.addr.port]));
    const reliever = silentLane(Deno.pid, [0], () => {
      listener.close();
      told.resolve();
      return Promise.resolve(false);
    });
    const watch = new ReliefWatch(() => [blocked, reliever], log);
    watch.check();
    await told.promise;
    await delay(0);
    watch.stop();
    assertEquals(records, []);
  },
);

Deno.test(
  "ReliefWatch takes the copy of a socket for the last one once the process has retired",
  keepsLibrary,
  async () => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    using _client = await Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port });
    const { log } = recordingLog();
    for (const [state, isLast] of [["ready", false], ["retiring", true]] as const) {
      const ends: boolean[] = [];
      const blocked = silentLane(Deno.pid, listeningSockets([listener.addr.port]));
      const relieved = Promise.withResolvers<boolean>();
      const reliever = silentLane(
        ...[Deno.pid, [0]] as const,
        () => (relieved.resolve(true), relieved.promise),
        (_pid, isGone) => ends.push(isGone),
      );
      const watch = new ReliefWatch(() => [blocked, reliever], log);
      watch.check();
      await relieved.promise;
      Object.assign(blocked, { state });
      blocked.row.set("heartbeat", blocked.row.get("heartbeat") + 1);
      await until("it has noticed", () => ends.length > 0);
      watch.stop();
      assertEquals(ends, [isLast], state);
    }
  },
);
