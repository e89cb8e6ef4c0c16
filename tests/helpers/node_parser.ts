import { fileURLToPath } from "node:url";

/** A request, as Node's parser reported it; one character per byte. */
export interface NodeRequest {
  readonly method: string;
  readonly target: string;
  readonly minor: number;
  readonly keepAlive: boolean;
  /** Names and values alternating. */
  readonly fields: readonly string[];
  readonly body: string;
  readonly isOver: boolean;
}

/** Everything Node's parser reported about a stream. */
export interface NodeParsed {
  readonly requests: readonly NodeRequest[];
  /** Why it rejected the rest of the stream; null if it did not. */
  readonly failure: string | null;
}

const SCRIPT = fileURLToPath(import.meta.resolve("../heavy/node_parser.cjs"));
const NEWLINE = 10;

/** Node's HTTP parser in a child process. */
export class NodeParser implements AsyncDisposable {
  readonly #child = new Deno.Command("node", {
    args: [SCRIPT],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  readonly #input = this.#child.stdin.getWriter();
  readonly #output = this.#child.stdout.getReader();
  #rest: Uint8Array<ArrayBuffer> = new Uint8Array(0);

  /** Parses each stream with a fresh parser. */
  async parse(streams: readonly Uint8Array[]): Promise<readonly NodeParsed[]> {
    const [, parsed] = await Promise.all([
      this.#input.write(framed(streams)),
      this.#readLines(streams.length),
    ]);
    return parsed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#input.close();
    await this.#output.cancel();
    await this.#child.status;
  }

  async #readLines(count: number): Promise<NodeParsed[]> {
    const decoder = new TextDecoder();
    const parsed: NodeParsed[] = [];
    while (parsed.length < count) {
      const { value } = await this.#output.read();
      if (value === undefined) throw new Error("Node exited");
      const bytes = joined([this.#rest, value]);
      let from = 0;
      for (let end; (end = bytes.indexOf(NEWLINE, from)) !== -1; from = end + 1) {
        parsed.push(JSON.parse(decoder.decode(bytes.subarray(from, end))));
      }
      this.#rest = bytes.subarray(from);
    }
    return parsed;
  }
}

function framed(streams: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return joined(streams.flatMap((stream) => {
    const length = new Uint8Array(4);
    new DataView(length.buffer).setUint32(0, stream.length, true);
    return [length, stream];
  }));
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
