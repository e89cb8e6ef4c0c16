import { type Browser, chromium } from "playwright-core";
import { locate } from "../src/bench/peers/program.ts";

/** The names under which systems install Chromium. */
const PROGRAMS = ["chromium", "chromium-browser", "google-chrome"];

/**
 * Starts Chromium, which ends on dispose.
 *
 * @throws {Error} If it is not installed.
 */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = PROGRAMS.map((name) => locate(name)).find((path) => path !== null);
  if (executablePath === undefined) {
    throw new Error(`Cannot take pictures: found none of ${PROGRAMS.join(", ")} on PATH`);
  }
  return await chromium.launch({ executablePath, args: ["--no-sandbox"] });
}
