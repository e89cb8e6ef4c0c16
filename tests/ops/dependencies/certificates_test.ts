import { assertEquals, assertNotEquals } from "@std/assert";
import { Certificates } from "../../../src/ops/dependencies/certificates.ts";
import { certificateEnd } from "../../../src/ops/dependencies/certificate_end.ts";
import { dependencyTarget } from "../../../src/ops/dependencies/dependency_target.ts";
import { parseDependency } from "../../../src/settings/dependency.ts";
import { makeCertificate } from "../../helpers/certificate.ts";
import { testWith } from "../../helpers/tools.ts";
import { until } from "../../helpers/until.ts";

function targetOf(text: string) {
  const dependency = parseDependency(text);
  if (typeof dependency === "string") throw new Error(dependency);
  return dependencyTarget(dependency);
}

testWith(
  "openssl",
  "Certificates tells when that of a server over TLS ends, trusted or not",
  async () => {
    const before = Date.now();
    await using certificate = await makeCertificate();
    const { cert, key } = certificate;
    await using server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, cert, key, onListen() {} },
      () => new Response(),
    );
    const { port } = server.addr;
    using certificates = new Certificates();
    certificates.update(
      new Map([
        ["api", targetOf(`api=https://localhost:${port}/`)],
        ["plain", targetOf(`plain=http://localhost:${port}/`)],
      ]),
    );
    assertEquals(certificates.endOf("api"), null, "not read yet");
    await until("it is read", () => certificates.endOf("api") !== null);
    const days = (Date.parse(certificates.endOf("api") ?? "") - before) / 86_400_000;
    assertEquals(Math.round(days), 2);
    assertEquals(certificates.endOf("plain"), null);
    assertNotEquals(await certificateEnd("127.0.0.1", port, null), null, "by address");
    certificates.update(new Map());
    assertEquals(certificates.endOf("api"), null);
  },
);

Deno.test("certificateEnd() is null if the server does not speak TLS, or is not there", async () => {
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => new Response(),
  );
  const { port } = server.addr;
  assertEquals(await certificateEnd("127.0.0.1", port, null), null);
  await server.shutdown();
  assertEquals(await certificateEnd("127.0.0.1", port, null), null);
});
