// Brings the page's figures up to date every half a minute, while somebody looks: what changes is marked data-live.
"use strict";
(() => {
  const EVERY_MS = 30_000;
  const MOST = 60; // half an hour without a hand on the page: a forgotten tab asks for nothing, and its sign-in may expire
  let left = MOST;

  const isReading = () => document.querySelector("[data-live] details[open]") || !getSelection().isCollapsed;

  async function refresh() {
    if (document.hidden || left <= 0 || isReading()) return;
    left -= 1;
    const response = await fetch(location.href, { headers: { Accept: "text/html" }, redirect: "error" });
    if (!response.ok) throw new Error(String(response.status));
    const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
    for (const part of document.querySelectorAll("[data-live], [data-refreshed]")) {
      const selector = part.dataset.live ? `[data-live="${part.dataset.live}"]` : "[data-refreshed]";
      const newer = fresh.querySelector(selector);
      if (newer) part.replaceChildren(...newer.childNodes);
    }
    delete document.querySelector("[data-refreshed]")?.dataset.failed;
    document.dispatchEvent(new Event("cache:refreshed"));
  }

  function complain() {
    const place = document.querySelector("[data-refreshed]");
    if (place && !place.dataset.failed) {
      place.dataset.failed = "yes";
      place.append(", and not to be refreshed");
    }
  }

  for (const sign of ["pointerdown", "keydown", "focus"]) addEventListener(sign, () => { left = MOST; });
  setInterval(() => refresh().catch(complain), EVERY_MS);
})();
