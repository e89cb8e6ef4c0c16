import manifest from "../../deno.json" with { type: "json" };
import { availableProcessors } from "../base/processors.ts";
import type { Machine } from "./report.ts";

/** Describes the machine that this process runs on. */
export async function describeMachine(): Promise<Machine> {
  return {
    system: `${Deno.build.os} ${Deno.osRelease()} ${Deno.build.arch}`,
    processor: processorName(),
    processors: await availableProcessors(),
    memory_bytes: Deno.systemMemoryInfo().total,
  };
}

/** The versions of Sluice and its runtime. */
export function ownVersions(): Record<string, string> {
  return { sluice: manifest.version, deno: Deno.version.deno, v8: Deno.version.v8 };
}

function processorName(): string {
  const text = Deno.readTextFileSync("/proc/cpuinfo");
  return /^(?:model name|Model|Hardware)\s*:\s*(.+)$/m.exec(text)?.[1] ?? Deno.build.arch;
}
