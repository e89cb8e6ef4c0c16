/** The settings in effect, for `GET /config` of the admin port. */
import type { ConfigView, SettingView, SettingViews } from "../ops/admin/config_view.ts";
import type { LoadedGroup } from "../settings/balancer_groups.ts";
import type { Level, Threshold } from "../log/level.ts";
import type { Source } from "../settings/found.ts";
import type { Loaded } from "../settings/load.ts";
import type { Option } from "../settings/option.ts";
import {
  kebab,
  OPTION_KEYS,
  type OptionKey,
  optionOf,
  type Settings,
} from "../settings/options.ts";
import { PROXY_KEYS } from "../settings/proxy_options.ts";
import { ROUTE_KEYS, ROUTE_OPTIONS } from "../settings/route_options.ts";
import { isUnset, shownValue } from "../settings/written_value.ts";
import { routeValues } from "./print_config.ts";

/** What stands for the user and password of a URL. */
const MASK = "(secret)";
/** The user and the password of a URL, which may hold an `@`. */
const CREDENTIALS = /(\b[a-z][a-z0-9+.-]*:\/\/)[^/?#\s]*@/gi;

/** Knows the settings in effect, and where they come from. */
export class EffectiveConfig {
  /** As they were loaded last; a reload may refuse them. */
  #loaded: Loaded;
  #followed: { readonly settings: Settings } | null = null;
  /** What the view shows. */
  #settings: Settings;
  #sources: Readonly<Record<OptionKey, Source>>;
  #groups: readonly LoadedGroup[];
  /** As the settings have it, and as it is shown: a command may have changed the level of the log. */
  #configured: ConfigView | null = null;
  #view: ConfigView | null = null;
  readonly #threshold: Pick<Threshold, "level">;

  /** @param threshold Of the log, whose level a command can change. */
  constructor(loaded: Loaded, threshold: Pick<Threshold, "level">) {
    this.#threshold = threshold;
    this.#loaded = loaded;
    this.#settings = loaded.settings;
    this.#sources = loaded.sources;
    this.#groups = loaded.groups;
  }

  /** Notes settings that a reload is about to use. */
  note(loaded: Loaded): void {
    this.#loaded = loaded;
  }

  /** From here on, the settings in effect are those of the last reload that has succeeded. */
  follow(reloader: { readonly settings: Settings }): void {
    this.#followed = reloader;
  }

  /** The settings in effect: what only a restart can change is as it was at the start. */
  get settings(): Settings {
    return this.#followed?.settings ?? this.#settings;
  }

  /**
   * Describes the settings in effect: made when it is asked for, which only the admin port does.
   *
   * @returns The same object until they change.
   */
  view(): ConfigView {
    this.#follow();
    const configured = this.#configured ??= viewOf(this.#settings, this.#sources, this.#groups);
    const view = this.#view ?? configured;
    const { level } = this.#threshold;
    if (levelIn(view) === level) return this.#view = view;
    return this.#view = levelIn(configured) === level ? configured : withLevel(configured, level);
  }

  /** Describes the settings of a reload that has succeeded. */
  #follow(): void {
    const { settings } = this;
    if (settings === this.#settings) return;
    const { sources, groups, settings: loaded } = this.#loaded;
    const before = this.#sources;
    const isKept = (key: OptionKey) =>
      JSON.stringify(settings[key]) !== JSON.stringify(loaded[key]);
    this.#sources = Object.fromEntries(
      OPTION_KEYS.map((key) => [key, isKept(key) ? before[key] : sources[key]]),
    ) as Record<OptionKey, Source>;
    this.#settings = settings;
    this.#groups = groups;
    this.#configured = null;
    this.#view = null;
  }
}

function levelIn({ settings }: ConfigView): SettingView["value"] {
  return settings["log-level"]?.value ?? null;
}

function withLevel(view: ConfigView, level: Level): ConfigView {
  const byCommand = { value: level, source: "POST /log-level" };
  return { ...view, settings: { ...view.settings, "log-level": byCommand } };
}

function viewOf(
  settings: Settings,
  sources: Readonly<Record<OptionKey, Source>>,
  groups: readonly LoadedGroup[],
): ConfigView {
  const views = OPTION_KEYS.map((key): [string, SettingView] => [kebab(key), {
    value: shown(optionOf(key), settings[key]),
    source: sourceText(sources[key]),
  }]);
  return {
    settings: Object.fromEntries(views),
    upstreams: Object.fromEntries(groups.map((group) => [group.name, groupViews(group)])),
    routes: settings.routes.map((route) => {
      const values = routeValues(route);
      return Object.fromEntries(ROUTE_KEYS.flatMap((key) => {
        const option = ROUTE_OPTIONS[key] as Option<unknown>;
        const isSet = !isUnset(values[key]) && values[key] !== option.default;
        return isSet ? [[kebab(key), shown(option, values[key])]] : [];
      }));
    }),
  };
}

function groupViews({ values, sources }: LoadedGroup): SettingViews {
  return Object.fromEntries(PROXY_KEYS.map((key) => {
    const source = sources.get(key);
    return [kebab(key), {
      value: shown(optionOf(key), values[key]),
      source: source === undefined ? "from the top" : sourceText(source),
    }];
  }));
}

/** A value without its secrets. */
function shown(option: Option<unknown>, value: unknown): SettingView["value"] {
  if (isUnset(value)) return null;
  const written = shownValue(option, value as NonNullable<unknown>);
  if (typeof written === "string") return masked(written);
  return typeof written === "object" ? written.map(masked) : written;
}

/** A text without the passwords of URLs in it, such as those of an option that is no secret as a whole. */
function masked(text: string): string {
  return text.replace(CREDENTIALS, `$1${MASK}@`);
}

function sourceText({ from, detail }: Source): string {
  return detail === "" ? from : `${from} ${detail}`;
}
