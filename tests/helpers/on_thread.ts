import type { Task } from "./thread_worker.ts";

/** A second thread for a test, terminated on dispose. */
export interface TestThread extends Disposable {
  /** Runs a task on the thread; resolves when it is done. */
  run(task: Task): Promise<void>;
}

/** Starts a thread for the tasks of a test. */
export function startThread(): TestThread {
  const worker = new Worker(import.meta.resolve("./thread_worker.ts"), { type: "module" });
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
