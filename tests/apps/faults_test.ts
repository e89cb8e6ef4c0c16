/** What the server says of faults in an app: the file, the line and the source, in one line. */
import { assertEquals } from "@std/assert";
import { EXIT } from "../../src/base/exit.ts";
import { type LogLine, runMain, startServer } from "../helpers/server.ts";
import { makeApp } from "./app_folder.ts";
import { LOAD_FAULTS, SERVING_FAULTS } from "./faults.ts";

for (const { name, files, said } of LOAD_FAULTS) {
  Deno.test(`an app with ${name} is refused in one line with its place`, async () => {
    await using app = await makeApp(files);
    const { code, stderr } = await runMain(["check", "app.ts"], { cwd: app.folder });
    const line = stderr.replaceAll(app.folder, "DIR");
    assertEquals(line, `sluice: Cannot use the handler "DIR/app.ts": ${said}\n`);
    assertEquals(code, EXIT.config);
  });
}

for (const mode of ["async", "pooled"]) {
  for (const { name, files, said } of SERVING_FAULTS) {
    Deno.test(`--mode ${mode}: a request that ends with ${name} is logged with its place`, async () => {
      await using app = await makeApp(files);
      await using server = await startServer(["app.ts", "--mode", mode], { cwd: app.folder });
      const response = await fetch(`http://127.0.0.1:${server.port}/`);
      await response.body?.cancel();
      assertEquals(response.status, 500);
      const record = await server.logged("Request failed");
      assertEquals(textOf(record).replaceAll(app.folder, "DIR"), said);
    });
  }
}

Deno.test("a reload of an app with a missing module names the file as it is", async () => {
  await using app = await makeApp({
    "app.ts": `import { x } from "./lib.ts";\nexport default { fetch: () => new Response(x) };\n`,
    "lib.ts": `export const x = "1";\n`,
  });
  await using server = await startServer(["app.ts"], { cwd: app.folder });
  await Deno.writeTextFile(`${app.folder}/lib.ts`, `export { x } from "./gone.ts";\n`);
  server.kill("SIGHUP");
  const { message } = await server.logged("Cannot reload");
  assertEquals(
    String(message).replaceAll(app.folder, "DIR"),
    `Cannot reload, the old workers keep serving: Cannot use the handler "DIR/app.ts": ` +
      `Module not found "file://DIR/gone.ts" at DIR/lib.ts:1:19: export { x } from "./gone.ts";`,
  );
});

function textOf(record: LogLine): string {
  const { "exception.message": message = record["error"], "sluice.code.source": source } = record;
  const place = record["code.file.path"];
  if (place === undefined) return String(message);
  const where = `${place}:${record["code.line.number"]}:${record["code.column.number"]}`;
  return `${message} at ${where}: ${String(source).trim()}`;
}
