/**
 * Measures Sluice beside yardsticks in one run, in turn, so that a noisy machine
 * troubles both alike. What decides is the ratio, or a bound in its own unit.
 */
import { fileURLToPath } from "node:url";
import { compareEcho } from "./echo.ts";
import { measureIdle, measureIdleLater } from "./idle.ts";
import { measureStart } from "./start.ts";

const RUNS = 5;
const ECHO_SLICES = 12;

const deno = Deno.execPath();
const file = (path: string) => fileURLToPath(import.meta.resolve(path));
const serve = ["--service", "echo", "--port", "0"];
const sluice = [deno, "run", "-A", "--no-check", file("../main.ts"), ...serve];
const yardstick = [deno, "run", "-A", "--no-check", file("./yardstick_echo.ts")];
const executable = [file("../dist/sluice"), ...serve];

function print(text = ""): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}

function row(name: string, ours: string, theirs: string, verdict: string): void {
  print([name.padEnd(36), ours.padStart(12), theirs.padStart(12), verdict.padStart(22)].join(" "));
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

/** Measures two commands in turn. */
async function inTurn<T>(
  measure: (command: readonly string[]) => Promise<T>,
  runs: number,
): Promise<[ours: T[], theirs: T[]]> {
  const ours: T[] = [];
  const theirs: T[] = [];
  for (let i = 0; i < runs; i++) {
    ours.push(await measure(sluice));
    theirs.push(await measure(yardstick));
  }
  return [ours, theirs];
}

print(`Deno ${Deno.version.deno}, ${navigator.hardwareConcurrency} processors, ${RUNS} runs each`);
print("Yardstick: a bare read-and-write loop on Deno.listen, with buffers of 4 KB");
print();
row("", "sluice", "yardstick", "aim");

const pairs: Awaited<ReturnType<typeof compareEcho>>[] = [];
for (let i = 0; i < RUNS; i++) pairs.push(await compareEcho(sluice, yardstick, ECHO_SLICES));
const echo = pairs.map(([ours]) => ours);
const bareEcho = pairs.map(([, theirs]) => theirs);
const ratios = pairs.map(([ours, theirs]) => ours.cpu / theirs.cpu);
const us = (runs: readonly { cpu: number }[]) => median(runs.map((run) => run.cpu)).toFixed(2);
row("echo 64 B x 64, CPU us/message", us(echo), us(bareEcho), "");
row("  ratio, pair by pair (median)", median(ratios).toFixed(3), "1", "at most 1.05");
const spread = `${Math.min(...ratios).toFixed(2)}..${Math.max(...ratios).toFixed(2)}`;
row("  ratio, lowest and highest", spread, "", "");
const rate = (runs: readonly { rate: number }[]) => median(runs.map((run) => run.rate)).toFixed(0);
row("  messages/s", rate(echo), rate(bareEcho), "");

const [idle, bareIdle] = await inTurn(measureIdle, 3);
const of = (runs: typeof idle, key: keyof typeof idle[0]) => median(runs.map((run) => run[key]));
row(
  "10,000 connections, accepted",
  of(idle, "accepted").toFixed(0),
  of(bareIdle, "accepted").toFixed(0),
  "10000",
);
row(
  "  connect and one echo each, ms",
  of(idle, "duration").toFixed(0),
  of(bareIdle, "duration").toFixed(0),
  "",
);
const kb = (runs: typeof idle) => (of(runs, "memory") / 1024).toFixed(1);
row("  resident KB each, on a new server", kb(idle), kb(bareIdle), "");
const [later, bareLater] = await inTurn(measureIdleLater, 3);
row("  resident KB each, after others", kb(later), kb(bareLater), "at most 5");

const [start, bareStart] = await inTurn(measureStart, RUNS);
row(
  "start to listening, ms",
  median(start).toFixed(0),
  median(bareStart).toFixed(0),
  "at most 150",
);
try {
  Deno.statSync(executable[0] ?? "");
  const compiled: number[] = [];
  for (let i = 0; i < RUNS; i++) compiled.push(await measureStart(executable));
  row("  compiled", median(compiled).toFixed(0), "", "at most 120");
} catch (error) {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
  row("  compiled", "skipped", "", "deno task compile");
}
