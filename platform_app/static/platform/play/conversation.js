// The conversation on the page: bubbles, the dots of waiting, what screen readers hear, and scrolling.
// Whatever people or models wrote goes in as text.
import { all, one, root, stencil } from "./dom.js";

const live = one("[data-live]");
const latest = one("#latest");
const announcer = one("#announcer");
const composer = one("[data-composer]");
const toLatest = one("[data-to-latest]");
const cast = new Map(all("[data-persona]").map((button) => [Number(button.dataset.persona), button.dataset.mention]));

let speaking = new Map(); // persona name -> bubble that still grows
let waiting = null; // the three dots
let unconfirmed = null; // what was sent and has not come back as a stored message

// --- Scrolling: follow the conversation, but never pull away somebody who reads back -----------------------------

let follows = true;
new IntersectionObserver(([entry]) => {
  follows = entry.isIntersecting;
  if (follows) toLatest.hidden = true;
}).observe(latest);

toLatest.addEventListener("click", scrollToLatest);

export function scrollToLatest() {
  latest.style.scrollMarginBottom = `${composer.offsetHeight + 12}px`; // the message box covers the end of the window
  latest.scrollIntoView({ block: "end" });
}

// Runs a change of the page and keeps its end in view if it was in view.
export function changing(change) {
  const followed = follows;
  change();
  if (followed) scrollToLatest();
  else toLatest.hidden = false;
}

// --- Bubbles -----------------------------------------------------------------------------------------------------

export const lastPosition = () =>
  Math.max(0, ...all("[data-position]", root).map((element) => Number(element.dataset.position)));

// A piece of an answer that is still being spoken.
export function grow({ persona, text }) {
  changing(() => {
    if (!speaking.has(persona)) {
      const article = bubble("persona", persona, "");
      article.setAttribute("aria-hidden", "true"); // read out when it is whole
      one(".text", article).classList.add("typing");
      speaking.set(persona, article);
      showWaiting(false);
      live.append(article);
    }
    one(".text", speaking.get(persona)).append(text);
  });
}

// Whoever was giving the answer is gone, and another one gives another answer: what stands there is void.
export function beginAnew({ persona }) {
  const article = speaking.get(persona);
  if (!article) return;
  changing(() => {
    one(".text", article).textContent = "";
    article.classList.add("begun-anew");
  });
}

// A stored message. It takes the place of what stood for it; one that is there already is passed over.
export function showMessage(message) {
  if (message.author === "persona") {
    speaking.get(message.persona_name)?.remove();
    speaking.delete(message.persona_name);
    showWaiting(false);
  }
  if (one(`[data-position="${message.position}"]`, root)) return;
  changing(() => {
    if (message.author === "student") takeBack();
    const article = bubble(message.author, message.persona_name, message.text, message.persona);
    article.dataset.position = message.position;
    article.classList.toggle("aside", message.is_command);
    live.append(article);
    if (waiting) live.append(waiting); // below what came meanwhile
  });
  if (message.author !== "student") announce(`${message.persona_name || "Narrator"}: ${message.text}`);
}

export function showWaiting(isWaiting) {
  waiting?.remove();
  waiting = isWaiting ? stencil("waiting") : null;
  if (waiting) live.append(waiting);
}

export function showUnconfirmed(text) {
  unconfirmed = { text, article: bubble("student", "", text) };
  unconfirmed.article.classList.add("unconfirmed");
  live.append(unconfirmed.article);
}

// What was sent and not stored, "" if nothing is; its bubble goes.
export function takeBack() {
  unconfirmed?.article.remove();
  const text = unconfirmed?.text || "";
  unconfirmed = null;
  return text;
}

// Answers that will never be whole.
export function dropPartial() {
  speaking.forEach((article) => article.remove());
  speaking = new Map();
}

// The card at the end of a scene or of all.
export function showEnd(kind, text) {
  changing(() => {
    const card = stencil(kind);
    const line = one("[data-text]", card);
    if (line) line.textContent = text;
    composer.hidden = true;
    latest.before(card);
    card.focus({ preventScroll: true });
  });
}

function bubble(author, name, text, personaId = null) {
  const article = stencil("message");
  const [avatar, speaker, to] = one("header", article).children;
  article.classList.add(author);
  speaker.textContent = { student: "You", narrator: "Narrator" }[author] || name;
  if (author === "persona") {
    const id = personaId ?? [...cast.keys()].find((key) => cast.get(key) === name) ?? 0;
    avatar.textContent = initialsOf(name);
    avatar.classList.add(`tone-${id % 6}`);
  } else {
    avatar.remove();
  }
  if (author === "student" && cast.size > 1 && cast.has(personaId)) to.textContent = `to ${cast.get(personaId)}`;
  else to.remove();
  if (author === "narrator") one("header", article).classList.add("visually-hidden");
  one(".text", article).textContent = text;
  return article;
}

const initialsOf = (name) =>
  name
    .split(/\s+/)
    .slice(0, 2)
    .map((word) => [...word][0] || "")
    .join("")
    .toUpperCase();

// Screen readers read out whole messages, one after the other, and not every token.
function announce(text) {
  const line = document.createElement("p");
  line.textContent = text;
  announcer.append(line);
  if (announcer.children.length > 8) announcer.firstElementChild.remove();
}
