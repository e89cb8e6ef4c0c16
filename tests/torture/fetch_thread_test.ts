import { PLACE_OF, testShared } from "./run.ts";

for (const [mode, place] of Object.entries(PLACE_OF)) {
  if (place === "thread") testShared(mode, "fetch");
}
