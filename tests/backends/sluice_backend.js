// A backend in Sluice, which records what it has parsed: see tests/helpers/http_backend.ts.
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { appendFileSync, existsSync } from "node:fs";

const name = Deno.env.get("BACKEND_NAME");
const folder = Deno.env.get("BACKEND_FOLDER");
let requests = 0;

/** Writes at once, so that nothing is lost if the process is killed. Characters are bytes. */
function record(entry) {
  appendFileSync(`${folder}/parsed`, Buffer.from(`${JSON.stringify(entry)}\n`, "latin1"));
}

/** The body of a request, which is recorded once it is complete. */
function recorded({ body }, id) {
  const hash = createHash("sha256");
  let length = 0;
  return {
    length: body.length,
    async read() {
      const piece = await body.read();
      if (piece === null) {
        const trailers = body.trailers ?? [];
        record({ event: "complete", id, length, sha256: hash.digest("hex"), trailers });
        return null;
      }
      length += piece.length;
      hash.update(piece);
      return piece;
    },
    close() {},
    get trailers() {
      return body.trailers ?? [];
    },
  };
}

async function drain(body) {
  while (await body.read() !== null);
}

function bytes(length) {
  const part = new Uint8Array(64 * 1024).fill(120);
  let rest = length;
  return {
    length,
    read() {
      const count = Math.min(rest, part.length);
      rest -= count;
      return Promise.resolve(count === 0 ? null : part.subarray(0, count));
    },
    close() {},
  };
}

async function respond(request, body) {
  switch (request.path) {
    case "/health":
      return { status: existsSync(`${folder}/broken`) ? 500 : 200 };
    case "/echo":
      return { body };
    case "/bytes":
      return { body: bytes(Number(request.query)) };
    case "/wait":
      await new Promise((resolve) => setTimeout(resolve, Number(request.query)));
  }
  await drain(body);
  return { body: `${name} ${request.method} ${request.target}` };
}

async function answer(request) {
  const { method, target, headers, remoteAddr } = request;
  const id = ++requests;
  const connection = `${remoteAddr.port}`;
  record({ event: "begun", id, connection, method, target, fields: headers });
  const response = await respond(request, recorded(request, id));
  const own = [["X-Backend", name], ["X-Seen", request.header("x-forwarded-for") ?? ""]];
  return { ...response, headers: own };
}

export default { routes: { "/**": answer } };
