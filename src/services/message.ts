import { defineService } from "./service.ts";
import { type Protocol, serveProtocol, type Transport } from "./handler/protocol.ts";

/** Answers `Message received` to each piece of data that arrives. */
export const message = defineService({
  name: "message",
  help: "answers `Message received` to each piece of data",
  port: 7000,
  options: [],
  refusal: null,
  create: () => serveProtocol(() => new MessageProtocol()),
});

class MessageProtocol implements Protocol {
  #transport: Transport | null = null;

  connectionMade(transport: Transport): void {
    this.#transport = transport;
  }

  dataReceived(): void {
    this.#transport?.write("Message received");
  }
}
