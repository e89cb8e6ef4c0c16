/** Circuit breakers, while something blocks the event loop. */
import { assertEquals } from "@std/assert";
import { Breaker } from "../../../../src/services/http/breaker.ts";
import { Sending } from "../../../helpers/stall.ts";

/** In milliseconds. */
const LIMIT = 100;

Deno.test("Breaker.call() counts an answer that arrived during a stall as in time", async () => {
  using sending = await Sending.prepare();
  const options = { failures: 1, openFor: 1000, deadline: LIMIT, onChange: () => {} };
  const breaker = new Breaker("Service X", options);
  const begun = Promise.withResolvers<void>();
  const waiting = breaker.call(() => {
    begun.resolve();
    return sending.received;
  });
  await begun.promise;
  sending.arriveDuringStall(5 * LIMIT);
  assertEquals(await waiting, 1);
});
