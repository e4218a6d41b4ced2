// Goes on with a long operation by itself. Without this, its button does the same; either way "Stop here" is in time.

const form = document.querySelector("form[data-goes-on]");
const PAUSE_MS = 800;

if (form) {
  const timer = setTimeout(() => form.requestSubmit(), PAUSE_MS);
  document.addEventListener("submit", () => clearTimeout(timer));
}
