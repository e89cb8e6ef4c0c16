import type { Address } from "../../base/address.ts";
import { systemReason } from "../../base/system_errors.ts";
import { isOutOfResources } from "../../core/accept_errors.ts";
import { connectFailure } from "../../core/open_socket.ts";
import type { Attempt } from "./attempt.ts";
import { checkHttp } from "./check_http.ts";
import { checkPostgres } from "./check_postgres.ts";
import { checkRedis } from "./check_redis.ts";
import { checkTcp } from "./check_tcp.ts";
import { type CheckResult, failed } from "./result.ts";
import type { ActiveCheck } from "./settings.ts";

/**
 * Makes one check. It takes until there is a result, or `attempt` is cancelled.
 *
 * @returns Null if nothing is known of the backend: the check was cancelled, or this process has
 * no descriptor for it.
 */
export async function runCheck(
  address: Address,
  check: ActiveCheck,
  attempt: Attempt,
): Promise<CheckResult | null> {
  try {
    const result = await resultOf(address, check, attempt);
    return attempt.isCancelled ? null : result;
  } catch (cause) {
    const isUnknown = attempt.isCancelled || cause instanceof Error && isOutOfResources(cause);
    return isUnknown ? null : failed(
      attempt.isConnected
        ? `the connection failed: ${systemReason(cause)}`
        : `cannot connect: ${connectFailure(cause)}`,
    );
  } finally {
    attempt[Symbol.dispose]();
  }
}

function resultOf(address: Address, check: ActiveCheck, attempt: Attempt): Promise<CheckResult> {
  switch (check.kind) {
    case "tcp":
      return checkTcp(address, attempt);
    case "http":
      return checkHttp(address, check, attempt);
    case "redis":
      return checkRedis(address, check, attempt);
    case "postgres":
      return checkPostgres(address, check, attempt);
  }
}
