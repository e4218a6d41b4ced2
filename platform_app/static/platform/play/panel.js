// The panel beside the conversation: turns and the latest goal check.
import { all, one } from "./dom.js";

export function showTurns(turn) {
  all("[data-turn]").forEach((element) => (element.textContent = turn));
  one("[data-turn-meter]").value = turn;
}

// What is reached for sure ends the scene, so a check that leaves it running says "nearly" at most.
export function showGoal(goal) {
  if (goal.reached) showVerdict("Nearly", "warn", goal.confidence);
  else showVerdict("Not yet", "muted", goal.confidence);
  one("[data-goal-reasoning]").textContent = goal.reasoning;
  one("[data-goal-stale]").hidden = goal.is_current;
  one("[data-goal-hint]").hidden = !goal.hint_available;
  one("[data-hint]").classList.toggle("ready", goal.hint_available);
}

export function showReached() {
  showVerdict("Reached", "good", 1);
  one("[data-goal-reasoning]").textContent = ""; // the narrator has said it
  one("[data-goal-hint]").hidden = true;
}

function showVerdict(text, look, confidence) {
  one("[data-goal-none]").hidden = true;
  one("[data-goal-check]").hidden = false;
  one("[data-goal-meter]").value = confidence;
  const verdict = one("[data-goal-verdict]");
  verdict.textContent = text;
  verdict.className = `chip ${look}`;
}

// A drawer above the conversation where there is no room beside it.
const side = one("[data-side]");
const isNarrow = matchMedia("(max-width: 959px)");
const fit = () => (side.open = !isNarrow.matches);
isNarrow.addEventListener("change", fit);
fit();
