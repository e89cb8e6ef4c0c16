import { assertRejects, assertThrows } from "@std/assert";
import { ExitError } from "../../../src/base/exit.ts";
import { awaitService, refuseTaken } from "../../../src/ops/install/reach.ts";
import { freePort } from "../../helpers/free_port.ts";
import { sampleService } from "../../helpers/service.ts";

Deno.test("refuseTaken() refuses an address of another program, but not the service's own", () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  const service = sampleService({
    addresses: [{ transport: "tcp", hostname: "127.0.0.1", port }],
  });
  assertThrows(
    () => refuseTaken(service, []),
    ExitError,
    `Cannot install "web": found another program on 127.0.0.1:${port}, expected a free address`,
  );
  refuseTaken(service, [`127.0.0.1:${port}`]);
});

Deno.test("awaitService() waits for one who stays, and no longer than its limit", async () => {
  const port = freePort();
  const listener = Deno.listen({ hostname: "127.0.0.1", port });
  const addresses = [{ transport: "tcp", hostname: "127.0.0.1", port }] as const;
  await awaitService(addresses, 10_000);
  // The system accepts clients of a server that then ends.
  const waiting = awaitService(addresses, 60);
  listener.close();
  await assertRejects(() => waiting, ExitError, "after 0.06s: expected");
});
