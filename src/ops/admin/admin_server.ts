import type { Address } from "../../base/address.ts";
import { ExitError } from "../../base/exit.ts";
import { within } from "../../base/within.ts";
import { AddressTables } from "../../core/address_counts.ts";
import type { Event } from "../../core/event.ts";
import type { Service } from "../../core/service.ts";
import type { TakenSocket } from "../../core/taken_socket.ts";
import { serveHttp } from "../../http/conversation/serve.ts";
import { Listening } from "../../lane/listening.ts";
import { Scoreboard } from "../../lane/scoreboard.ts";
import { Tenancy } from "../../lane/tenancy.ts";
import { type WiredLane, wireLane, type WiringOptions } from "../../lane/wiring.ts";
import type { Logger } from "../../log/logger.ts";
import { holdAddress } from "../../server/hold_address.ts";
import { Access } from "./access.ts";
import { AdminHandler } from "./admin_handler.ts";
import type { AdminSource } from "./admin_source.ts";
import { isLoopback } from "./cross_site.ts";
import { EventHub } from "./event_hub.ts";
import { Readings, type Timeouts } from "./readings.ts";
import type { TokenDigest } from "./token.ts";

/** Connections at a time, apart from those of the lanes. */
const MOST_CONNECTIONS = 256;
/** Of one client: others, such as probes, must have room. */
const MOST_PER_CLIENT = 192;
/** How long a client may take to send a request, in milliseconds. */
const REQUEST_TIMEOUT = 5000;
/** How long a client may read nothing, in milliseconds. */
const WRITE_TIMEOUT = 10_000;
/** How long responses may take once the port closes, in milliseconds. */
const CLOSE_TIMEOUT = 500;
/** For the owner alone: who can connect may do everything. */
const SOCKET_MODE = 0o600;

const LISTEN = { sharing: "own", takeOver: false, backlog: 128, unixMode: SOCKET_MODE } as const;

const CONVERSATION = {
  maxHeaderSize: 16 * 1024,
  maxHeaders: 100,
  // Endpoints allow less, and say so in JSON.
  maxBodySize: 1024 ** 2,
  idleTimeout: 0,
  headerTimeout: REQUEST_TIMEOUT,
  bodyTimeout: REQUEST_TIMEOUT,
  // A reload takes as long as the lanes need to start.
  requestTimeout: 0,
  keepAlive: 60_000,
  maxKeepAliveRequests: 0,
};

const FULL = '{"error":"Too many clients of the admin port"}\n';
const REFUSAL = "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\n" +
  `Content-Length: ${FULL.length}\r\nConnection: close\r\nRetry-After: 1\r\n\r\n${FULL}`;

/** How an admin port is opened: plain data, which can be sent to a thread. */
export interface AdminOptions extends Timeouts {
  readonly address: Address;
  readonly token: TokenDigest | null;
  /** The sockets that stand for the address; none if it is to be bound. */
  readonly inherited: readonly TakenSocket[];
}

/**
 * The HTTP server of the admin port. It has limits, deadlines and counts of its own, so that it
 * answers when the lanes are full, and none of its requests are theirs.
 */
export class AdminServer implements AsyncDisposable {
  /** The bound addresses; `localhost` has two. */
  readonly addresses: readonly Address[];
  readonly access: Access;
  readonly #inherited: readonly TakenSocket[];
  readonly #listening: readonly Listening[];
  readonly #wired: WiredLane;
  readonly #hub: EventHub;
  readonly #retiring: AbortController;
  readonly #draining: AbortController;
  readonly #running: Promise<unknown>;

  /**
   * Binds the address and serves.
   *
   * @throws {ExitError} 69, 73 or 77 if it cannot be bound.
   */
  static async open(options: AdminOptions, source: AdminSource, log: Logger): Promise<AdminServer> {
    return new AdminServer(options, source, log, await bind(options));
  }

