// The play page, live: says things through the API, follows the answer as events, and keeps the page true.
// Whatever people or models wrote goes into the page as text. If a connection breaks, nothing is lost: `catchUp` reads
// from the API what is missing.
(() => {
  const root = document.querySelector("[data-play]");
  if (!root) return;

  const api = root.dataset.api;
  const limit = Number(root.dataset.limit);
  const draftKey = `draft-${root.dataset.simulation}`;
  const csrfToken = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
  const one = (selector, from = document) => from.querySelector(selector);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];

  const live = one("[data-live]");
  const latest = one("#latest");
  const announcer = one("#announcer");
  const notice = one("#notice");
  const retry = one("[data-retry]");
  const box = one("#text");
  const form = one("[data-main]");
  const composer = one("[data-composer]");
  const toLatest = one("[data-to-latest]");
  const side = one("[data-side]");
  const scene = Number(root.dataset.scene);

  let source = null; // the EventSource of the running turn
  let speaking = new Map(); // persona name -> bubble that still grows
  let waiting = null; // the three dots
  let unconfirmed = null; // what was sent and has not come back as a stored message
  let problem = null; // what went wrong in the running turn
  let isBusy = false;
  let isOver = false;
  let wantsFocus = false; // the box had the focus before it was disabled

  // --- Scrolling: follow the conversation, but never pull away somebody who reads back ---------------------------

  let follows = true;
  new IntersectionObserver(([entry]) => {
    follows = entry.isIntersecting;
    if (follows) toLatest.hidden = true;
  }).observe(latest);

  const scrollToLatest = () => {
    latest.style.scrollMarginBottom = `${composer.offsetHeight + 12}px`; // the message box covers the end of the window
    latest.scrollIntoView({ block: "end" });
  };

  // Runs a change of the page and keeps its end in view if it was in view.
  const changing = (change) => {
    const followed = follows;
    change();
    if (followed) scrollToLatest();
    else toLatest.hidden = false;
  };

  toLatest.addEventListener("click", () => {
    scrollToLatest();
    box.focus();
  });

  // --- Bubbles -------------------------------------------------------------------------------------------------

  const cast = new Map(all("[data-persona]").map((button) => [Number(button.dataset.persona), button.dataset]));

  const initialsOf = (name) => name.split(/\s+/).slice(0, 2).map((word) => [...word][0] || "").join("").toUpperCase();

  const stencil = (id) => one(`#stencil-${id}`).content.firstElementChild.cloneNode(true);

  function bubble(author, name, text, personaId = null) {
    const article = stencil("message");
    const [avatar, speaker, to] = one("header", article).children;
    article.classList.add(author);
    speaker.textContent = { student: "You", narrator: "Narrator" }[author] || name;
    if (author === "persona") {
      const known = [...cast.entries()].find(([, data]) => data.mention === name);
      avatar.textContent = initialsOf(name);
      avatar.classList.add(`tone-${(personaId ?? known?.[0] ?? 0) % 6}`);
    } else {
      avatar.remove();
    }
    if (author === "student" && personaId && cast.size > 1) to.textContent = `to ${cast.get(personaId)?.mention || ""}`;
    else to.remove();
    if (author === "narrator") one("header", article).classList.add("visually-hidden");
    one(".text", article).textContent = text;
    return article;
  }

  function showWaiting(isWaiting) {
    waiting?.remove();
    waiting = isWaiting ? stencil("waiting") : null;
    if (waiting) live.append(waiting);
  }

  const lastPosition = () => Math.max(0, ...all("[data-position]", root).map((e) => Number(e.dataset.position)));

  function grow({ persona, text }) {
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

  function showMessage(message) {
    if (message.author === "persona") {
      speaking.get(message.persona_name)?.remove();
      speaking.delete(message.persona_name);
    }
    if (one(`[data-position="${message.position}"]`, root)) return;
    changing(() => {
      if (message.author === "student") {
        unconfirmed?.bubble.remove();
        unconfirmed = null;
      }
      const article = bubble(message.author, message.persona_name, message.text, message.persona);
      article.dataset.position = message.position;
      article.classList.toggle("aside", message.is_command);
      live.append(article);
      showWaiting(isBusy && message.author !== "persona");
    });
    if (message.author !== "student") announce(`${message.persona_name || "Narrator"}: ${message.text}`);
  }

  // Screen readers read out whole messages, one after the other, and not every token.
  function announce(text) {
    const line = document.createElement("p");
    line.textContent = text;
    announcer.append(line);
    if (announcer.children.length > 8) announcer.firstElementChild.remove();
  }

  // --- State ---------------------------------------------------------------------------------------------------

  function showState(state) {
    retry.hidden = !state.awaiting_answer;
    const here = state.goals.find((goal) => goal.scene === scene);
    showTurns(here ? here.turns_used : state.turn);
    if (here?.outcome === "reached") {
      showVerdict("Reached", "good", 1);
      one("[data-goal-reasoning]").textContent = "";
      one("[data-goal-hint]").hidden = true;
    }
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

  function showTurns(turn) {
    all("[data-turn]").forEach((element) => (element.textContent = turn));
    one("[data-turn-meter]").value = turn;
  }

  // What is reached for sure ends the scene, so a check that leaves it running says "nearly" at most.
  function showGoal(goal) {
    if (goal.reached) showVerdict("Nearly", "warn", goal.confidence);
    else showVerdict("Not yet", "muted", goal.confidence);
    one("[data-goal-reasoning]").textContent = goal.reasoning;
    one("[data-goal-stale]").hidden = goal.is_current;
    one("[data-goal-hint]").hidden = !goal.hint_available;
    one("[data-hint]").classList.toggle("ready", goal.hint_available);
  }

  function showVerdict(text, look, confidence) {
    one("[data-goal-none]").hidden = true;
    one("[data-goal-check]").hidden = false;
    one("[data-goal-meter]").value = confidence;
    const verdict = one("[data-goal-verdict]");
    verdict.textContent = text;
    verdict.className = `chip ${look}`;
  }

  // The scene is over: this page's panel is about the past, so the way on is a fresh page.
  function finish(kind, text = "") {
    if (isOver) return;
    isOver = true;
    changing(() => {
      const card = stencil(kind);
      const line = one("[data-text]", card);
      if (line) line.textContent = text;
      composer.hidden = true;
      one("[data-begin]")?.remove();
      latest.before(card);
      card.focus({ preventScroll: true });
    });
    clearDraft();
  }

  function setBusy(busy) {
    const hadFocus = document.activeElement === box;
    isBusy = busy;
    one("#chat").setAttribute("aria-busy", String(busy));
    box.disabled = busy;
    all("[data-say] button, [data-retry] button").forEach((button) => (button.disabled = busy));
    if (!busy) {
      showWaiting(false);
      if ((hadFocus || wantsFocus) && !isOver) box.focus({ preventScroll: true });
      wantsFocus = false;
    } else {
      wantsFocus ||= hadFocus;
    }
  }

  function tell(detail) {
    notice.hidden = !detail;
    notice.className = `notice ${detail ? "bad" : ""}`;
    one("[data-notice-text]").textContent = detail || "";
  }

  // --- Talking with the server -----------------------------------------------------------------------------------

  async function call(path, options = {}) {
    const response = await fetch(api + path, {
      credentials: "same-origin",
      ...options,
      headers: { Accept: "application/json", "X-CSRFToken": csrfToken, ...options.headers },
    });
    const body = await response.json().catch(() => ({}));
    if (response.status === 401) {
      location.assign(root.dataset.signIn);
      return new Promise(() => {});
    }
    if (!response.ok) throw new Error(body.detail || "The platform did not answer as it should. Please try again.");
    return body;
  }

  async function say(body, shown) {
    if (isBusy || isOver) return;
    tell("");
    problem = null;
    if (shown !== undefined) {
      const article = bubble("student", "", shown);
      article.classList.add("unconfirmed");
      unconfirmed = { text: shown, bubble: article };
      live.append(article);
    }
    setBusy(true);
    showWaiting(true);
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
      giveBack();
      setBusy(false);
      return tell(error.message);
    }
    follow();
  }

  // What was not stored goes back into the box, unless something new is written there.
  function giveBack() {
    if (!unconfirmed) return;
    unconfirmed.bubble.remove();
    if (!box.value.trim()) setText(unconfirmed.text);
    unconfirmed = null;
  }

  function follow() {
    let isStateKnown = false;
    source?.close();
    source = new EventSource(`${api}events/`);
    const on = (name, handle) => source.addEventListener(name, (event) => handle(JSON.parse(event.data)));
    on("token", grow);
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
    speaking.forEach((article) => article.remove());
    speaking = new Map();
    giveBack();
    setBusy(false);
    if (!problem && !isOver && !retry.hidden) problem = "You have not had an answer yet.";
    if (problem) changing(() => tell(problem));
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
      endTurn();
    } catch (error) {
      endTurn();
      tell(error instanceof TypeError ? detail : error.message);
    }
  }

  // --- The message box -------------------------------------------------------------------------------------------

  function clearDraft() {
    sessionStorage.removeItem(draftKey);
  }

  function setText(text) {
    box.value = text;
    box.dispatchEvent(new Event("input"));
  }

  box.addEventListener("input", () => {
    const length = [...box.value.trim()].length;
    const counter = one("[data-counter]");
    sessionStorage.setItem(draftKey, box.value);
    counter.textContent = length > limit * 0.85 ? `${length.toLocaleString("en")} of ${limit.toLocaleString("en")} characters` : "";
    counter.classList.toggle("over", length > limit);
    box.style.height = "auto";
    box.style.height = `${Math.min(box.scrollHeight + 2, 240)}px`;
  });

  function mention(name) {
    const at = `@${name} `;
    const start = box.selectionStart;
    const before = box.value.slice(0, start);
    const gap = before && !/\s$/.test(before) ? " " : "";
    box.setRangeText(gap + at, start, box.selectionEnd, "end");
    box.dispatchEvent(new Event("input"));
    box.focus();
  }

  let lastSaid = "";

  all("[data-say]").forEach((sayForm) =>
    sayForm.addEventListener("submit", (event) => {
      event.preventDefault();
      const field = sayForm.elements.text;
      const text = field.value.trim();
      if (!text || isBusy) return;
      if (sayForm === form) {
        lastSaid = text;
        setText("");
        clearDraft();
      }
      say({ text }, text);
    }),
  );

  retry.addEventListener("submit", (event) => {
    event.preventDefault();
    say({ retry: true });
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
    const isTyping = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key === "/" && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey && !one("dialog[open]")) {
      event.preventDefault();
      box.focus();
    }
  });

  all("[data-mention]").forEach((button) => button.addEventListener("click", () => mention(button.dataset.mention)));

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

  // --- Start -----------------------------------------------------------------------------------------------------

  all("[data-live-only]").forEach((element) => (element.hidden = false));
  const isNarrow = matchMedia("(max-width: 959px)");
  const fitSide = () => (side.open = !isNarrow.matches);
  isNarrow.addEventListener("change", fitSide);
  fitSide();
  lastSaid = all(".bubble.student:not(.aside) .text", root).at(-1)?.textContent || "";
  setText(box.value || sessionStorage.getItem(draftKey) || "");
  if (lastPosition() > 0) scrollToLatest();
  if ("answering" in root.dataset) {
    setBusy(true);
    showWaiting(true);
    follow();
  }
})();
