import { assertEquals, assertRejects } from "@std/assert";
import { EXIT, ExitError } from "../../src/base/exit.ts";
import { validateUpstreams } from "../../src/server/validate_upstreams.ts";
import { settingsWith } from "../helpers/settings.ts";

/** Settings with a group whose further members are in a file. */
async function withFile(file: string) {
  const settings = await settingsWith({});
  const group = { name: "default", members: [], file } as unknown;
  return { ...settings, upstreams: [group as typeof settings.upstreams[number]] };
}

Deno.test("validateUpstreams() refuses a file of backends that is missing or wrong", async () => {
  const path = await Deno.makeTempFile({ suffix: ".json" });
  const settings = await withFile(path);
  const wrong = await assertRejects(() => validateUpstreams(settings), ExitError);
  assertEquals(wrong.exitCode, EXIT.config);
  await Deno.writeTextFile(path, `["10.0.0.1:80"]`);
  await validateUpstreams(settings);
  await Deno.writeTextFile(path, `["http://a"]`);
  await validateUpstreams({ ...settings, protocol: "http" });
  const bytes = await assertRejects(() => validateUpstreams(settings), ExitError);
  assertEquals([bytes.message, bytes.exitCode], [
    `Cannot use the upstream file "${path}": it has backends with http://, expected ` +
    "--protocol http",
    EXIT.config,
  ]);
  await Deno.remove(path);
  const missing = await assertRejects(() => validateUpstreams(settings), ExitError);
  assertEquals(missing.exitCode, EXIT.noInput);
});
