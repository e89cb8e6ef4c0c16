import type { Listener } from "../../src/core/listener.ts";
import type { Socket } from "../../src/core/socket.ts";

const decoder = new TextDecoder();

/**
 * Makes a wrapper of a listener that keeps what each write to its clients is given.
 *
 * @param written Gets the text of each write.
 */
export function keepWrites(written: string[]): (listener: Listener) => Listener {
  return wrapSockets((socket) => {
    const write = socket.write.bind(socket);
    socket.write = (bytes) => {
      written.push(decoder.decode(bytes));
      return write(bytes);
    };
  });
}

/** Makes a wrapper of a listener that lets the sockets of its clients be changed. */
export function wrapSockets(change: (socket: Socket) => void): (listener: Listener) => Listener {
  return (listener) => ({
    address: listener.address,
    isShared: listener.isShared,
    isHeldOutside: listener.isHeldOutside,
    takeOver: () => listener.takeOver(),
    close: () => listener.close(),
    async *[Symbol.asyncIterator]() {
      for await (const socket of listener) {
        change(socket);
        yield socket;
      }
    },
  });
}
