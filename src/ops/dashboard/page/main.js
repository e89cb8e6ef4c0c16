/**
 * Shows what the server sends.
 *
 * @import { Snapshot } from "../../status/snapshot.ts"
 */
import { announce } from "./announce.js";
import { DependencyTable, UpstreamList } from "./backends.js";
import { CHARTS } from "./chart_list.js";
import { LiveChart } from "./charts.js";
import { startCommands } from "./commands.js";
import { ConnectionTable } from "./connections.js";
import { byId, setText } from "./dom.js";
import { Feed } from "./feed.js";
import { duration } from "./format.js";
import { Health } from "./health.js";
import { History } from "./history.js";
import { LaneTable } from "./lanes.js";
import { RecordTable } from "./records.js";
import { startTheme } from "./theme.js";

/** Seconds without news after which what is shown is stale. */
const STALE = 3;

const samples = new History();
const health = new Health();
const plots = CHARTS.map((chart) => new LiveChart(byId("plots"), chart));
const lanes = new LaneTable();
const upstreams = new UpstreamList();
const dependencies = new DependencyTable();
const records = new RecordTable();
const connections = new ConnectionTable();
const feed = new Feed(showSnapshot, (record) => records.add(record));

startTheme(() => plots.forEach((plot) => plot.redraw()));
startCommands();
setInterval(showAge, 1000);
document.addEventListener("visibilitychange", () => {
  drawAll();
  void connections.refresh();
});

/** @param {Snapshot} snapshot */
function showSnapshot(snapshot) {
  const { status } = snapshot;
  health.show(snapshot);
  showAge();
  if (status === null || status === undefined) return;
  samples.add(status);
  // A service without requests measures none.
  byId("latency").hidden = status.totals?.durations === null;
  lanes.show(status);
  upstreams.show(status);
  dependencies.show(status);
  drawAll();
}

/** Draws the charts, unless nobody sees them. */
function drawAll() {
  if (document.hidden) return;
  for (const plot of plots) plot.show(samples.samples);
  // The library moves what it draws in microtasks, too, which come first.
  queueMicrotask(() => plots.forEach((plot) => plot.cursor.follow()));
}

/** Says how old the figures are, if they are old. */
function showAge() {
  const { age } = feed;
  const stale = byId("stale");
  const isStale = age > STALE;
  if (isStale !== !stale.hidden) {
    announce(isStale ? "No news from the server" : "The server is there again");
  }
  stale.hidden = !isStale;
  document.body.classList.toggle("old", isStale);
  if (isStale) {
    setText(
      stale,
      `No news from the server for ${duration(age)}: what is below is old. Connecting again…`,
    );
  }
  feed.keep();
}
