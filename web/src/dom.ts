// Every node of the page is built here from text: data never passes through an HTML parser.

export type Child = Node | string | null | undefined | false | Child[];
// The method form makes the parameter bivariant, so a handler may name the event it really gets.
type Handler = { handle(event: Event): void }["handle"];
type Attributes = Record<string, string | number | boolean | null | undefined | Handler>;

export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(name.replace(/^on/, ""), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, String(value));
  }
  append(node, children);
  return node;
}

function append(node: Node, children: Child[]): void {
  for (const child of children) {
    if (Array.isArray(child)) append(node, child);
    else if (child) node.appendChild(typeof child === "string" ? document.createTextNode(child) : child);
  }
}

export function replace(node: Element, ...children: Child[]): void {
  node.replaceChildren();
  append(node, children);
}

/** A shape beside the words, for eyes that do not tell the colours apart; hidden from screen readers. */
export function icon(path: string): SVGSVGElement {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const shape = document.createElementNS("http://www.w3.org/2000/svg", "path");
  shape.setAttribute("d", path);
  shape.setAttribute("fill-rule", "evenodd");
  svg.appendChild(shape);
  return svg;
}

/** Moves the keyboard and the screen reader to a heading that has just appeared. */
export function focusOn(node: HTMLElement): void {
  if (!node.hasAttribute("tabindex")) node.tabIndex = -1;
  node.focus({ preventScroll: true });
  node.scrollIntoView({ block: "nearest" });
}

let lastId = 0;
export function uniqueId(prefix: string): string {
  lastId += 1;
  return `${prefix}-${lastId}`;
}

/** `crypto.randomUUID` exists in secure contexts only; a console opened over plain HTTP in a LAN is not one. */
export function uuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** `chest_pain` → `chest pain`, for ids that come without a name. */
export function humanise(id: string): string {
  return id.replaceAll("_", " ");
}

/** A source is plain text, or a link when it is an https address and nothing else (never `javascript:`). */
export function sourceNode(source: string): Node {
  if (!/^https:\/\/\S+$/.test(source)) return element("span", { class: "source" }, source);
  return element("a", { class: "source", href: source, rel: "noopener noreferrer", target: "_blank" }, source);
}

export function timeNode(instant: string): HTMLElement {
  const date = new Date(instant);
  const today = date.toDateString() === new Date().toDateString();
  const text = new Intl.DateTimeFormat(undefined, today ? { timeStyle: "short" } : { dateStyle: "medium", timeStyle: "short" });
  return element("time", { datetime: instant }, text.format(date));
}
