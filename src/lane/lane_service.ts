import { thrownValue } from "../base/thrown.ts";
import type { Connections } from "../core/connections.ts";
import { dial } from "../core/dial.ts";
import type { Service } from "../core/service.ts";
import type { LineBuffer } from "../log/line_buffer.ts";
import type { Logger } from "../log/logger.ts";
import type {
  OptionValues,
  ServiceContext,
  ServiceDefinition,
  ServiceHost,
} from "../services/service.ts";
import type { SettingKey } from "../settings/options.ts";
import type { BackendMemory } from "./backends.ts";
import { LaneMeter } from "./meter.ts";
import type { Order } from "./order.ts";
import { type PoolCounts, ResourcePools } from "./resource_pool.ts";
import type { Row } from "./row.ts";
import { type Allocate, sharedState } from "./shared_state.ts";
import type { Tenancy } from "./tenancy.ts";

/** What the service of a lane is made from. */
export interface ServiceParts {
  readonly log: Logger;
  readonly accessLog: LineBuffer;
  readonly allocate: Allocate;
  readonly backends: (lane: number) => BackendMemory | null;
  readonly connections: Connections;
  readonly tenancy: Tenancy;
  readonly row: Row;
}

/** The service of a lane, from its start to its stop. */
export class LaneService {
  readonly serve: Service;
  readonly #definition: ServiceDefinition;
  readonly #context: ServiceContext;
  readonly #pools: ResourcePools;
  #isStopping = false;

  /**
   * Makes the service and starts it.
   *
   * @throws {ExitError} If it cannot serve, or its start fails.
   */
  static async start(
    definition: ServiceDefinition,
    order: Order,
    parts: ServiceParts,
  ): Promise<LaneService> {
    const pools = makePools(parts);
    const context = { ...contextOf(definition, order, parts), pool: pools.pool };
    const host = hostOf(order, parts);
    const service = await definition.create(context, optionsOf(order), host);
    try {
      await definition.start?.(context);
    } catch (error) {
      await pools.close();
      throw error;
    }
    return new LaneService(service, definition, context, pools);
  }

  private constructor(
    service: Service,
    definition: ServiceDefinition,
    context: ServiceContext,
    pools: ResourcePools,
  ) {
    this.serve = service;
    this.#definition = definition;
    this.#context = context;
    this.#pools = pools;
  }

  /** Logs that its stop was not waited for, if it is in progress. */
  reportCutShort(): void {
    if (!this.#isStopping) return;
    this.#context.log.warn("Stop cut short: the handler has not finished by the deadline");
  }

  /** Stops it and closes its pools, after its last client; an error is only logged. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#attempt(() => this.#definition.stop?.(this.#context));
    await this.#attempt(() => this.#pools.close());
    this.#isStopping = false;
  }

  async #attempt(act: () => void | Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      this.#context.log.error("Stop failed: the handler threw", { error: thrownValue(error) });
    }
  }
}

function hostOf(
  { lane, log: { columns }, groups, measures, sampling }: Order,
  { accessLog, backends, row }: ServiceParts,
): ServiceHost {
  const memory = groups === null ? null : backends(lane);
  return {
    columns,
    openMeter: () => measures ? new LaneMeter(row.measures) : null,
    recordAccess: (line) => accessLog.add(line),
    backends: groups === null || memory === null ? null : { ...memory, groups },
    sampling,
  };
}

function makePools({ row, log }: ServiceParts): ResourcePools {
  const onChange = ({ resources, leased }: PoolCounts) => {
    row.set("resources", resources);
    row.set("leased", leased);
  };
  return new ResourcePools(
    onChange,
    (pool, error) =>
      log.error("A resource was not destroyed: destroy of its pool threw", {
        "sluice.pool": pool,
        error: thrownValue(error),
      }),
  );
}

/** The order carries the options that the service declares, which are those it reads. */
export function optionsOf(order: Order): OptionValues<SettingKey> {
  return order.options as OptionValues<SettingKey>;
}

function contextOf(
  { name }: ServiceDefinition,
  { lane, mode }: Order,
  { log, allocate, connections, tenancy }: ServiceParts,
): Omit<ServiceContext, "pool"> {
  const { retiring, draining } = connections.context;
  return {
    lane,
    mode,
    log: log.getChild(name),
    retiring,
    draining,
    dial: (address, options) => dial(address, connections, options),
    ...sharedState(lane, allocate, tenancy),
  };
}
