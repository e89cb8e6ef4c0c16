/** What an admin port tells those who follow its server. */
import * as v from "valibot";
import { statusSchema } from "./status_schema.ts";

// Each message completes a sentence: "expected ...".
const text = v.string("a string");
const number = v.pipe(v.number("a number"), v.finite("a number"));

/** An event `snapshot`. */
export const snapshotSchema = v.object({
  status: v.nullable(statusSchema),
  readiness: v.object({
    ready: v.boolean("true or false"),
    reasons: v.array(
      v.object({
        code: v.picklist([
          "starting",
          "draining",
          "no_lane",
          "upstream_down",
          "dependency_down",
        ], "a code"),
        message: text,
      }, "an object"),
      "a list",
    ),
  }, "an object"),
  blocked: v.array(
    v.object({
      lane: number,
      for_s: number,
      connection: v.nullable(text),
      peer: v.nullable(text),
    }, "an object"),
    "a list",
  ),
}, "an object");

/** An event `record`. */
export const recordSchema = v.object({
  number,
  time: text,
  level: v.picklist(["warning", "error"], "warning or error"),
  message: text,
  attributes: v.record(text, v.unknown(), "an object"),
}, "an object");
