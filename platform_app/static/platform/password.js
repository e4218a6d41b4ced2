// A button behind every password field that shows what was typed: passwords are typed once, so people must be able to look.
(() => {
  for (const input of document.querySelectorAll('input[type="password"]')) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "quiet small reveal";
    button.setAttribute("aria-controls", input.id);
    const name = input.labels[0].textContent.trim().toLowerCase();
    const label = (shown) => { button.textContent = `${shown ? "Hide" : "Show"} ${name}`; };
    label(false);
    button.addEventListener("click", () => {
      const shown = input.type === "password";
      input.type = shown ? "text" : "password";
      label(shown);
    });
    // A password that stays visible would be kept by the browser among the texts of the form.
    input.form.addEventListener("submit", () => { input.type = "password"; });
    input.after(button);
  }
})();
