import { assertEquals, assertRejects } from "@std/assert";
import { ExitError } from "../../src/base/exit.ts";
import { readEnvironment } from "../../src/settings/environment.ts";

async function keys(environment: Record<string, string>) {
  return [...(await readEnvironment(environment, "/")).keys()];
}

Deno.test("readEnvironment() finds only its own and shared names", async () => {
  assertEquals(
    await keys({ SLUICE_MODE: "single", PORT: "1", HOST: "x", MODE: "y" }),
    ["mode", "port"],
  );
});

Deno.test("readEnvironment() treats blank values as not set", async () => {
  assertEquals(await keys({ SLUICE_MODE: "", PORT: "  " }), []);
  const found = await readEnvironment({ SLUICE_PORT: "", PORT: " 1 " }, "/");
  assertEquals(found.get("port")?.value, "1");
});

Deno.test("readEnvironment() suggests the name nearest to an unknown one", async () => {
  const error: ExitError = await assertRejects(
    () => keys({ SLUICE_IDLE_TIMOUT: "1" }),
    ExitError,
  );
  assertEquals(
    error.message,
    "Cannot use SLUICE_IDLE_TIMOUT in the environment: unknown name, " +
      "did you mean SLUICE_IDLE_TIMEOUT?",
  );
  assertEquals(error.exitCode, 78);
});

Deno.test("readEnvironment() ignores variables that orchestrators set", async () => {
  assertEquals(
    await keys({
      SLUICE_SERVICE_HOST: "10.0.0.1",
      SLUICE_SERVICE_PORT: "80",
      SLUICE_SERVICE_PORT_HTTP: "80",
      SLUICE_PORT: "tcp://10.0.0.1:80",
      SLUICE_PORT_80_TCP: "tcp://10.0.0.1:80",
      SLUICE_PORT_80_TCP_ADDR: "10.0.0.1",
    }),
    [],
  );
});
