/** The yardstick: a thread that does nothing but what burn_handler.ts does, and says how often. */
import { burn } from "./burn_loop.ts";

interface WorkerScope {
  postMessage(message: number): void;
  onmessage: ((event: MessageEvent<{ rounds: number; duration: number }>) => void) | null;
}

const scope = globalThis as unknown as WorkerScope;

scope.onmessage = ({ data: { rounds, duration } }) => {
  let count = 0;
  for (const end = performance.now() + duration; performance.now() < end; count++) burn(rounds);
  scope.postMessage(count);
};
