/** Cases about Request, Response and Headers, to be run in the runtime and in a handler. */

/** What is run. Its outcome is what it returns, resolves to or throws. */
export interface Case {
  /** Unique. */
  readonly name: string;
  readonly run: (request: Request) => unknown;
}

/** The parts of the request that every case gets. */
export const REQUEST = {
  path: "/path?a=1&b=%20",
  method: "POST",
  headers: [
    ["Content-Type", "application/x-www-form-urlencoded"],
    ["X-Test", "one"],
    ["X-Test", "two"],
    ["X-Empty", ""],
    ["Cookie", "a=1"],
    ["Cookie", "b=2"],
  ],
  body: "a=1&b=two",
} as const;

/** The outcome of a case, as text. */
export async function outcomeOf({ run }: Case, request: Request): Promise<string> {
  try {
    return textOf(await run(request));
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : `threw ${textOf(error)}`;
  }
}

/** A value as text that tells it apart from others. */
function textOf(value: unknown): string {
  return JSON.stringify(value, (_key, part) => {
    if (part === undefined) return "(undefined)";
    if (typeof part === "symbol" || typeof part === "bigint") return String(part);
    if (typeof part === "function") return `(function ${part.name})`;
    if (part instanceof Uint8Array) return `(bytes ${part})`;
    return part instanceof Headers ? [...part] : part;
  });
}

/** All that is to be seen of a Response. */
export async function lookAt(response: Response): Promise<unknown> {
  const { status, statusText, ok, type, url, redirected, bodyUsed } = response;
  const headers = [...response.headers];
  const body = response.body === null ? null : await response.clone().bytes();
  const blob = await response.blob();
  const after = [response.bodyUsed, blob.type, blob.size];
  return { status, statusText, ok, type, url, redirected, bodyUsed, headers, body, after };
}
