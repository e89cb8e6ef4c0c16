/**
 * The package "tarn", for those who import it when they need it: in a bundle, a package
 * in CommonJS that is imported as such has only a default export.
 */
export { Pool } from "tarn";
