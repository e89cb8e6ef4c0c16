import { counter, gauge, type Metric } from "./metric.ts";

/** The metrics of connections. */
export const CONNECTION_METRICS: readonly Metric[] = [
  counter("sluice_connections_accepted_total", {
    help: "Connections that were accepted.",
    advice: "Its rate is how many clients come. Far above the rate of requests, clients do not " +
      "keep their connections alive.",
    read: ({ totals }) => totals.accepted,
  }),
  gauge("sluice_connections_open", {
    help: "Connections that are open.",
    advice: "Compare it with `sluice_connections_limit`.",
    read: ({ totals }) => totals.open,
  }),
  gauge("sluice_connections_limit", {
    help: "The most connections that may be open at once, in all lanes.",
    advice: "Raise `--max-connections`, or `--max-threads` in `threaded` mode, if memory allows.",
    read: ({ limits }) => limits.connections,
  }),
  counter("sluice_connections_refused_total", {
    help: "Connections that were refused, by reason.",
    advice: "`total`: add capacity. `address`: one client has too many, see " +
      "`--max-connections-per-ip`. `untrusted` and `header`: a proxy is not configured for the " +
      "PROXY protocol, or someone passes it by.",
    labels: ["reason"],
    read: ({ totals }) =>
      Object.entries(totals.refused_by).map(([reason, count]) => [{ reason }, count]),
  }),
  counter("sluice_connections_ended_total", {
    help: "Connections that have ended, by who ended them and what they were doing.",
    advice: "`timeout` while `writing`: clients that do not read. `error`: see the log. `client` " +
      "while `serving`: clients that give up waiting.",
    labels: ["by", "phase"],
    read: ({ totals }) => totals.ended.map(({ by, phase, count }) => [{ by, phase }, count]),
  }),
  counter("sluice_connections_silent_total", {
    help: "Connections that ended without a byte in either direction.",
    advice: "Usually probes of a load balancer, or scanners.",
    read: ({ totals }) => totals.silent,
  }),
  counter("sluice_connections_dialed_total", {
    help: "Connections that the service has made to others.",
    advice: "Near the rate of requests, backends do not keep connections alive.",
    read: ({ totals }) => totals.dialed,
  }),
  counter("sluice_network_io_bytes_total", {
    help: "Bytes received from and sent to clients and upstreams.",
    advice: "Compare its rate, times eight, with the bandwidth of the network.",
    labels: ["peer", "direction"],
    read: ({ totals }) => [
      [{ peer: "client", direction: "receive" }, totals.bytes_in],
      [{ peer: "client", direction: "transmit" }, totals.bytes_out],
      [{ peer: "upstream", direction: "receive" }, totals.dialed_bytes_in],
      [{ peer: "upstream", direction: "transmit" }, totals.dialed_bytes_out],
    ],
  }),
  gauge("sluice_resources", {
    help: "Resources that the pools of the handler hold, such as connections to a database.",
    advice: "It stays within the maximum of the pool, times the number of lanes.",
    read: ({ totals }) => totals.resources,
  }),
  gauge("sluice_resources_leased", {
    help: "Resources of the pools of the handler that are in use.",
    advice:
      "If it stays at `sluice_resources`, requests wait for resources: raise the maximum of " +
      "the pool.",
    read: ({ totals }) => totals.leased,
  }),
];
