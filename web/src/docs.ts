// The API's documentation, rendered from /openapi.json: operations by tag, search, and a link to each (#operationId).

import { type Child, element, replace } from "./dom";
import { explain } from "./form";
import { send } from "./http";
import { type Document, type Entry, entries, type Media, resolve } from "./openapi";
import { lazy, mediaView, parametersView } from "./schema_view";
import { strings } from "./strings";

const text = strings.docs;
const root = document.getElementById("docs")!;

interface Drawn { entry: Entry; node: HTMLDetailsElement; link: HTMLElement; haystack: string }

function operationView(api: Document, { id, method, path, operation, parameters, isPublic }: Entry): HTMLDetailsElement {
  const node = element(
    "details",
    { id, class: "operation card" },
    element(
      "summary",
      {},
      element("span", { class: `method ${method.toLowerCase()}` }, method),
      " ",
      element("code", { class: "path" }, path),
      operation.summary && element("span", { class: "summary" }, operation.summary),
      operation.deprecated && element("span", { class: "tag" }, text.deprecated),
      isPublic && element("span", { class: "tag" }, text.signedOut),
    ),
  );
  node.addEventListener("toggle", () => node.append(element("div", { class: "body" }, bodyOf())), { once: true });

  function bodyOf(): Child {
    const request = operation.requestBody && resolve(api, operation.requestBody);
    const answers = Object.entries(operation.responses ?? {}).map(([status, each]) => ({ status, ...resolve(api, each) }));
    const isError = ({ status }: { status: string }) => /^[45]/.test(status) || status === "default";
    const good = answers.filter((each) => !isError(each));
    const bad = answers.filter(isError);
    return [
      element("p", {}, element("a", { href: `#${id}` }, text.link), " ", element("code", {}, id)),
      operation.description && paragraphs(operation.description),
      parameters.length > 0 && [element("h4", {}, text.parameters), parametersView(api, parameters)],
      request && [element("h4", {}, text.request, request.required && element("span", { class: "required" }, ` ${text.required}`)), request.description && element("p", {}, request.description), mediaView(api, request.content)],
      good.length > 0 && [element("h4", {}, text.responses), good.map(({ status, description, content }) =>
        element("div", { class: "response" }, element("p", {}, element("strong", {}, status), ` ${description ?? ""}`), mediaView(api, content)))],
      bad.length > 0 && [element("h4", {}, text.errors), element("ul", { class: "errors" }, bad.map(({ status, description = "", content }) =>
        element("li", {}, element("strong", {}, status), " ", description, problemLinks(description, content), content && lazy(text.schema, () => mediaView(api, content)))))],
    ];
  }
  return node;
}

/** Problem types have a page each: those that the response names, in its words or its examples, are linked. */
function problemLinks(description: string, content: Record<string, Media> | undefined): Child {
  const examples = Object.values(content ?? {}).map(({ example, examples: named }) => [example, named]);
  const found = new Set(`${description} ${JSON.stringify(examples)}`.match(/\/problems\/[a-z0-9-]+/g));
  return [...found].map((path) => [" ", element("a", { href: path }, text.problem(path.split("/").pop() ?? ""))]);
}

function paragraphs(description: string): Child {
  return description.split(/\n\s*\n/).map((each) => element("p", {}, each));
}

function page(api: Document): void {
  const all = entries(api, text.untagged);
  const described = new Map((api.tags ?? []).map((each) => [each.name, each.description]));
  // Tags in the order of the document's own list, then whatever else the operations name.
  const tags = [...new Set([...described.keys(), ...all.map((each) => each.tag)])];
  const drawn: Drawn[] = all.map((entry) => ({
    entry,
    node: operationView(api, entry),
    link: element("li", {}, element("a", { href: `#${entry.id}` }, element("span", { class: `method ${entry.method.toLowerCase()}` }, entry.method), ` ${entry.path}`)),
    haystack: [entry.id, entry.method, entry.path, entry.tag, entry.operation.summary, entry.operation.description].join(" ").toLowerCase(),
  }));
  const groups = tags.map((tag) => {
    const own = drawn.filter((each) => each.entry.tag === tag);
    return {
      own,
      section: element("section", {}, element("h2", {}, tag), described.get(tag) && paragraphs(described.get(tag) ?? ""), own.map((each) => each.node)),
      index: element("div", {}, element("h3", {}, tag), element("ul", {}, own.map((each) => each.link))),
    };
  }).filter((each) => each.own.length > 0);

  const count = element("p", { class: "hint", role: "status" });
  const search = element("input", { id: "search", type: "search", autocomplete: "off", placeholder: text.searchHint });
  const filter = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const { node, link, haystack } of drawn) {
      node.hidden = !words.every((word) => haystack.includes(word));
      link.hidden = node.hidden;
    }
    for (const { own, section, index } of groups) {
      section.hidden = own.every((each) => each.node.hidden);
      index.hidden = section.hidden;
    }
    count.textContent = text.found(drawn.filter((each) => !each.node.hidden).length);
  };
  search.addEventListener("input", filter);

  const follow = () => {
    const wanted = drawn.find((each) => each.entry.id === location.hash.slice(1));
    if (!wanted) return;
    // A link must arrive even while a search hides its target.
    if (wanted.node.hidden) {
      search.value = "";
      filter();
    }
    wanted.node.open = true;
    wanted.node.scrollIntoView();
    wanted.node.querySelector("summary")?.focus({ preventScroll: true });
  };
  addEventListener("hashchange", follow);

  document.title = `${text.title} – ${api.info.title}`;
  replace(
    root,
    element("header", { class: "top" }, element("span", { class: "brand" }, `${api.info.title} ${text.title} ${api.info.version}`),
      element("nav", { "aria-label": strings.nav.label }, element("a", { href: "/" }, text.home), element("a", { href: "/openapi.json" }, text.download))),
    element("div", { class: "docs" },
      element("nav", { class: "index", "aria-label": text.title }, element("label", { for: "search" }, text.search), search, count, groups.map((each) => each.index)),
      element("main", { id: "main" }, element("h1", {}, api.info.title), api.info.description && paragraphs(api.info.description), groups.map((each) => each.section))),
  );
  filter();
  follow();
}

async function start(): Promise<void> {
  replace(root, element("p", { class: "center", role: "status" }, strings.loading));
  try {
    page(await send<Document>({ method: "GET", path: "/openapi.json" }));
  } catch (error) {
    const retry = element("button", { type: "button", onclick: () => void start() }, strings.retry);
    replace(root, element("main", { class: "card narrow", role: "alert" }, element("p", {}, `${text.failed} ${explain(error)}`), retry));
  }
}
void start();
