// The play page's root, and short names for looking things up in it.
export const root = document.querySelector("[data-play]");
export const one = (selector, from = document) => from.querySelector(selector);
export const all = (selector, from = document) => [...from.querySelectorAll(selector)];
export const stencil = (id) => one(`#stencil-${id}`).content.firstElementChild.cloneNode(true);
