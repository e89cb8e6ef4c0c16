/** A load in the open model by HTTP clients that behave well, for servers that come and go. */

/** How much load. */
export interface OpenLoadOptions {
  readonly port: number;
  /** Requests per second over all clients, evenly spread. */
  readonly rate: number;
  /** Clients, each with one connection at a time, which take turns. */
  readonly connections: number;
  /** Makes the request number `i`; a GET by default. */
  readonly request?: (i: number) => string;
}

/** A load in progress, which ends at the latest when it is disposed of. */
export interface OpenLoad extends AsyncDisposable {
  /** Requests that were due so far. */
  readonly due: number;
  /** The numbers of those that are not over. */
  readonly open: ReadonlySet<number>;
  /** Requests without a response: what the client saw instead, and on which request of its connection. */
  readonly losses: readonly string[];
  /** For each response, the milliseconds since its request was due. */
  readonly latencies: readonly number[];
  /** The bodies that were received, each once. */
  readonly bodies: ReadonlySet<string>;
  /** Ends it after the requests in flight. Idempotent. */
  stop(): Promise<void>;
}

const HOST = "127.0.0.1";
/** How long a client waits for a response, in milliseconds. */
const PATIENCE = 30_000;
/** How often the schedule is looked at, in milliseconds. */
const TICK = 1;
/** How long this thread stands still until connections may have ended that it does not know of, in milliseconds. */
const STANDSTILL = 50;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

const get = () => `GET / HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`;

/** Starts a load: requests are due at a fixed rate, whatever the server does. */
export function startOpenLoad(options: OpenLoadOptions): OpenLoad {
  const { port, rate, connections, request = get } = options;
  const losses: string[] = [];
  const latencies: number[] = [];
  const bodies = new Set<string>();
  const open = new Set<number>();
  const start = performance.now();
  const clients = Array.from({ length: connections }, () => new OpenClient(port));
  let due = 0;
  let lastTick = start;
  const send = (client: OpenClient, i: number) => {
    open.add(i);
    client.exchange(request(i)).finally(() => open.delete(i)).then((body) => {
      latencies.push(performance.now() - start - i * 1000 / rate);
      bodies.add(body);
    }, (error) => losses.push(`request ${i}: ${error.message}`));
  };
  const timer = setInterval(() => {
    const now = performance.now();
    const hasStoodStill = now - lastTick > STANDSTILL;
    lastTick = now;
    // The ends of connections that wait to be read come first: between this tick and the next.
    if (hasStoodStill) return;
    for (; start + due * 1000 / rate <= performance.now(); due++) {
      const client = clients[due % connections];
      if (client !== undefined) send(client, due);
    }
  }, TICK);
  const stop = async () => {
    clearInterval(timer);
    await Promise.all(clients.map((client) => client.close()));
  };
  return {
    get due() {
      return due;
    },
    open,
    losses,
    latencies,
    bodies,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/**
 * A client that keeps its connection, notices when the server ends it or announces
 * the end, and then connects again for its next request. It never repeats a request.
 */
class OpenClient {
  readonly #port: number;
  #connection: KeptConnection | null = null;
  #last: Promise<unknown> = Promise.resolve();

  constructor(port: number) {
    this.#port = port;
  }

  /** Sends a request after the response to the one before, and returns the body of its response. */
  exchange(request: string): Promise<string> {
    const response = this.#last.then(() => this.#exchange(request));
    this.#last = response.catch(() => {});
    return response;
  }

  async close(): Promise<void> {
    await this.#last;
    this.#connection?.close();
  }

  async #exchange(request: string): Promise<string> {
    if (this.#connection === null || this.#connection.isOver) {
      this.#connection = await KeptConnection.open(this.#port);
    }
    return await this.#connection.exchange(request);
  }
}

class KeptConnection {
  isOver = false;
  readonly #socket: Deno.TcpConn;
  #requests = 0;
  #text = "";
  #received: (() => void) | null = null;
  #error = "the connection was closed";

  static async open(port: number): Promise<KeptConnection> {
    const socket = await Deno.connect({ hostname: HOST, port });
    socket.setNoDelay(true);
    return new KeptConnection(socket);
  }

  private constructor(socket: Deno.TcpConn) {
    this.#socket = socket;
    void this.#receive();
  }

  async exchange(request: string): Promise<string> {
    this.#requests++;
    const late = setTimeout(() => this.#end(`no response in ${PATIENCE} ms`), PATIENCE);
    try {
      await this.#socket.write(encoder.encode(request));
      const response = await this.#response();
      if (/^connection: close\r$/im.test(response.head)) this.close();
      if (!response.head.startsWith("HTTP/1.1 200 ")) throw new Error(response.head);
      return response.body;
    } catch (error) {
      this.close();
      const reason = error instanceof Error ? error.message : error;
      throw new Error(`${reason}, on request ${this.#requests} of its connection`);
    } finally {
      clearTimeout(late);
    }
  }

  close(): void {
    this.#end("closed by the client");
  }

  async #response(): Promise<{ head: string; body: string }> {
    for (;;) {
      const end = this.#text.indexOf("\r\n\r\n");
      const length = Number(/^content-length: (\d+)\r$/im.exec(this.#text)?.[1] ?? 0);
      if (end !== -1 && this.#text.length >= end + 4 + length) {
        const response = {
          head: this.#text.slice(0, end + 2),
          body: this.#text.slice(end + 4, end + 4 + length),
        };
        this.#text = this.#text.slice(end + 4 + length);
        return response;
      }
      if (this.isOver) throw new Error(this.#error);
      await new Promise<void>((resolve) => this.#received = resolve);
    }
  }

  async #receive(): Promise<void> {
    const buffer = new Uint8Array(16 * 1024);
    try {
      for (let count; (count = await this.#socket.read(buffer)) !== null;) {
        this.#text += decoder.decode(buffer.subarray(0, count));
        this.#received?.();
      }
      this.#end("the connection was closed");
    } catch (error) {
      this.#end(error instanceof Error ? error.message : String(error));
    }
  }

  #end(reason: string): void {
    if (this.isOver) return;
    this.isOver = true;
    this.#error = reason;
    this.#socket.close();
    this.#received?.();
  }
}
