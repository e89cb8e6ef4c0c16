import { DelimitedResponseReader } from "./delimited_response.ts";
import { EchoResponseReader } from "./echo_response.ts";
import { HttpResponseReader } from "./http_response.ts";
import type { ResponseFraming } from "./load.ts";
import type { ResponseReader } from "./response.ts";
import type { Sockets } from "./sockets.ts";

/** Makes a reader for the responses on one connection. */
export function makeResponseReader(framing: ResponseFraming, sockets: Sockets): ResponseReader {
  switch (framing.type) {
    case "http":
      return new HttpResponseReader();
    case "delimiter":
      return new DelimitedResponseReader(framing.delimiter);
    case "echo":
      return new EchoResponseReader((a, b, length) => sockets.areEqual(a, b, length));
  }
}
