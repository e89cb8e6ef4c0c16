import type { Task } from "./lane_worker.ts";

/** A thread of a test; it ends with the test. */
export interface TestThread extends Disposable {
  /** Has it do something; resolves when it is done. */
  run(task: Task): Promise<void>;
}

export function startThread(): TestThread {
  const worker = new Worker(import.meta.resolve("./lane_worker.ts"), { type: "module" });
  return {
    run: (task) =>
      new Promise((resolve, reject) => {
        worker.onmessage = () => resolve();
        worker.onerror = (event) => {
          event.preventDefault();
          reject(new Error(event.message));
        };
        worker.postMessage(task);
      }),
    [Symbol.dispose]: () => worker.terminate(),
  };
}
