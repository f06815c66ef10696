// Building elements. Texts become text nodes and never markup.

const SVG = "http://www.w3.org/2000/svg";

/**
 * An element. Of `props`, functions are listeners ("onclick"), `true` is an
 * attribute without value, and `false`, `null` and `undefined` are none.
 */
export function h(tag, props = {}, ...children) {
  return fill(document.createElement(tag), props, children);
}

/** The same for SVG. */
export function svg(tag, props = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), props, children);
}

function fill(element, props, children) {
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else setAttribute(element, name, value);
  }
  append(element, children);
  return element;
}

/** Sets an attribute, or takes it away. */
export function setAttribute(element, name, value) {
  if (value === false || value == null) element.removeAttribute(name);
  else element.setAttribute(name, value === true ? "" : String(value));
}

function append(element, children) {
  const present = children.flat(Infinity).filter((child) => child != null && child !== false);
  element.append(...present);
}

/** Replaces what is in an element. */
export function replace(element, ...children) {
  element.replaceChildren();
  append(element, children);
  return element;
}

/** What can have the focus, and how it is known again after it was made anew. */
const FOCUSABLE = "a, button, summary, [tabindex]";

function sameAs(element) {
  const label = ({ tagName, ariaLabel, textContent }) =>
    ariaLabel ?? (tagName === "H1" ? "" : textContent);
  return (other) => other.tagName === element.tagName && label(other) === label(element);
}

/** Makes something in `root` anew, by `render`, without losing the focus in it. */
export function keepingFocus(root, render) {
  const focused = document.activeElement;
  const all = () => [...root.querySelectorAll(FOCUSABLE)];
  const isIn = root.contains(focused);
  const place = isIn ? all().filter(sameAs(focused)).indexOf(focused) : -1;
  render();
  if (isIn && !root.contains(focused))
    all().filter(sameAs(focused))[place]?.focus({ preventScroll: true });
}

let last = 0;

/** An id for an element that others refer to. */
export function freshId(name) {
  last += 1;
  return `${name}-${last}`;
}

/**
 * Makes the children of `parent` the elements of `items`, in order, keeping an
 * element for as long as there is an item of its key, and with it the focus.
 * `make` makes an element, `update` brings it up to date.
 */
export function reconcile(parent, items, key, make, update) {
  const known = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  let place = parent.firstElementChild;
  for (const item of items) {
    const name = key(item);
    let element = known.get(name);
    known.delete(name);
    if (!element) {
      element = make(item);
      element.dataset.key = name;
    }
    update(element, item);
    if (element === place) place = place.nextElementSibling;
    else parent.insertBefore(element, place);
  }
  for (const stale of known.values()) stale.remove();
}
