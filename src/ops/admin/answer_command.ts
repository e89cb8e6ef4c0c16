import type { HttpResponse } from "../../http/message.ts";
import { peerOf } from "./access.ts";
import type { Command, CommandResult } from "./command.ts";
import { json, problem } from "./json.ts";
import type { AdminParts, Call } from "./endpoint.ts";

const STATUS = { invalid: 400, missing: 404, failed: 503 } as const;

/**
 * Carries out a command and answers with what came of it. Logs it, with the client, if it changes
 * something.
 *
 * @throws {HttpError} 503 if the main thread is blocked.
 */
export async function answerCommand(
  command: Command,
  { request }: Call,
  { source, hub, log }: AdminParts,
): Promise<HttpResponse> {
  const result = await source.run(command);
  if (command.kind !== "connections") {
    const { kind, ...rest } = command;
    log.info(result.ok ? "Command of an operator" : "Command of an operator failed", {
      "sluice.command": kind,
      "sluice.command.arguments": Object.keys(rest).length === 0 ? undefined : rest,
      "sluice.command.failure": result.ok ? undefined : result.message,
      "client.address": peerOf(request),
    });
    hub.refresh();
  }
  return answerOf(command, result);
}

function answerOf({ kind }: Command, result: CommandResult): HttpResponse {
  if (!result.ok) return problem(STATUS[result.reason], result.message);
  // A drain has only begun.
  return json(result.value, kind === "drain" ? 202 : 200);
}
