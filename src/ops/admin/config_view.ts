/** The settings in effect and where they come from, as `GET /config` shows them. */

/** One setting. */
export interface SettingView {
  /** As a configuration file would have it; null if it is not set. A secret is masked. */
  readonly value: string | number | boolean | readonly string[] | null;
  /** The flag, the environment variable or the file that sets it, or `default`. */
  readonly source: string;
}

/** Settings by their names in a configuration file. */
export type SettingViews = Readonly<Record<string, SettingView>>;

/** All settings of a server. */
export interface ConfigView {
  readonly settings: SettingViews;
  /** The groups that tables of the configuration file set, by name. */
  readonly upstreams: Readonly<Record<string, SettingViews>>;
  /** The routes, each with what it sets. */
  readonly routes: readonly Readonly<Record<string, SettingView["value"]>>[];
}
