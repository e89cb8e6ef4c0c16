/** The keys of `[[routes]]` in a configuration file. */
import * as kinds from "./kinds.ts";
import { fieldNames, fields } from "./kinds/fields.ts";
import { rewritePath, routeHosts, routePath } from "./kinds/routes.ts";
import { option, type ValuesOf } from "./option.ts";

/** What a route is for, where it leads, and what it does to requests and responses. */
export const ROUTE_OPTIONS = {
  bind: option(kinds.addresses(), {
    default: [],
    unset: "all listeners that no other route names",
    group: "Balancer",
    help: "Address to listen on for clients of this route, or a list of addresses",
  }),
  upstream: option(kinds.name(), {
    default: null,
    unset: "none",
    group: "Balancer",
    help: "Name of the group that its clients go to",
  }),
  host: option(routeHosts(), {
    default: [],
    unset: "any",
    group: "Balancer",
    help: "Host of the requests, or *. and the end of one, or a list of them",
  }),
  path: option(routePath(), {
    default: null,
    unset: "any",
    group: "Balancer",
    help: "Path of the requests: /app is that and all below it, /users/:id or /*.png a pattern",
  }),
  rewrite: option(rewritePath(), {
    default: null,
    unset: "the path as it is",
    group: "Balancer",
    help: "What backends see in place of the path of the route",
  }),
  setRequestHeaders: option(fields("request"), {
    default: [],
    unset: "none",
    group: "Balancer",
    help: "Fields that requests are sent on with, such as X-Tier: gold, in place of their own",
  }),
  removeRequestHeaders: option(fieldNames("request"), {
    default: [],
    unset: "none",
    group: "Balancer",
    help: "Names of fields that requests are sent on without",
  }),
  setResponseHeaders: option(fields("response"), {
    default: [],
    unset: "none",
    group: "Balancer",
    help: "Fields that responses are sent on with, in place of their own",
  }),
  removeResponseHeaders: option(fieldNames("response"), {
    default: [],
    unset: "none",
    group: "Balancer",
    help: "Names of fields that responses are sent on without",
  }),
  upstreamTimeout: option(kinds.duration(), {
    default: null,
    unset: "that of the group",
    group: "Balancer",
    help: "How long a backend may take to send the head of its response; 0 means no limit",
  }),
  upstreamIdleTimeout: option(kinds.duration(), {
    default: null,
    unset: "that of the group",
    group: "Balancer",
    help: "How long a backend may send nothing within a response; 0 means no limit",
  }),
  upstreamTotalTimeout: option(kinds.duration(), {
    default: null,
    unset: "that of the group",
    group: "Balancer",
    help: "How long backends may take for a request and all of its response; 0 means no limit",
  }),
  maxBodySize: option(kinds.size(0), {
    default: null,
    unset: "that of the server",
    group: "Balancer",
    help: "Maximum size of a request body; a client that exceeds it gets 413; 0 means no limit",
  }),
  maxRequests: option(kinds.integer(0, 1_000_000), {
    default: 0,
    group: "Balancer",
    help: "Maximum number of requests at a time from each worker; others get 503; 0 means no limit",
  }),
  retries: option(kinds.integer(0, 100), {
    default: null,
    unset: "that of the group",
    group: "Balancer",
    help: "Number of other backends that a request is sent to if one fails",
  }),
  mirror: option(kinds.name(), {
    default: null,
    unset: "none",
    group: "Balancer",
    help: "Name of a group that gets copies of requests; its responses are thrown away",
  }),
  mirrorShare: option(kinds.percent(), {
    default: 100,
    group: "Balancer",
    help: "Share of the requests that the group of mirror gets",
  }),
};

/** The key of what a route can have. */
export type RouteKey = keyof typeof ROUTE_OPTIONS;

/** All keys of a route, in the order of the table. */
export const ROUTE_KEYS = Object.keys(ROUTE_OPTIONS) as RouteKey[];

/** The final values of a route. */
export type RouteValues = ValuesOf<typeof ROUTE_OPTIONS>;
