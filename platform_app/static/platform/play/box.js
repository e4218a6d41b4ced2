// The message box: drafts, the counter, keys, names to click on, dialogs.
import { all, one, root } from "./dom.js";

const LONG = 0.85; // from this share of the limit on, the counter shows

const box = one("#text");
const form = one("[data-main]");
const counter = one("[data-counter]");
const limit = Number(root.dataset.limit);
const draftKey = `draft-${root.dataset.simulation}`;

let lastSaid = all(".bubble.student:not(.aside) .text", root).at(-1)?.textContent || "";
let wantsFocus = false; // the box had the focus before it was disabled

// `say(text, persona)` is called with what is sent, from the box or from a button that says a word, or a question to somebody.
export function whenSaid(say) {
  all("[data-say]").forEach((source) =>
    source.addEventListener("submit", (event) => {
      event.preventDefault();
      const said = event.submitter?.name === "text" ? event.submitter : source.elements.text;
      const text = said.value.trim();
      if (!text || box.disabled) return;
      if (source === form) {
        lastSaid = text;
        setText("");
        forgetDraft();
      }
      if ("opening" in source.dataset) wantsFocus = true; // its button goes; one writes on
      say(text, source.elements.persona?.value);
    }),
  );
}

// Gives back what could not be sent, unless something new is written already.
export function giveBack(text) {
  if (text && !box.value.trim()) setText(text);
}

export function forgetDraft() {
  sessionStorage.removeItem(draftKey);
}

export function setBusy(isBusy) {
  const hadFocus = document.activeElement === box;
  box.disabled = isBusy;
  all("[data-say] button, [data-retry] button").forEach((button) => (button.disabled = isBusy));
  if (isBusy) {
    wantsFocus ||= hadFocus;
  } else {
    if (wantsFocus) box.focus({ preventScroll: true });
    wantsFocus = false;
  }
}

function setText(text) {
  box.value = text;
  box.dispatchEvent(new Event("input"));
}

function mention(name) {
  const start = box.selectionStart;
  const before = box.value.slice(0, start);
  const gap = before && !/\s$/.test(before) ? " " : "";
  box.setRangeText(`${gap}@${name} `, start, box.selectionEnd, "end");
  box.dispatchEvent(new Event("input"));
  box.focus();
}

box.addEventListener("input", () => {
  const length = [...box.value.trim()].length;
  const figures = [length, limit].map((number) => number.toLocaleString("en")).join(" of ");
  sessionStorage.setItem(draftKey, box.value);
  counter.textContent = length > limit * LONG ? `${figures} characters` : "";
  counter.classList.toggle("over", length > limit);
  box.style.height = "auto";
  box.style.height = `${Math.min(box.scrollHeight + 2, 240)}px`;
});

box.addEventListener("keydown", (event) => {
  if (event.isComposing) return; // Enter chooses a sign in an input method
  if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    form.requestSubmit();
  } else if (event.key === "ArrowUp" && !box.value && lastSaid) {
    event.preventDefault();
    setText(lastSaid);
  } else if (event.key === "Escape") {
    box.blur();
  }
});

document.addEventListener("keydown", (event) => {
  const isBusyElsewhere = event.target.closest("input, textarea, select, dialog") || one("dialog[open]");
  if (event.key === "/" && !isBusyElsewhere && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    box.focus();
  }
});

all("[data-mention]").forEach((button) => button.addEventListener("click", () => mention(button.dataset.mention)));
one("[data-to-latest]").addEventListener("click", () => box.focus({ preventScroll: true }));

all("[data-dialog]").forEach((opener) =>
  opener.addEventListener("click", (event) => {
    event.preventDefault();
    one(`#${opener.dataset.dialog}`).showModal();
  }),
);

all("dialog").forEach((dialog) =>
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close(); // a click beside it
  }),
);

all("[data-live-only]").forEach((element) => (element.hidden = false));
setText(box.value || sessionStorage.getItem(draftKey) || "");
