// The play page, live: says things through the API, follows the answer as events, and keeps the page true.
// If a connection breaks, nothing is lost: `catchUp` reads from the API what is missing.
import { forgetDraft, giveBack, setBusy, whenSaid } from "./play/box.js";
import {
  beginAnew,
  changing,
  dropPartial,
  grow,
  lastPosition,
  scrollToLatest,
  showEnd,
  showMessage,
  showUnconfirmed,
  showWaiting,
  takeBack,
} from "./play/conversation.js";
import { one, root } from "./play/dom.js";
import { setOpen, showOpenings } from "./play/openings.js";
import { showGoal, showReached, showTurns } from "./play/panel.js";

const api = root.dataset.api;
const scene = Number(root.dataset.scene);
const csrfToken = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
const notice = one("#notice");
const retry = one("[data-retry]");

let source = null; // the EventSource of the running turn
let problem = null; // what went wrong in it
let isBusy = false;
let isOver = false;

// --- A turn ------------------------------------------------------------------------------------------------------

async function say(body, shown) {
  if (isBusy || isOver) return;
  tell("");
  if (shown) showUnconfirmed(shown);
  beginTurn();
  scrollToLatest();
  try {
    await call("messages/", {
      method: "POST",
      body: JSON.stringify(body),
      headers: { "Content-Type": "application/json", Prefer: "respond-async" },
    });
  } catch (error) {
    // A TypeError is the network: nobody knows whether the message arrived.
    if (error instanceof TypeError) return recover("The connection is gone. What you wrote is kept.");
    problem = error.message;
    return endTurn();
  }
  follow();
}

function beginTurn() {
  problem = null;
  isBusy = true;
  one("#chat").setAttribute("aria-busy", "true");
  setBusy(true);
  showOpenings(false);
  showWaiting(true);
}

function follow() {
  let isStateKnown = false;
  source?.close();
  source = new EventSource(`${api}events/`);
  const on = (name, handle) => source.addEventListener(name, (event) => handle(JSON.parse(event.data)));
  on("token", grow);
  on("reset", beginAnew);
  on("message", showMessage);
  on("problem", (body) => (problem = body.detail));
  on("state", (state) => {
    isStateKnown = true;
    showState(state);
  });
  on("end", () => {
    source.close();
    if (isStateKnown) endTurn();
    else recover(); // the process died; somebody else has ended the turn
  });
  source.onerror = () => {
    // While it is CONNECTING the browser comes back by itself, with the id of the last event.
    if (source.readyState === EventSource.CLOSED) recover();
  };
}

function endTurn() {
  isBusy = false;
  one("#chat").setAttribute("aria-busy", "false");
  dropPartial();
  giveBack(takeBack());
  showWaiting(false);
  setBusy(false);
  changing(() => showOpenings(!isOver));
  if (!problem && !isOver && !retry.hidden) problem = "You have not had an answer yet.";
  if (problem) changing(() => tell(problem));
}

// --- State -------------------------------------------------------------------------------------------------------

function showState(state) {
  const here = state.goals.find((goal) => goal.scene === scene);
  retry.hidden = !state.awaiting_answer;
  setOpen(state.opening_questions);
  showTurns(here ? here.turns_used : state.turn);
  if (here?.outcome === "reached") showReached();
  if (state.status === "completed") return finish("the-end");
  if (here && state.scene && state.scene.id !== scene) {
    return finish("next-scene", `Scene ${state.scene.number} of ${state.scene.count}: ${state.scene.title}`);
  }
  if (state.has_begun) {
    one("[data-begin]")?.remove();
    one("[data-not-begun]").hidden = true;
  }
  if (state.goal) showGoal(state.goal);
}

// The scene is over: this page's panel is about the past, so the way on is a fresh page.
function finish(kind, text = "") {
  if (isOver) return;
  isOver = true;
  showEnd(kind, text);
  forgetDraft();
}

function tell(detail) {
  notice.hidden = !detail;
  notice.className = "notice bad";
  one("[data-notice-text]").textContent = detail;
}

// --- The server --------------------------------------------------------------------------------------------------

async function call(path, options = {}) {
  const headers = { Accept: "application/json", "X-CSRFToken": csrfToken, ...options.headers };
  const response = await fetch(api + path, { ...options, headers });
  const body = await response.json().catch(() => ({}));
  if (response.status === 401) {
    location.assign(root.dataset.signIn);
    return new Promise(() => {}); // the page goes away
  }
  if (!response.ok) throw new Error(body.detail || "The platform did not answer as it should. Please try again.");
  return body;
}

// Reads what the events did not bring.
async function catchUp() {
  const [said, state] = await Promise.all([call(`messages/?after=${lastPosition()}`), call("")]);
  said.results.forEach(showMessage);
  showState(state);
}

async function recover(detail = "The connection is gone. Please reload the page.") {
  try {
    await catchUp();
  } catch (error) {
    problem = error instanceof TypeError ? detail : error.message;
  }
  endTurn();
}

// --- Start -------------------------------------------------------------------------------------------------------

whenSaid((text, persona) => say({ text, persona }, text));

retry.addEventListener("submit", (event) => {
  event.preventDefault();
  say({ retry: true });
});

if (lastPosition() > 0) scrollToLatest();
if ("answering" in root.dataset) {
  beginTurn();
  follow();
}
