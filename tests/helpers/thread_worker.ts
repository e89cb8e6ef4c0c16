/** The worker of `on_thread.ts`: acts as a lane on another thread. */
import { Scoreboard } from "../../src/lane/scoreboard.ts";
import { type Allocate, sharedState } from "../../src/lane/shared_state.ts";
import { KEPT } from "./tenancy.ts";

/** A task for the thread. */
export type Task =
  /** Releases one of a row's connections. */
  | { readonly type: "release"; readonly scoreboard: SharedArrayBuffer; readonly row: number }
  /** Increments a shared number repeatedly under the lock, reading and writing in separate steps. */
  | { readonly type: "add"; readonly lane: number; readonly memory: Memory; readonly times: number }
  /** Takes the lock and never releases it. */
  | { readonly type: "lock"; readonly lane: number; readonly memory: Memory };

/** Shared buffers by name. */
export type Memory = Readonly<Record<string, SharedArrayBuffer>>;

/** The name of the lock and of the shared number. */
export const NAME = "test";

interface Scope {
  postMessage(message: "done"): void;
  onmessage: ((event: MessageEvent<Task>) => void) | null;
}

const scope = globalThis as unknown as Scope;

scope.onmessage = async ({ data }) => {
  await act(data);
  scope.postMessage("done");
};

async function act(task: Task): Promise<void> {
  switch (task.type) {
    case "release":
      return release(task);
    case "add":
      return await add(task);
    case "lock":
      await stateOf(task).lock(NAME);
  }
}

function release({ scoreboard: buffer, row }: Task & { type: "release" }): void {
  const scoreboard = new Scoreboard(buffer);
  const { tenancy } = scoreboard.row(row);
  scoreboard.row(row).addOpen(-1, tenancy);
  scoreboard.addTotal(-1);
}

async function add(task: Task & { type: "add" }): Promise<void> {
  const { shared, lock } = stateOf(task);
  const number = new Int32Array(await shared(NAME, 4));
  for (let i = 0; i < task.times; i++) {
    using _lock = await lock(NAME);
    const [before = 0] = number;
    await Promise.resolve();
    number[0] = before + 1;
  }
}

function stateOf({ lane, memory }: Task & { type: "add" | "lock" }) {
  const allocate: Allocate = (name) => {
    const buffer = memory[name];
    return buffer === undefined ? Promise.reject(new Error(name)) : Promise.resolve(buffer);
  };
  return sharedState(lane, allocate, KEPT);
}
