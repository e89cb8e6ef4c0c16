import type { Address } from "../../base/address.ts";
import type { Attempt } from "./attempt.ts";
import { type CheckResult, OK } from "./result.ts";

/**
 * Checks that a backend accepts a connection.
 *
 * @throws What the runtime throws when connecting fails.
 */
export async function checkTcp(address: Address, attempt: Attempt): Promise<CheckResult> {
  await attempt.connect(address);
  return OK;
}
