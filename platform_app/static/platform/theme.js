// Light, dark, or as the system has it. Loaded before the body, so that the page never flashes.
// The choice is the admin's too, which writes "auto" for the system's.
(() => {
  const key = "theme";
  const root = document.documentElement;
  const apply = (theme) => (theme === "light" || theme === "dark" ? root.setAttribute("data-theme", theme) : root.removeAttribute("data-theme"));
  const isDark = () => (root.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  apply(localStorage.getItem(key));
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme-toggle]");
    if (!button) return;
    const next = isDark() ? "light" : "dark";
    localStorage.setItem(key, next);
    apply(next);
    button.setAttribute("aria-pressed", String(next === "dark"));
  });
})();
