const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A TCP client. */
export class Client implements Disposable {
  readonly #conn: Deno.TcpConn;
  #isClosed = false;

  constructor(conn: Deno.TcpConn) {
    this.#conn = conn;
  }

  static async connect(address: { port: number; hostname?: string }): Promise<Client> {
    return new Client(
      await Deno.connect({ hostname: address.hostname ?? "127.0.0.1", port: address.port }),
    );
  }

  get localAddr(): Deno.NetAddr {
    return this.#conn.localAddr;
  }

  /** Sends all of the data, however many writes it takes. */
  async send(data: string | Uint8Array): Promise<void> {
    const bytes = typeof data === "string" ? encoder.encode(data) : data;
    for (let sent = 0; sent < bytes.length;) sent += await this.#conn.write(bytes.subarray(sent));
  }

  /** Sends one byte per TCP segment. */
  async sendBytewise(data: string): Promise<void> {
    this.#conn.setNoDelay(true);
    for (const byte of encoder.encode(data)) await this.#conn.write(Uint8Array.of(byte));
  }

  /** Half-closes the connection. */
  async end(): Promise<void> {
    await this.#conn.closeWrite();
  }

  /** Receives exactly `length` bytes, or fewer if the server ends the connection. */
  async receive(length: number): Promise<Uint8Array> {
    const data = new Uint8Array(length);
    let received = 0;
    while (received < length) {
      const count = await this.#conn.read(data.subarray(received));
      if (count === null) break;
      received += count;
    }
    return data.subarray(0, received);
  }

  /** Receives `length` bytes as text, or fewer if the server ends the connection. */
  async receiveText(length: number): Promise<string> {
    return decoder.decode(await this.receive(length));
  }

  /** Receives up to and including the suffix, or until the server ends the connection. */
  async receiveUntil(suffix: string): Promise<string> {
    let text = "";
    while (!text.endsWith(suffix)) {
      const byte = await this.receive(1);
      if (byte.length === 0) break;
      text += decoder.decode(byte);
    }
    return text;
  }

  /** Sends a line and returns the answer with its newline; "" if the server ends the connection. */
  async ask(line: string): Promise<string> {
    await this.send(`${line}\n`);
    return await this.receiveUntil("\n");
  }

  /** Receives everything until the server ends the connection. */
  async receiveAll(): Promise<string> {
    let text = "";
    const buffer = new Uint8Array(64 * 1024);
    for (;;) {
      const count = await this.#conn.read(buffer);
      if (count === null) return text;
      text += decoder.decode(buffer.subarray(0, count));
    }
  }

  /** Receives all bytes until the server ends the connection, or resets it. */
  async receiveRest(): Promise<Uint8Array> {
    let bytes = new Uint8Array(64 * 1024);
    let length = 0;
    for (;;) {
      const count = await this.#conn.read(bytes.subarray(length)).catch(() => null);
      if (count === null) return bytes.subarray(0, length);
      length += count;
      if (length < bytes.length) continue;
      const larger = new Uint8Array(2 * length);
      larger.set(bytes);
      bytes = larger;
    }
  }

  /** Closes the connection. With unread data, the kernel resets it. May be called again. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#conn.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
