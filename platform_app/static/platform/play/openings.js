// The questions to begin with. They go when something is said, and come back if it did not get through.
import { one } from "./dom.js";

const openings = one("[data-openings]");
let isOpen = true; // nothing has been said in the scene yet

export function setOpen(questions) {
  isOpen = questions.length > 0;
}

export function showOpenings(isShown) {
  if (openings) openings.hidden = !(isShown && isOpen);
}
