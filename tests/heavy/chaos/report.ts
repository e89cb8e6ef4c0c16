/** What a run says in the end. */
import { mebibytes } from "./invariants/quiet.ts";
import { type Invariant, INVARIANTS } from "./invariants/violations.ts";
import type { World } from "./world.ts";

/** Invariants that were violated, without those that are tolerated. */
export function violated({ violations, options }: World): readonly Invariant[] {
  return (Object.keys(INVARIANTS) as Invariant[]).filter((name) =>
    violations.of(name).length > 0 && !options.tolerate.includes(name)
  );
}

/** The report of a run, in lines. */
export function report(world: World): readonly string[] {
  const { figures, options, violations } = world;
  const list = (prefix: string) =>
    figures.under(prefix).map(([name, count]) => `${name} ${count}`).join(", ") || "none";
  const counts = (Object.keys(INVARIANTS) as Invariant[])
    .map((name) => [name, violations.of(name).length] as const).filter(([, count]) => count > 0);
  return [
    "",
    `--mode ${options.mode} --seed ${options.seed}: ${(world.timeline.now / 1000).toFixed(0)} s`,
    `  visits:       ${figures.of("visits")} (kept away ${figures.of("kept away")})`,
    `  exchanges:    ${list("well ")}`,
    `  ill-behaved:  ${list("ill ")}`,
    `  disturbances: ${list("disturbance ")}`,
    `  excused:      ${list("excused ")}`,
    `  crossed:      ${figures.of("crossed")} requests on connections that were being closed`,
    `  errors:       ${list("error ")}`,
    `  get:          median ${ms(world, 0.5)}, 99% ${ms(world, 0.99)}, maximum ${ms(world, 1)}`,
    `  memory:       ${mib(world, "before")} MB in the first quiet windows, ${
      mib(world, "after")
    } MB in the last`,
    `  violations:   ${counts.map(([name, count]) => `${name} ${count}`).join(", ") || "none"}`,
    ...(counts.length === 0 ? [] : [`  repeat with:  ${repeat(world)}`]),
  ];
}

function ms({ figures }: World, share: number): string {
  return `${figures.percentile(share).toFixed(1)} ms`;
}

function mib({ figures }: World, when: string): string {
  const bytes = figures.of(`memory ${when}`);
  return bytes === 0 ? "?" : String(mebibytes(bytes));
}

function repeat({ options }: World): string {
  const { mode, seed, duration, only, without, command } = options;
  return [
    `deno task chaos --mode ${mode} --seed ${seed} --duration ${duration}ms`,
    ...(only.length === 0 ? [] : [`--only ${only.join(",")}`]),
    ...(without.length === 0 ? [] : [`--without ${without.join(",")}`]),
    `--server "${command.join(" ")}"`,
  ].join(" ");
}
