// The editor: warns before unsaved text is lost, asks before deleting, keeps what was typed when the server refuses.
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  // --- Unsaved changes: a form is dirty from the first key until it is replaced by its saved self. ---
  const isDirty = (form) => form.dataset.dirty === "yes";
  const markDirty = (form) => {
    if (isDirty(form)) return;
    form.dataset.dirty = "yes";
    const state = form.querySelector("[data-save-state]");
    if (!state) return;
    state.textContent = "Not saved yet";
    state.classList.add("unsaved");
  };
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-guard]");
    if (form) markDirty(form);
  });
  let isLeavingOnPurpose = false;
  document.addEventListener("submit", (event) => {
    // htmx cancels the browser's own sending; what is not cancelled leaves the page, and takes its own form along.
    setTimeout(() => {
      const others = all("form[data-guard]").filter((form) => form !== event.target && isDirty(form));
      if (!event.defaultPrevented && !others.length) isLeavingOnPurpose = true;
    });
  });
  addEventListener("beforeunload", (event) => {
    if (!isLeavingOnPurpose && all("form[data-guard]").some(isDirty)) event.preventDefault();
  });

  // --- Times in the reader's own zone, values of sliders, the sum of the weights. ---
  const showTimes = (root) => all("[data-clock]", root).forEach((time) => {
    const moment = new Date(time.dateTime);
    const day = moment.toDateString() === new Date().toDateString() ? {} : { day: "numeric", month: "long" };
    time.textContent = moment.toLocaleString([], { ...day, hour: "2-digit", minute: "2-digit" });
  });
  const showWeights = (form) => {
    const kept = all("[data-row]", form).filter((row) => !row.querySelector("[name$=DELETE]")?.checked);
    const total = kept.reduce((sum, row) => sum + (Number(row.querySelector("[data-weight]").value) || 0), 0);
    const sum = form.querySelector("[data-weight-sum]");
    sum.textContent = total === 100 ? "Together 100 %" : `Together ${total} %: ${total < 100 ? 100 - total + " missing" : total - 100 + " too many"}`;
    sum.classList.toggle("exact", total === 100);
    sum.hidden = false;
  };
  document.addEventListener("input", (event) => {
    if (event.target.type === "range") event.target.parentElement.querySelector("output").value = event.target.value;
    const rubric = event.target.closest("[data-rubric]");
    if (rubric) showWeights(rubric);
  });

  // --- One more criterion: the blank row of the formset, numbered. ---
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-add-row]");
    if (!button) return;
    const form = button.closest("form");
    const total = form.querySelector("[name$=TOTAL_FORMS]");
    const blank = form.querySelector("[data-blank-row]").innerHTML.replaceAll("__prefix__", total.value);
    form.querySelector("[data-rows]").insertAdjacentHTML("beforeend", blank);
    total.value = Number(total.value) + 1;
    all("[data-row]", form).at(-1).querySelector("input[type=text]").focus();
  });

  // The blank row at the end is for browsers that cannot add one.
  const dropBlankRow = (form) => {
    const rows = all("[data-row]", form);
    const isBlank = all("input[type=text], input[type=number], textarea", rows.at(-1)).every((field) => !field.value);
    if (!isBlank || rows.at(-1).querySelector("[aria-invalid=true]")) return;
    rows.at(-1).remove();
    form.querySelector("[name$=TOTAL_FORMS]").value -= 1;
  };

  const prepare = (root) => {
    showTimes(root);
    const forms = root.matches?.("[data-rubric]") ? [root] : all("[data-rubric]", root);
    forms.forEach((form) => {
      form.querySelector("[data-add-row]").hidden = false;
      dropBlankRow(form);
      showWeights(form);
    });
  };
  prepare(document);

  // --- Cards that were moved, added, or sent back with faults. ---
  document.addEventListener("part-moved", ({ detail }) => {
    const card = document.getElementById(detail.id);
    const other = detail.steps < 0 ? card.previousElementSibling : card.nextElementSibling;
    if (!other?.matches(".part")) return;
    const focused = document.activeElement;
    detail.steps < 0 ? other.before(card) : other.after(card);
    if (card.contains(focused)) focused.focus();
  });
  document.addEventListener("part-added", ({ detail }) => {
    const card = document.getElementById(detail.id);
    card.scrollIntoView({ block: "nearest" });
    card.querySelector("summary").focus();
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    showTimes(document);
    const card = document.getElementById(event.detail.elt?.id) ?? event.detail.elt;
    if (card) prepare(card);
    card?.querySelector("[aria-invalid=true]")?.focus();
  });
  // A link from the checklist opens the card that it leads to.
  const openTarget = () => {
    const details = location.hash && document.getElementById(location.hash.slice(1))?.querySelector("details");
    if (details) details.open = true;
  };
  document.querySelector(".tabs [aria-current]").scrollIntoView({ block: "nearest", inline: "center" });
  addEventListener("hashchange", openTarget);
  openTarget();

  // --- Asking first. ---
  document.addEventListener("htmx:confirm", (event) => {
    if (!event.detail.question) return;
    event.preventDefault();
    const dialog = document.getElementById("confirm");
    document.getElementById("confirm-question").textContent = event.detail.question;
    dialog.returnValue = "no";
    dialog.addEventListener("close", () => dialog.returnValue === "yes" && event.detail.issueRequest(true), { once: true });
    dialog.showModal();
  });

  // --- Failures leave the form as it is and say so. ---
  const complain = (sentence) => {
    const notice = document.createElement("div");
    notice.className = "notice bad";
    notice.setAttribute("role", "alert");
    notice.textContent = sentence;
    document.getElementById("editor-notice").replaceChildren(notice);
  };
  document.addEventListener("htmx:beforeRequest", () => document.getElementById("editor-notice").replaceChildren());
  document.addEventListener("htmx:sendError", () => complain("The server cannot be reached. What you typed is still here; try again in a moment."));
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr } = event.detail;
    // A whole page is never a piece of this one: it is the sign-in, or an error that nobody has foreseen.
    if (!/<html/i.test(xhr.responseText) && xhr.getResponseHeader("Content-Type")?.startsWith("text/html")) return;
    event.detail.shouldSwap = false;
    if (xhr.status === 204) return;
    const isSignedOut = xhr.status === 403 || new URL(xhr.responseURL).pathname.startsWith("/account/");
    complain(
      isSignedOut
        ? "You have been signed out. Sign in again in another tab, then save: what you typed is still here."
        : "The server could not save this. What you typed is still here; try again in a moment.",
    );
  });
  // Signing in again changes the token; the cookie has the one that counts.
  document.addEventListener("htmx:configRequest", ({ detail }) => {
    const token = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1];
    if (!token) return;
    detail.headers["X-CSRFToken"] = token;
    if (detail.formData.has("csrfmiddlewaretoken")) detail.formData.set("csrfmiddlewaretoken", token);
  });
})();
