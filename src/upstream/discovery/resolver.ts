import { familyOf, isLocalhost } from "../../base/address.ts";
import {
  canonical,
  type DnsRecord,
  isEncodable,
  type Question,
  type RecordType,
  type Reply,
} from "./dns_message.ts";
import { ask, type NameServer } from "./dns_query.ts";
import { ResolveError } from "./resolve_error.ts";
import { parseHosts, parseResolvConf, type ResolverConfig } from "./resolver_config.ts";

/** What a name stands for. */
export interface Answer {
  /** The records of the type that was asked for; none if the name has no such records. */
  readonly records: readonly DnsRecord[];
  /** How long they hold, in seconds; infinite if only a change of a file can end it. */
  readonly ttl: number;
  /** What the server added unasked. */
  readonly additionals: readonly DnsRecord[];
}

/** The most aliases (CNAME) one after another; a circle has no end. */
const MOST_ALIASES = 8;

const LOOPBACK = ["127.0.0.1", "::1"];

/** How long a server that was named has to answer, in milliseconds, and how often it is asked. */
const TIMEOUT = 2000;
const ATTEMPTS = 2;

/** A resolver that asks these servers, each once the one before has not answered. */
export function resolverOf(servers: readonly NameServer[], timeout = TIMEOUT): Resolver {
  const config = { servers, timeout, attempts: ATTEMPTS, search: [], ndots: 0, hosts: new Map() };
  return new Resolver(() => Promise.resolve(config));
}

/**
 * A resolver that does as the system is told by files, which it reads each time: both
 * may change while the server runs.
 */
export function systemResolver(resolvConf = "/etc/resolv.conf", hosts = "/etc/hosts"): Resolver {
  return new Resolver(async () => {
    const [servers, names] = await Promise.all([readIfAny(resolvConf), readIfAny(hosts)]);
    return { ...parseResolvConf(servers), hosts: parseHosts(names) };
  });
}

async function readIfAny(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch { // Without the files, the system has defaults as well.
    return "";
  }
}

/** Asks name servers for records, with their time to live. Keeps nothing but the server that answers. */
export class Resolver {
  readonly #configure: () => Promise<ResolverConfig>;
  /** The server that answered last: one that is dead costs a timeout only once. */
  #preferred: NameServer | null = null;

  /** @param configure Called for each name. */
  constructor(configure: () => Promise<ResolverConfig>) {
    this.#configure = configure;
  }

  /**
   * Finds the records of a name.
   *
   * @throws {ResolveError} If no server answers, all of them fail, or there is no such name.
   * @throws The reason of `signal`, if it aborts first.
   */
  async resolve(name: string, type: RecordType, signal: AbortSignal): Promise<Answer> {
    const config = await this.#configure();
    // No server is asked for localhost (RFC 6761, section 6.3).
    const known = config.hosts.get(canonical(name)) ?? (isLocalhost(name) ? LOOPBACK : undefined);
    if (known !== undefined && type !== "SRV") return ofAddresses(name, type, known);
    let exists = false;
    for (const candidate of candidatesOf(name, config)) {
      const answer = await this.#follow({ name: candidate, type }, config, signal);
      if (answer !== null && answer.records.length > 0) return answer;
      exists ||= answer !== null;
    }
    if (!exists) throw new ResolveError("no such name");
    return { records: [], ttl: 0, additionals: [] };
  }

  /** Asks for a name, and for those that it is an alias of; null if there is no such name. */
  async #follow(
    question: Question,
    config: ResolverConfig,
    signal: AbortSignal,
  ): Promise<Answer | null> {
    let { name } = question;
    let ttl = Infinity;
    for (let asked = 0; asked <= MOST_ALIASES; asked++) {
      const { code, answers, additionals } = await this.#ask({ ...question, name }, config, signal);
      const chain = aliasesOf(name, answers);
      const end = chain.at(-1)?.data ?? name;
      const records = answers.filter(({ name, type }) => name === end && type === question.type);
      ttl = Math.min(ttl, ...[...chain, ...records].map(({ ttl }) => ttl));
      if (records.length > 0) return { records, ttl, additionals };
      if (code === "NXDOMAIN") return null;
      // Most servers follow aliases themselves; one that does not leaves the rest to us.
      if (end === name) return { records, ttl: 0, additionals };
      name = end;
    }
    throw new ResolveError(`more than ${MOST_ALIASES} aliases one after another`);
  }

  async #ask(question: Question, config: ResolverConfig, signal: AbortSignal): Promise<Reply> {
    if (!isEncodable(question.name)) throw new ResolveError("it is too long for a name");
    let failure = new ResolveError("there is no name server");
    for (let attempt = 0; attempt < config.attempts; attempt++) {
      for (const server of this.#inOrder(config.servers)) {
        try {
          const reply = await ask(server, question, config.timeout, signal);
          if (reply.code === "NOERROR" || reply.code === "NXDOMAIN") {
            this.#preferred = server;
            return reply;
          }
          failure = new ResolveError(`${server.hostname} answers ${reply.code}`);
        } catch (error) {
          if (!(error instanceof ResolveError)) throw error;
          failure = error;
        }
      }
    }
    throw failure;
  }

  #inOrder(servers: readonly NameServer[]): readonly NameServer[] {
    const { hostname, port } = this.#preferred ?? {};
    const isPreferred = (server: NameServer) =>
      server.hostname === hostname && server.port === port;
    return [...servers.filter(isPreferred), ...servers.filter((server) => !isPreferred(server))];
  }
}

/** The names to try for a name, in this order (resolv.conf(5), `search` and `ndots`). */
function candidatesOf(name: string, { search, ndots }: ResolverConfig): readonly string[] {
  const plain = canonical(name);
  if (name.endsWith(".")) return [plain];
  const completed = search.map((domain) => `${plain}.${domain}`);
  const isFull = plain.split(".").length > ndots;
  return isFull ? [plain, ...completed] : [...completed, plain];
}

/** The aliases from a name on, in order; at most as many as there are records. */
function aliasesOf(name: string, answers: readonly DnsRecord[]) {
  const aliases = answers.filter((record) => record.type === "CNAME");
  const chain: typeof aliases = [];
  for (let at = name; chain.length < aliases.length;) {
    const next = aliases.find((record) => record.name === at);
    if (next === undefined) break;
    chain.push(next);
    at = next.data;
  }
  return chain;
}

/** An answer that no server gave. */
function ofAddresses(name: string, type: RecordType, addresses: readonly string[]): Answer {
  const family = type === "A" ? 4 : 6;
  const records = type === "SRV" ? [] : addresses
    .filter((address) => familyOf(address) === family)
    .map((data): DnsRecord => ({ name: canonical(name), type, ttl: Infinity, data }));
  return { records, ttl: Infinity, additionals: [] };
}
