/** `sluice probe`: whether a server is alive or ready. */
import { EXIT, ExitError } from "../base/exit.ts";
import { printable } from "../base/printable.ts";
import type { ProbeSettings } from "../settings/probe_options.ts";
import { AdminClient } from "./admin_client.ts";
import { MAX_TEXT } from "./max_text.ts";

/** What a probe asks. */
export type Question = "readyz" | "livez";

/** What the server is not if the answer is no. */
const WANTED = { readyz: "ready", livez: "alive" } as const;

/**
 * Asks a server, and returns if the answer is yes.
 *
 * @throws {ExitError} 1 with the reason if it is no, or there is none in time; 78 if what answers
 * is no server of this program.
 */
export async function runProbe(
  question: Question,
  { admin, answerTimeout }: ProbeSettings,
): Promise<void> {
  using client = await AdminClient.open({ admin, adminTokenFile: null }, answerTimeout);
  const { status, text } = await client.probe(`/${question}`);
  if (status === 200) return;
  const reason = status === 503 ? reasonIn(text) : null;
  if (reason === null) {
    const found = `found status ${status} of /${question}`;
    throw new ExitError(
      `Cannot probe ${client.name}: ${found}, expected the --admin address of a server`,
      EXIT.config,
    );
  }
  const what = `The server at ${client.name} is not ${WANTED[question]}`;
  throw new ExitError(printable(`${what}${reason}`, MAX_TEXT), EXIT.notServing);
}

/**
 * Why the answer is no, as the end of a sentence: empty if the server keeps it from those without
 * a token; null if this is no answer of a server.
 */
function reasonIn(text: string): string | null {
  try {
    const { ready, reasons, status } = JSON.parse(text);
    if (Array.isArray(reasons)) {
      return `: ${reasons.map(({ message }) => String(message)).join("; ")}`;
    }
    if (typeof status === "string") return `: its main thread is ${status}`;
    return ready === false ? "" : null;
  } catch {
    return null;
  }
}
