import { pbkdf2Sync } from "node:crypto";
import process from "node:process";

const CALIBRATION_MS = 400;

/**
 * Keeps the processor busy for so many rounds. Not in JavaScript, where a round
 * would take as long as the compiler of the moment makes it.
 */
export function burn(rounds: number): void {
  pbkdf2Sync("password", "salt", rounds, 32, "sha256");
}

/** How many rounds take so many milliseconds of CPU, whatever else runs on the machine. */
export function calibrate(milliseconds: number): number {
  const usage = () => {
    const { user, system } = process.threadCpuUsage();
    return (user + system) / 1000;
  };
  for (let rounds = 1000;; rounds *= 2) {
    const before = usage();
    burn(rounds);
    const used = usage() - before;
    if (used >= CALIBRATION_MS) return Math.round(rounds * milliseconds / used);
  }
}
