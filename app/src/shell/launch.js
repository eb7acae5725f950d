// Runs in the head of every document: a page that Telegram has opened is told so before it is painted. What stands in
// the fragment stays in this browser: nothing here sends or logs it.
(() => {
  const KEPT = "__telegram__initParams";
  const root = document.documentElement;
  let params = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
  try {
    // the copy of Telegram's own script: it outlives the fragment, which the router drops
    params = { ...JSON.parse(sessionStorage.getItem(KEPT)), ...params };
    if (params.tgWebAppData) sessionStorage.setItem(KEPT, JSON.stringify(params));
  } catch {}
  if (!params.tgWebAppData) return;

  // the language of the person's Telegram, or the one they have chosen here
  try {
    const user = JSON.parse(new URLSearchParams(params.tgWebAppData).get("user") ?? "{}");
    let wanted = user.language_code?.split("-")[0];
    try { wanted = localStorage.getItem("language") ?? wanted; } catch {}
    const address = new URL(location.href);
    if (["en", "ru", "uz"].includes(wanted) && wanted !== root.lang && !address.searchParams.has("language")) {
      address.searchParams.set("language", wanted);
      location.replace(address);
      return;
    }
  } catch {}

  root.dataset.host = "telegram";
  try {
    const theme = JSON.parse(params.tgWebAppThemeParams);
    const isLight = (colour) => {
      const [r, g, b] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
      return 0.299 * r + 0.587 * g + 0.114 * b > 120;
    };
    for (const [name, colour] of Object.entries(theme)) {
      root.style.setProperty(`--tg-theme-${name.replaceAll("_", "-")}`, colour);
    }
    root.dataset.theme = isLight(theme.bg_color) ? "light" : "dark";
    if (theme.button_text_color && !isLight(theme.button_text_color)) root.dataset.buttonInk = "dark";
  } catch {}

  const script = document.createElement("script");
  script.id = "telegram-web-app";
  script.src = document.currentScript.dataset.script;
  document.head.append(script);
})();
