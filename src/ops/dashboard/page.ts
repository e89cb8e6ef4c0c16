/** The dashboard: one page with everything in it, for the admin port. */
import plotLicence from "uplot/LICENSE" with { type: "text" };
import plotScript from "uplot/dist/uPlot.iife.min.js" with { type: "text" };
import plotStyle from "uplot/dist/uPlot.min.css" with { type: "text" };
import { joinModules } from "../../base/join_modules.ts";
import announce from "./page/announce.js" with { type: "text" };
import backends from "./page/backends.js" with { type: "text" };
import chartAxes from "./page/chart_axes.js" with { type: "text" };
import chartCursor from "./page/chart_cursor.js" with { type: "text" };
import chartList from "./page/chart_list.js" with { type: "text" };
import charts from "./page/charts.js" with { type: "text" };
import commands from "./page/commands.js" with { type: "text" };
import connections from "./page/connections.js" with { type: "text" };
import dom from "./page/dom.js" with { type: "text" };
import feed from "./page/feed.js" with { type: "text" };
import format from "./page/format.js" with { type: "text" };
import health from "./page/health.js" with { type: "text" };
import history from "./page/history.js" with { type: "text" };
import laneTrack from "./page/lane_track.js" with { type: "text" };
import lanes from "./page/lanes.js" with { type: "text" };
import main from "./page/main.js" with { type: "text" };
import markup from "./page/page.html" with { type: "text" };
import style from "./page/page.css" with { type: "text" };
import records from "./page/records.js" with { type: "text" };
import table from "./page/table.js" with { type: "text" };
import theme from "./page/theme.js" with { type: "text" };

/** Each after those that it imports. */
const MODULES = [
  ...[dom, format, table, announce, theme, history],
  ...[chartList, chartAxes, chartCursor, charts, laneTrack, lanes],
  ...[commands, backends, records, connections, feed, health, main],
];

/**
 * Returns the page of the dashboard. It has exactly one `<style>` and one `<script>`, neither with
 * attributes, so that a policy can allow both by the hashes of what is between their tags. It asks
 * for nothing but `events`, `connections`, `status` and the commands, beside its own address.
 */
export function dashboardPage(): Promise<string> {
  return Promise.resolve(PAGE);
}

// uPlot's licence must accompany its code.
const PAGE = markup
  .replace("<style></style>", () => `<style>\n${plotStyle}\n${style}</style>`)
  .replace(
    "<script></script>",
    () => `<script>\n/*\n${plotLicence}*/\n${plotScript}\n${joinModules(MODULES)}</script>`,
  );
