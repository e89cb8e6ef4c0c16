import { assertEquals } from "@std/assert";
import { makeCertificate } from "../../helpers/certificate.ts";
import { makeConfig } from "../../helpers/config.ts";
import { freePort } from "../../helpers/free_port.ts";
import { startServer } from "../../helpers/server.ts";
import { statusFile } from "../../helpers/status.ts";
import { testWith } from "../../helpers/tools.ts";

testWith(
  "openssl",
  "a dependency of https is up if its certificate is trusted and has its name",
  async () => {
    await using certificate = await makeCertificate();
    const { cert, key, authority } = certificate;
    const hosts: (string | null)[] = [];
    await using tls = Deno.serve({ port: 0, cert, key, onListen() {} }, (request) => {
      hosts.push(request.headers.get("Host"));
      return new Response(null, { status: request.url.endsWith("/health") ? 200 : 404 });
    });
    const { port } = tls.addr;
    await using status = await statusFile();
    await using _server = await startServer([
      ...["--service", "echo", ...status.args],
      ...["--dependency", `good=https://localhost:${port}/health,interval=100ms`],
      ...["--dependency", `lost=https://localhost:${port}/,interval=100ms`],
      ...["--dependency", `other=https://127.0.0.1:${port}/health,interval=100ms`],
    ], { env: { DENO_CERT: authority } });
    const { dependencies } = await status.says(
      "all were probed",
      (now) =>
        now.dependencies.length === 3 && now.dependencies.every((one) => one.state !== "unknown"),
    );
    const [good, lost, other] = dependencies;
    assertEquals([good?.state, good?.reason], ["up", null]);
    assertEquals([lost?.state, lost?.reason], ["down", "status 404, expected 200-399"]);
    assertEquals([other?.state, other?.reason?.includes("certificate")], ["down", true]);
    assertEquals(new Set(hosts), new Set([`localhost:${port}`]));
  },
);

Deno.test("a reload takes the dependencies of the configuration file", async () => {
  await using status = await statusFile();
  const listed = (...names: string[]) =>
    `dependency = [${names.map((name) => `"${name}=tcp://127.0.0.1:${freePort()}"`).join(", ")}]`;
  await using config = await makeConfig(listed("a"));
  await using server = await startServer(["--service", "echo", ...config.args, ...status.args]);
  await status.says("it has one", ({ dependencies }) => dependencies.length === 1);
  await config.write(listed("b", "c"));
  server.kill("SIGHUP");
  await server.logged("Reloaded");
  const { dependencies } = await status.says(
    "both others are down",
    (now) =>
      now.dependencies.length === 2 && now.dependencies.every(({ state }) => state === "down"),
  );
  assertEquals(dependencies.map(({ name }) => name), ["b", "c"]);
});
