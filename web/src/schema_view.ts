// One schema as a table of its fields; what is inside a field unfolds when asked for.

import { type Child, element } from "./dom";
import { type Document, exampleOf, flatten, type Media, type Schema } from "./openapi";
import { strings } from "./strings";

const text = strings.docs;

function typeText(document: Document, raw: Schema): string {
  const { schema, nullable, name } = flatten(document, raw);
  const or = nullable ? ` ${text.nullable}` : "";
  if (schema.items) return `${text.arrayOf} ${typeText(document, schema.items)}${or}`;
  if (typeof schema.additionalProperties === "object") return `${text.mapOf} ${typeText(document, schema.additionalProperties)}${or}`;
  const types = [schema.type ?? []].flat();
  const plain = types.length > 0 ? types.join(` ${text.or} `) : schema.const !== undefined ? typeof schema.const : (schema.oneOf ?? schema.anyOf) ? text.severalTypes : text.anyType;
  const format = schema.format ? ` (${schema.format})` : "";
  return `${name && (schema.properties || schema.oneOf || schema.anyOf) ? name : plain + format}${or}`;
}

function limits(schema: Schema): string {
  const range = (low: number | undefined, high: number | undefined, what: string) =>
    low === undefined && high === undefined ? null : `${what}${low ?? ""}…${high ?? ""}`;
  return [
    schema.const !== undefined ? JSON.stringify(schema.const) : null,
    schema.enum ? `${text.values} ${schema.enum.map((each) => JSON.stringify(each)).join(", ")}` : null,
    range(schema.minimum, schema.maximum, ""),
    range(schema.minLength, schema.maxLength, `${text.length} `),
    range(schema.minItems, schema.maxItems, `${text.items} `),
    schema.pattern ? `/${schema.pattern}/` : null,
    schema.default !== undefined ? `${text.byDefault} ${JSON.stringify(schema.default)}` : null,
  ].filter(Boolean).join("; ");
}

/** `within` holds the names of the types around this one: a type inside itself is named, not unfolded again. */
export function schemaView(document: Document, raw: Schema, within: string[] = []): Child {
  const { schema, name } = flatten(document, raw);
  if (name !== null && within.includes(name)) return element("p", { class: "hint" }, text.inside(name));
  const inside = name === null ? within : [...within, name];
  if (schema.items) return schemaView(document, schema.items, inside);
  if (schema.properties && Object.keys(schema.properties).length > 0) return fieldsView(document, schema, inside);
  if (typeof schema.additionalProperties === "object") return schemaView(document, schema.additionalProperties, inside);
  const options = schema.oneOf ?? schema.anyOf;
  if (options) {
    return element("div", {}, element("p", {}, text.anyOf), options.map((each) =>
      element("div", { class: "option" }, element("code", {}, typeText(document, each)), schemaView(document, each, inside))));
  }
  const limit = limits(schema);
  return limit ? element("p", { class: "hint" }, limit) : null;
}

function fieldsView(document: Document, schema: Schema, inside: string[]): HTMLElement {
  return element("dl", { class: "fields" }, Object.entries(schema.properties ?? {}).map(([key, each]) => {
    const inner = flatten(document, each).schema;
    return [
      element("dt", {}, element("code", {}, key), " ", element("span", { class: "type" }, typeText(document, each)),
        schema.required?.includes(key) && element("span", { class: "required" }, ` ${text.required}`)),
      element("dd", {}, inner.description, limits(inner) && element("div", { class: "hint" }, limits(inner)), unfolds(document, each) && lazy(text.fields, () => schemaView(document, each, inside))),
    ];
  }));
}

function unfolds(document: Document, raw: Schema): boolean {
  const { schema } = flatten(document, raw);
  if (schema.items) return unfolds(document, schema.items);
  if (typeof schema.additionalProperties === "object") return unfolds(document, schema.additionalProperties);
  return schema.properties !== undefined || (schema.oneOf ?? schema.anyOf) !== undefined;
}

/** Built when first opened: the whole document unfolded would be tens of thousands of nodes. */
export function lazy(title: string, content: () => Child): HTMLElement {
  const details = element("details", {}, element("summary", {}, title));
  details.addEventListener("toggle", () => details.append(element("div", {}, content())), { once: true });
  return details;
}

export function mediaView(document: Document, content: Record<string, Media> | undefined): Child {
  return Object.entries(content ?? {}).map(([type, media]) => {
    const { schema } = media;
    const named = Object.entries(media.examples ?? {}).filter(([, each]) => each.value !== undefined);
    const examples: [string, unknown][] = named.length > 0
      ? named.map(([key, each]) => [each.summary ?? key, each.value])
      : [[text.example, media.example ?? (schema && exampleOf(document, schema))]];
    return element("div", { class: "media" },
      element("p", { class: "hint" }, element("code", {}, type), schema && ` ${typeText(document, schema)}`),
      schema && schemaView(document, schema),
      examples.filter(([, value]) => value !== undefined && value !== null).map(([title, value]) =>
        lazy(title, () => element("pre", { tabindex: 0 }, typeof value === "string" ? value : JSON.stringify(value, null, 2)))));
  });
}

export function parametersView(document: Document, parameters: { name: string; in: string; required?: boolean; description?: string; schema?: Schema }[]): Child {
  return element("dl", { class: "fields" }, parameters.map((each) => [
    element("dt", {}, element("code", {}, each.name), " ", element("span", { class: "type" }, `${each.in}, ${typeText(document, each.schema ?? {})}`),
      each.required && element("span", { class: "required" }, ` ${text.required}`)),
    element("dd", {}, each.description ?? "", element("div", { class: "hint" }, limits(flatten(document, each.schema ?? {}).schema))),
  ]));
}