  private constructor(
    { address, token, inherited, workerTimeout, startTimeout }: AdminOptions,
    source: AdminSource,
    log: Logger,
    listening: readonly Listening[],
  ) {
    this.#inherited = inherited;
    this.#listening = listening;
    this.addresses = listening.flatMap(({ addresses }) => addresses);
    this.#retiring = new AbortController();
    this.#draining = new AbortController();
    this.#wired = wire(this.#retiring.signal, this.#draining.signal);
    this.access = new Access(token, log);
    const readings = new Readings(source, { workerTimeout, startTimeout });
    this.#hub = new EventHub(() => readings.read("events"), source.records);
    const parts = { source, readings, hub: this.#hub, access: this.access, log };
    const isOnLoopback = address.transport === "tcp" && isLoopback(address.hostname);
    const handler = new AdminHandler(parts, isOnLoopback);
    const service = serviceOf(handler, this.#retiring.signal, log);
    const serving = {
      service,
      refusal: REFUSAL,
      introductions: null,
      emit: (event: Event) => logEvent(event, log),
    };
    this.#running = Promise.all(
      listening.map((one) =>
        one.accept((listeners) => this.#wired.makeAcceptors(listeners, serving))
      ),
    );
  }

  /** Sends those who listen to events a snapshot at once. */
  refresh(): void {
    this.#hub.refresh();
  }

  /** Ends all streams, finishes what is in flight, and removes a Unix socket. */
  async [Symbol.asyncDispose](): Promise<void> {
    // First: once nothing listens there, another server may put its own in that place.
    if (this.#inherited.length === 0) this.addresses.forEach(removeSocket);
    await Promise.all(this.#listening.map((one) => one.stopAccepting()));
    this.#hub.close();
    this.#retiring.abort();
    this.#draining.abort();
    const { resources, connections } = this.#wired;
    resources.drain();
    await within(CLOSE_TIMEOUT, connections.ended(), () => new Error("late")).catch(() => {});
    connections.kill();
    await this.#running;
    this.#wired.stop();
  }
}

/** Binds an address, or the two that `localhost` stands for. */
async function bind({ address, inherited }: AdminOptions): Promise<Listening[]> {
  const listening = new Map<unknown, Listening>();
  const held = await holdAddress(address, async (one) => {
    const opened = await Listening.bind({
      ...LISTEN,
      addresses: [one],
      inherited,
      writeTimeout: WRITE_TIMEOUT,
    });
    const [bound = one] = opened.addresses;
    const address = { wanted: one, bound, close: () => opened.close() };
    listening.set(address, opened);
    return address;
  }).catch((error) => {
    throw error instanceof ExitError ? ofAdmin(error) : error;
  });
  return held.flatMap((one) => listening.get(one) ?? []);
}

/** The advice of an error is for the addresses of the server, which other options set. */
function ofAdmin({ message, exitCode, cause }: ExitError): ExitError {
  const advice = message.replace(/choose another (--port|path)$/, "choose another --admin");
  return new ExitError(`Cannot open the admin port: ${advice}`, exitCode, { cause });
}

function wire(retiring: AbortSignal, draining: AbortSignal): WiredLane {
  // A scoreboard of its own.
  const scoreboard = new Scoreboard();
  const row = scoreboard.row(0);
  const options: Omit<WiringOptions, "sharing"> & { readonly sharing: "own" } = {
    ...LISTEN,
    lane: 0,
    addresses: [],
    overload: "refuse",
    idleTimeout: 0,
    writeTimeout: WRITE_TIMEOUT,
    heartbeat: 0,
    maxConnections: MOST_CONNECTIONS,
    totalConnections: MOST_CONNECTIONS,
    maxConnectionsPerIp: MOST_PER_CLIENT,
    measures: false,
  };
  return wireLane(
    options,
    {
      scoreboard,
      row,
      tenancy: new Tenancy(row, row.tenancy),
      addressTables: (connections) => new AddressTables().reserve(connections),
    },
    { retiring, draining, shortestTimeout: REQUEST_TIMEOUT },
  );
}

function serviceOf(handler: AdminHandler, retiring: AbortSignal, log: Logger): Service {
  return serveHttp((request) => handler.answer(request), CONVERSATION, retiring, {
    answered: null,
    meter: null,
    broken() {},
    failed: ({ method, path }, error) =>
      log.error("Request to the admin port failed", {
        "http.request.method": method,
        "url.path": path,
        error: error instanceof Error ? error : String(error),
      }),
    refused: ({ error }) =>
      log.debug("Request to the admin port refused", () => ({
        "http.response.status_code": error.status,
        "sluice.request.reason": error.reason,
      })),
  });
}

function logEvent(event: Event, log: Logger): void {
  if (event.type === "starved") {
    log.warn("Cannot accept clients of the admin port, trying again", { error: event.error });
  } else if (event.type === "recovered") log.info("Accepting clients of the admin port again");
}

function removeSocket(address: Address): void {
  if (address.transport !== "unix") return;
  try {
    Deno.removeSync(address.path);
  } catch { // Someone else removed it.
  }
}
