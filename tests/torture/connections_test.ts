import { PLACE_OF, testShared } from "./run.ts";

for (const mode of Object.keys(PLACE_OF)) {
  for (const shape of ["serve", "protocol", "handle"] as const) testShared(mode, shape);
}
