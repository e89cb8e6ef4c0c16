import type { Emit } from "../core/event.ts";
import type { Introductions } from "../core/introductions.ts";
import type { Order } from "./order.ts";

/**
 * Makes what introduces the clients of proxies; null if the order has none. Only lanes behind
 * proxies load the code for it.
 *
 * @param refusal The message to refused clients; null closes without one.
 */
export async function introductionsOf(
  { trustedProxies: trusted }: Order,
  refusal: string | null,
  emit: Emit,
): Promise<Introductions | null> {
  if (trusted === null) return null;
  const { Introductions } = await import("../core/introductions.ts");
  return new Introductions({ trusted, refusal, emit });
}
