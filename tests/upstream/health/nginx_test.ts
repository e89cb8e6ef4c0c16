import { assertEquals } from "@std/assert";
import type { Address } from "../../../src/base/address.ts";
import { Attempt } from "../../../src/upstream/health/attempt.ts";
import { failed, OK } from "../../../src/upstream/health/result.ts";
import { runCheck } from "../../../src/upstream/health/run_check.ts";
import type { ActiveCheck } from "../../../src/upstream/health/settings.ts";
import { testWith } from "../../helpers/tools.ts";
import { until } from "../../helpers/until.ts";

/** Starts nginx with these locations, on a Unix socket. */
async function startNginx(locations: string) {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/nginx.sock`;
  const configuration = `daemon off; pid ${folder}/pid; error_log ${folder}/error.log;
    events {}
    http { access_log ${folder}/access.log; server { listen unix:${path}; ${locations} } }`;
  await Deno.writeTextFile(`${folder}/nginx.conf`, configuration);
  const process = new Deno.Command("nginx", {
    args: ["-p", folder, "-e", `${folder}/error.log`, "-c", `${folder}/nginx.conf`],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const address: Address = { transport: "unix", path };
  await until("nginx listens", async () => {
    return (await runCheck(address, { kind: "tcp" }, new Attempt()))?.kind === "ok";
  });
  return {
    address,
    access: () => Deno.readTextFile(`${folder}/access.log`),
    async [Symbol.asyncDispose]() {
      process.kill("SIGTERM");
      await process.status;
      await Deno.remove(folder, { recursive: true });
    },
  };
}

testWith("nginx", "runCheck() gets along with nginx, which logs whole requests", async () => {
  await using nginx = await startNginx(`
    location /fine { return 200 "all is fine"; }
    location /leaving { add_header Retry-After 5 always; return 503; }
    location / { return 404; }`);
  const check = (path: string, body: string | null = null) => {
    const status = [{ from: 200, to: 200 }];
    const how: ActiveCheck = { kind: "http", path, host: null, status, body };
    return runCheck(nginx.address, how, new Attempt());
  };
  assertEquals(await check("/fine"), OK);
  assertEquals(await check("/fine", "is fine"), OK);
  assertEquals(await check("/fine", "is bad"), failed(`the body does not contain "is bad"`));
  assertEquals(await check("/other"), failed("status 404, expected 200"));
  assertEquals((await check("/leaving"))?.kind, "drain");
  const lines = async () => (await nginx.access()).split("\n").filter((line) => line !== "");
  await until("all are logged", async () => (await lines()).length === 5);
  const shown = (await lines()).map((line) => /"(GET .*?)" (\d+)/.exec(line)?.slice(1).join(" "));
  assertEquals(shown, [
    "GET /fine HTTP/1.1 200",
    "GET /fine HTTP/1.1 200",
    "GET /fine HTTP/1.1 200",
    "GET /other HTTP/1.1 404",
    "GET /leaving HTTP/1.1 503",
  ]);
});
