import { waitFor } from "./until.ts";

/** A record of the access log in JSON. */
export type AccessRecord = Readonly<Record<string, unknown>>;

/** An access log in JSON in a temporary folder, deleted on dispose. */
export interface AccessLog extends AsyncDisposable {
  /** The server arguments that select it. */
  readonly args: readonly string[];
  /** Waits until it has a number of records, and returns all. */
  records(count: number): Promise<readonly AccessRecord[]>;
}

/** Makes an access log. */
export async function makeAccessLog(): Promise<AccessLog> {
  const folder = await Deno.makeTempDir({ prefix: "sluice-access-" });
  const path = `${folder}/access.log`;
  await Deno.writeTextFile(path, "");
  return {
    args: ["--access-log", path, "--access-log-format", "json"],
    records: (count) =>
      waitFor(`the access log has ${count} records`, async () => {
        const lines = (await Deno.readTextFile(path)).split("\n").slice(0, -1);
        return lines.length < count ? null : lines.map((line) => JSON.parse(line));
      }),
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}
