import { testAlone } from "./run.ts";

testAlone("async");
