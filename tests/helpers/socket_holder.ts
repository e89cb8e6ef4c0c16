import { type Address, formatAddress } from "../../src/base/address.ts";
import { withInherited } from "../../src/core/inherited_sockets.ts";
import { listeningDescriptors } from "../../src/core/listening_sockets.ts";
import { SERVER, type Server, startCommand } from "./server.ts";

/** Moves the descriptors that follow the names and the `--` to 3 and up, as a service manager does. */
const HAND_OVER = `
names=$1; shift; next=3
while [ "$1" != -- ]; do eval "exec $next<&$1"; next=$((next + 1)); shift; done; shift
export LISTEN_PID=$$ LISTEN_FDS=$((next - 3)) LISTEN_FDNAMES=$names
exec env "$@"`;

/** A socket that is held. */
interface Held {
  readonly name: string;
  readonly address: Address;
  readonly listener: Deno.Listener;
  readonly descriptor: number;
}

/** Holds listening sockets, and starts servers with them, as a service manager does. */
export class SocketHolder implements Disposable {
  readonly #held: Held[] = [];

  /** @param addresses By name; each port 0 is chosen by the system. */
  constructor(addresses: Readonly<Record<string, Address>>) {
    for (const [name, address] of Object.entries(addresses)) this.#hold(name, address);
  }

  /** The address of a socket. */
  address(name: string): Address {
    const address = this.#held.find((one) => one.name === name)?.address;
    if (address === undefined) throw new Error(`No socket is called "${name}"`);
    return address;
  }

  /** The port of a socket. */
  port(name: string): number {
    const address = this.address(name);
    return address.transport === "tcp" ? address.port : 0;
  }

  /** Starts a server, and waits until it serves. */
  start(args: readonly string[]): Promise<Server> {
    return this.#run((command) => startCommand(command), args, []);
  }

  /**
   * Runs a server that is expected to exit.
   *
   * @param env What is set otherwise, such as `LISTEN_FDS=x`.
   */
  run(
    args: readonly string[],
    env: readonly string[],
  ): Promise<{ readonly code: number; readonly stderr: string }> {
    return this.#run(
      async ([program = "", ...rest]) => {
        const output = new Deno.Command(program, { args: rest, stdin: "null" }).output();
        const { code, stderr } = await output;
        return { code, stderr: new TextDecoder().decode(stderr) };
      },
      args,
      env,
    );
  }

  #run<T>(
    start: (command: readonly string[]) => T,
    args: readonly string[],
    env: readonly string[],
  ): T {
    const names = this.#held.map(({ name }) => name).join(":");
    const descriptors = this.#held.map(({ descriptor }) => descriptor);
    const server = [...env, ...SERVER, ...args];
    const shell = ["bash", "-c", HAND_OVER, "bash", names, ...descriptors.map(String)];
    return withInherited(descriptors, () => start([...shell, "--", ...server]));
  }

  #hold(name: string, address: Address): void {
    const listener: Deno.Listener = address.transport === "unix"
      ? Deno.listen({ transport: "unix", path: address.path })
      : Deno.listen({ ...address, tcpBacklog: 128 });
    const bound = address.transport === "unix" ? address : listener.addr as Deno.NetAddr;
    const [descriptor] = listeningDescriptors(bound as Address);
    if (descriptor === undefined) throw new Error(`Cannot find ${formatAddress(address)}`);
    this.#held.push({ name, address: bound as Address, listener, descriptor });
  }

  [Symbol.dispose](): void {
    for (const { listener } of this.#held) listener.close();
  }
}
