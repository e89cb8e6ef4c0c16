/** Light or dark: as the system says, or as was chosen. */
import { byId } from "./dom.js";

const KEY = "sluice-theme";

/** @param {() => void} onChange Called when the colours are others. */
export function startTheme(onChange) {
  const select = /** @type {HTMLSelectElement} */ (byId("theme"));
  const apply = () => {
    document.documentElement.dataset.theme = select.value;
    onChange();
  };
  select.value = remembered();
  apply();
  select.addEventListener("change", () => {
    try {
      localStorage.setItem(KEY, select.value);
    } catch { // Some browsers forbid it: the choice then holds until the page is closed.
    }
    apply();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", onChange);
}

function remembered() {
  try {
    const theme = localStorage.getItem(KEY);
    return theme === "light" || theme === "dark" ? theme : "system";
  } catch {
    return "system";
  }
}
