import { assertEquals } from "@std/assert";
import { samplingOf } from "../../src/base/sampling.ts";

const ON = { OTEL_DENO: "true" };

Deno.test("samplingOf() is off unless OTEL_DENO is true, and nothing else turns traces off", () => {
  for (
    const variables of [
      {},
      { OTEL_DENO: "1" },
      { OTEL_DENO: "false" },
      { ...ON, OTEL_SDK_DISABLED: "true" },
      { ...ON, OTEL_DENO_TRACING: "false" },
    ]
  ) assertEquals(samplingOf(variables), null);
  assertEquals(samplingOf(ON), { parentBased: true, ratio: 1 });
});

Deno.test("samplingOf() reads the samplers of OpenTelemetry, and takes others for the default", () => {
  const of = (OTEL_TRACES_SAMPLER: string, OTEL_TRACES_SAMPLER_ARG?: string) => {
    const { parentBased, ratio } =
      samplingOf({ ...ON, OTEL_TRACES_SAMPLER, OTEL_TRACES_SAMPLER_ARG }) ??
        { parentBased: null, ratio: null };
    return [parentBased, ratio];
  };
  assertEquals(of("always_on"), [false, 1]);
  assertEquals(of("always_off"), [false, 0]);
  assertEquals(of("traceidratio", "0.25"), [false, 0.25]);
  assertEquals(of("parentbased_always_off"), [true, 0]);
  assertEquals(of("parentbased_traceidratio", "0.01"), [true, 0.01]);
  assertEquals(of("traceidratio"), [false, 1]);
  assertEquals(of("traceidratio", "2"), [false, 1]);
  assertEquals(of("traceidratio", "x"), [false, 1]);
  assertEquals(of("jaeger_remote"), [true, 1]);
});
