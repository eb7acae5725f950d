// CSS variables as plain colours. The tokens use color-mix() and relative colours, which ECharts cannot read.

/** The values of `names` (CSS variables) as `rgb()`/`rgba()`, as they apply to `element` now. */
export function colours(element, names) {
  const probe = document.createElement("span");
  probe.hidden = true;
  element.append(probe);
  const pen = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  pen.canvas.width = pen.canvas.height = 1;
  const plain = (name) => {
    probe.style.color = `var(${name})`;
    const value = getComputedStyle(probe).color;
    if (value.startsWith("rgb")) return value;
    const srgb = /^color\(srgb ([\d.e-]+) ([\d.e-]+) ([\d.e-]+)(?: \/ ([\d.e-]+))?\)$/.exec(value);
    if (srgb) {
      const [r, g, b] = srgb.slice(1, 4).map((part) => Math.round(Number(part) * 255));
      return `rgba(${r},${g},${b},${srgb[4] ?? 1})`;
    }
    // oklch() and what else may come: painted on one pixel and read back
    pen.clearRect(0, 0, 1, 1);
    pen.fillStyle = value;
    pen.fillRect(0, 0, 1, 1);
    const [r, g, b, alpha] = pen.getImageData(0, 0, 1, 1).data;
    return `rgba(${r},${g},${b},${alpha / 255})`;
  };
  const found = names.map(plain);
  probe.remove();
  return found;
}

/** Calls `changed` after every change of theme; returns a function that stops it. */
export function watchTheme(changed) {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const contrast = matchMedia("(prefers-contrast: more)");
  // Telegram's own variables arrive in the root's style attribute
  const observer = new MutationObserver(changed);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme", "data-host", "data-button-ink", "style"] });
  dark.addEventListener("change", changed);
  contrast.addEventListener("change", changed);
  return () => {
    observer.disconnect();
    dark.removeEventListener("change", changed);
    contrast.removeEventListener("change", changed);
  };
}
