import process from "node:process";

const CALIBRATION_MS = 200;

/** Keeps the processor busy for so many rounds. */
export function burn(rounds: number): number {
  let value = 1;
  for (let i = 0; i < rounds; i++) value = Math.imul(value, 1_103_515_245) + 12_345 | 0;
  return value;
}

/** How many rounds take so many milliseconds of CPU, whatever else runs on the machine. */
export function calibrate(milliseconds: number): number {
  const usage = () => {
    const { user, system } = process.threadCpuUsage();
    return (user + system) / 1000;
  };
  let rounds = 1_000_000;
  for (;;) {
    // The first time is for the compiler.
    burn(rounds);
    const before = usage();
    burn(rounds);
    const used = usage() - before;
    if (used >= CALIBRATION_MS) return Math.round(rounds * milliseconds / used);
    rounds *= 2;
  }
}
