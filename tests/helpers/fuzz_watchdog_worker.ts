/** Kills its process if the cases of a fuzzer stop following each other; see fuzz.ts. */

interface Watched {
  readonly what: string;
  /** The seed of the current case, and how many cases have begun. */
  readonly state: Int32Array;
  /** Milliseconds. */
  readonly deadline: number;
}

const scope = self as unknown as { onmessage: (event: MessageEvent<Watched>) => void };

scope.onmessage = ({ data: { what, state, deadline } }) => {
  let begun = 0;
  let since = performance.now();
  setInterval(() => {
    const now = Atomics.load(state, 1);
    if (now !== begun) [begun, since] = [now, performance.now()];
    else if (performance.now() - since > deadline) {
      const line = `${what}: FUZZ_SEED=${
        Atomics.load(state, 0)
      } FUZZ_CASES=1 repeats this: a hang\n`;
      Deno.stderr.writeSync(new TextEncoder().encode(line));
      Deno.kill(Deno.pid, "SIGKILL");
    }
  }, 1000);
};
