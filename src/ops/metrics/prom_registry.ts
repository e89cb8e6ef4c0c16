/**
 * The registry of prom-client, for those who import it when they need it: in a bundle, a package
 * in CommonJS that is imported directly has only a default export.
 */
export { default as Registry } from "prom-client/registry";
