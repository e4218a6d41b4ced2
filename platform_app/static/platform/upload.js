// A courtesy to the upload form, which works without: shows what was chosen, says at once what is too large, and that it
// is being sent. The server decides.
(() => {
  const MEGABYTE = 2 ** 20;
  const form = document.querySelector("[data-upload]");
  if (!form) return;

  const size = (bytes) => (bytes < MEGABYTE ? `${Math.ceil(bytes / 1024)} KB` : `${(bytes / MEGABYTE).toFixed(1)} MB`);

  const fault = (files, limits) => {
    const large = files.find((file) => file.size > limits.megabytes * MEGABYTE);
    const total = files.reduce((sum, file) => sum + file.size, 0);
    if (files.length > Number(limits.most)) return `These are ${files.length} files; ${limits.most} are allowed.`;
    if (large) return `“${large.name}” has ${size(large.size)}; the limit is ${limits.megabytes} MB.`;
    if (total > limits.totalMegabytes * MEGABYTE) return `These files have ${size(total)} together; the limit is ${limits.totalMegabytes} MB.`;
    const empty = files.find((file) => file.size === 0);
    return empty ? `“${empty.name}” is empty.` : "";
  };

  const line = (file) => {
    const item = document.createElement("li");
    const meta = document.createElement("span");
    meta.className = "meta";
    meta.textContent = size(file.size);
    item.append(file.name, meta);
    return item;
  };

  for (const zone of form.querySelectorAll("[data-drop]")) {
    const input = zone.querySelector("input[type=file]");
    const chosen = zone.querySelector("[data-chosen]");
    const problem = zone.parentElement.querySelector("[data-problem]");
    const show = () => {
      const files = [...input.files];
      const message = fault(files, zone.dataset);
      chosen.replaceChildren(...files.map(line));
      chosen.hidden = files.length === 0;
      problem.textContent = message;
      problem.hidden = message === "";
      zone.classList.toggle("filled", files.length > 0 && message === "");
      zone.classList.toggle("wrong", message !== "");
      input.setCustomValidity(message);
    };
    zone.classList.add("enhanced");
    input.addEventListener("change", show);
    for (const [event, over] of [["dragenter", true], ["dragover", true], ["dragleave", false], ["drop", false]]) {
      zone.addEventListener(event, () => zone.classList.toggle("over", over));
    }
    if (input.files.length) show(); // kept by the browser over a reload
  }

  const button = form.querySelector("[data-busy]");
  const label = button.textContent;
  const setBusy = (busy) => {
    button.disabled = busy;
    button.setAttribute("aria-busy", String(busy));
    button.textContent = busy ? button.dataset.busy : label;
  };
  form.addEventListener("submit", () => setBusy(true));
  // Coming back with the browser's back button shows the page as it was left.
  addEventListener("pageshow", (event) => event.persisted && setBusy(false));
})();
