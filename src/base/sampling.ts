/** Which requests are traced: OpenTelemetry's variables, as plain data. */
export interface Sampling {
  /** Whether a request that comes with a trace is sampled if its sender has sampled it. */
  readonly parentBased: boolean;
  /** The share of the others, from 0 to 1. */
  readonly ratio: number;
}

/** The variable that names a sampler. */
const SAMPLER = "OTEL_TRACES_SAMPLER";

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Reads which requests are traced from `OTEL_TRACES_SAMPLER` and `OTEL_TRACES_SAMPLER_ARG`, by
 * the rules of OpenTelemetry: what is not set or not known is `parentbased_always_on`.
 *
 * @returns null if traces are off, as they are unless `OTEL_DENO` is `true`.
 */
export function samplingOf(variables: Variables): Sampling | null {
  if (isTrue(variables.OTEL_SDK_DISABLED) || !isTracing(variables)) return null;
  const name = variables.OTEL_TRACES_SAMPLER?.trim().toLowerCase() ?? "";
  const parentBased = !["always_on", "always_off", "traceidratio"].includes(name);
  if (name.endsWith("always_off")) return { parentBased, ratio: 0 };
  if (!name.endsWith("traceidratio")) return { parentBased, ratio: 1 };
  return { parentBased, ratio: ratioOf(variables.OTEL_TRACES_SAMPLER_ARG) };
}

/** As {@linkcode samplingOf}, from the environment; null if that may not be read. */
export function samplingOfEnvironment(): Sampling | null {
  try {
    const names = ["OTEL_DENO", "OTEL_DENO_TRACING", "OTEL_SDK_DISABLED"];
    const sampler = [SAMPLER, "OTEL_TRACES_SAMPLER_ARG"];
    return samplingOf(
      Object.fromEntries([...names, ...sampler].map((name) => [name, Deno.env.get(name)])),
    );
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return null;
    throw error;
  }
}

/**
 * Tells the processes and the program that this process will start what OpenTelemetry's default
 * is, if traces are on: the runtime takes every trace otherwise, also what its sender has not
 * sampled. It reads the environment only when it starts.
 */
export function setDefaultSampler(): void {
  if (samplingOfEnvironment() === null || Deno.env.get(SAMPLER)?.trim()) return;
  try {
    Deno.env.set(SAMPLER, "parentbased_always_on");
  } catch (error) {
    if (!(error instanceof Deno.errors.NotCapable)) throw error;
  }
}

/** As the runtime decides it. */
function isTracing({ OTEL_DENO, OTEL_DENO_TRACING }: Variables): boolean {
  return isTrue(OTEL_DENO) && OTEL_DENO_TRACING?.trim().toLowerCase() !== "false";
}

function isTrue(value: string | undefined): boolean {
  return value?.trim().toLowerCase() === "true";
}

function ratioOf(text: string | undefined): number {
  const ratio = Number(text?.trim() || "1");
  return ratio >= 0 && ratio <= 1 ? ratio : 1;
}
