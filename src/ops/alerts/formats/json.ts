import type { Format } from "./format.ts";

/** The notice as it is. */
export const json: Format = {
  name: "json",
  matches: () => true,
  urlOf: (url) => url,
  body: (notice) => JSON.stringify(notice),
};
