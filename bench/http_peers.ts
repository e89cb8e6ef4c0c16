/** The HTTP servers beside which Sluice is measured. */
import { denoServe, denoServeParallel } from "../src/bench/peers/deno.ts";
import { nginx } from "../src/bench/peers/nginx.ts";
import { nodeHttp } from "../src/bench/peers/node.ts";
import type { Peer } from "../src/bench/peers/peer.ts";
import { freePort } from "../src/bench/subject_process.ts";
import { bare, type Command, HTTP, MODES, sluice } from "./commands.ts";
import { Scratch } from "./scratch.ts";
import { startTarget, type Target } from "./target.ts";

/** A server that can be measured. */
export interface Server {
  readonly name: string;
  /** Why it cannot be used; null where it can. */
  lacks(): Promise<string | null>;
  start(): Promise<Target>;
}

/** What a peer is told of the load; those of http_compare.ts come at most. */
const JOB = { workload: "http", workers: 2, connections: 64 };

/** Sluice in a mode; with its HTTP service, where nothing else is said. */
export function ours(name: keyof typeof MODES, service: Command = HTTP): Server {
  return { name, lacks: nothing, start: () => startTarget(sluice(MODES[name], service)) };
}

/** The runtime's own server. */
export const DENO_SERVE: Server = fromPeer(denoServe);

/** The runtime's own server, which answers with the body of the request. */
export const DENO_SERVE_ECHO: Server = {
  name: "Deno.serve",
  lacks: nothing,
  start: () => startTarget(bare("./yardstick_http_echo.ts")),
};

/** The runtime's own server on two threads. */
export const DENO_PARALLEL: Server = fromPeer(denoServeParallel(JOB.workers));

/** Node's own server. */
export const NODE: Server = fromPeer(nodeHttp);

/** nginx with one worker, which knows the answer by heart. */
export const NGINX: Server = fromPeer(nginx(1));

function fromPeer(peer: Peer): Server {
  return {
    name: peer.name,
    async lacks() {
      const found = await peer.find();
      return "reason" in found ? found.reason : null;
    },
    async start() {
      const port = freePort();
      // Who accepts has read its files, and needs no other for such answers.
      using scratch = new Scratch();
      const { command, env } = await peer.prepare({ ...JOB, port, folder: scratch.folder });
      return await startTarget(command, env, port);
    },
  };
}

function nothing(): Promise<null> {
  return Promise.resolve(null);
}
