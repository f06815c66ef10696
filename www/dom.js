// Building elements. Texts become text nodes and never markup.

const SVG = "http://www.w3.org/2000/svg";

/**
 * What an element may have inside: lists are laid flat, and what is nothing is left out.
 *
 * @typedef {Node | string | false | null | undefined | Child[]} Child
 */

/**
 * A listener takes whatever event its name says.
 *
 * @typedef {(event: any) => unknown} Listener
 * @typedef {string | number | boolean | null | undefined} Attribute
 * @typedef {Record<string, Attribute | Listener>} Props
 */

/**
 * An element. Of `props`, functions are listeners ("onclick"), `true` is an
 * attribute without value, and `false`, `null` and `undefined` are none.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Props} [props]
 * @param {Child[]} children
 */
export function h(tag, props = {}, ...children) {
  return fill(document.createElement(tag), props, children);
}

/**
 * The same for SVG.
 *
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Props} [props]
 * @param {Child[]} children
 */
export function svg(tag, props = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), props, children);
}

/**
 * @template {Element} Made
 * @param {Made} element
 * @param {Props} props
 * @param {Child[]} children
 */
function fill(element, props, children) {
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else setAttribute(element, name, value);
  }
  append(element, children);
  return element;
}

/**
 * Sets an attribute, or takes it away.
 *
 * @param {Element} element
 * @param {string} name
 * @param {Attribute} value
 */
export function setAttribute(element, name, value) {
  if (value === false || value == null) element.removeAttribute(name);
  else element.setAttribute(name, value === true ? "" : String(value));
}

/**
 * @param {Element} element
 * @param {Child[]} children
 */
function append(element, children) {
  /** @type {unknown[]} */
  const nested = children;
  const all = /** @type {(Node | string | false | null | undefined)[]} */ (nested.flat(Infinity));
  const present = all.filter((child) => child != null && child !== false);
  element.append(...present);
}

/**
 * Replaces what is in an element.
 *
 * @template {Element} Kept
 * @param {Kept} element
 * @param {Child[]} children
 */
export function replace(element, ...children) {
  element.replaceChildren();
  append(element, children);
  return element;
}

/** What can have the focus, and how it is known again after it was made anew. */
const FOCUSABLE = "a, button, input, select, summary, [tabindex]";

/** @param {Element} element */
function sameAs(element) {
  const label = (/** @type {Element} */ { tagName, ariaLabel, textContent }) =>
    ariaLabel ?? (tagName === "H1" ? "" : textContent);
  return (/** @type {Element} */ other) =>
    other.tagName === element.tagName && label(other) === label(element);
}

/**
 * Makes something in `root` anew, by `render`, without losing the focus in it.
 *
 * @param {Element} root
 * @param {() => void} render
 */
export function keepingFocus(root, render) {
  const focused = document.activeElement;
  const all = () => [.../** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll(FOCUSABLE))];
  const isIn = focused !== null && root.contains(focused);
  const place = isIn
    ? all()
        .filter(sameAs(focused))
        .indexOf(/** @type {HTMLElement} */ (focused))
    : -1;
  render();
  if (isIn && !root.contains(focused))
    all().filter(sameAs(focused))[place]?.focus({ preventScroll: true });
}

/**
 * Gives the focus to what an element is now, if that was made anew while something else
 * had it.
 *
 * @param {Element | null} element
 */
export function focusSuccessor(element) {
  if (element === null || element.isConnected) return;
  /** @type {NodeListOf<HTMLElement>} */
  const all = document.querySelectorAll(FOCUSABLE);
  [...all].find(sameAs(element))?.focus({ preventScroll: true });
}

let last = 0;

/**
 * An id for an element that others refer to.
 *
 * @param {string} name
 */
export function freshId(name) {
  last += 1;
  return `${name}-${last}`;
}

/**
 * Makes the children of `parent` the elements of `items`, in order, keeping an
 * element for as long as there is an item of its key, and with it the focus.
 * `make` makes an element, `update` brings it up to date.
 *
 * @template Item
 * @param {HTMLElement} parent
 * @param {Item[]} items
 * @param {(item: Item) => string} key
 * @param {(item: Item) => HTMLElement} make
 * @param {(element: HTMLElement, item: Item) => void} update
 */
export function reconcile(parent, items, key, make, update) {
  const children = /** @type {HTMLCollectionOf<HTMLElement>} */ (parent.children);
  const wanted = new Set(items.map(key));
  for (const child of [...children]) if (!wanted.has(child.dataset.key ?? "")) child.remove();
  const known = new Map([...children].map((child) => [child.dataset.key, child]));
  const focused = /** @type {HTMLElement | null} */ (document.activeElement);
  let place = parent.firstElementChild;
  for (const item of items) {
    const name = key(item);
    let element = known.get(name);
    if (!element) {
      element = make(item);
      element.dataset.key = name;
    }
    update(element, item);
    if (element === place) place = place.nextElementSibling;
    else parent.insertBefore(element, place);
  }
  // What is moved loses it.
  if (parent.contains(focused) && document.activeElement !== focused)
    focused?.focus({ preventScroll: true });
}
