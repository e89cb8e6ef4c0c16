import type { Axis, Tick } from "./chart.ts";

/** An axis from zero to at least `max`, with up to six ticks at round numbers. */
export function linearAxis(title: string, max: number): Axis {
  const step = roundStep(max / 5);
  const count = Math.max(1, Math.ceil(max / step - 0.2));
  const decimals = Math.max(0, -Math.floor(Math.log10(step)));
  const format = new Intl.NumberFormat("en", { maximumFractionDigits: decimals });
  const ticks = Array.from({ length: count + 1 }, (_, i) => i * step)
    .map((at) => ({ at, label: format.format(at) }));
  return { title, min: 0, max: Math.max(max, count * step), ticks };
}

/** An axis of logarithms to base 10, with the fewer ticks per decade the more decades it has. */
export function logarithmicAxis(title: string, least: number, most: number): Axis {
  const [min, max] = [Math.log10(least) - 0.08, Math.log10(most) + 0.08];
  const digits = max - min > 3 ? [1] : max - min > 1.8 ? [1, 3] : [1, 2, 5];
  const format = new Intl.NumberFormat("en", { maximumSignificantDigits: 1 });
  const ticks: Tick[] = [];
  for (let exponent = Math.floor(min); exponent <= max; exponent++) {
    for (const digit of digits) {
      const at = exponent + Math.log10(digit);
      if (at >= min && at <= max) ticks.push({ at, label: format.format(10 ** at) });
    }
  }
  return { title, min, max, ticks };
}

/** The smallest of 1, 2 and 5 times a power of ten that is at least `least`. */
function roundStep(least: number): number {
  if (!(least > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(least));
  const factor = [1, 2, 5, 10].find((one) => one * power >= least * 0.999) ?? 10;
  return factor * power;
}
