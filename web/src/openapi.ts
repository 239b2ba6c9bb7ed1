// The part of OpenAPI 3.1 that the documentation page reads, and what can be worked out from it without a page.

export interface Schema {
  $ref?: string;
  type?: string | string[];
  title?: string;
  description?: string;
  format?: string;
  enum?: unknown[];
  const?: unknown;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  additionalProperties?: Schema | boolean;
  oneOf?: Schema[];
  anyOf?: Schema[];
  allOf?: Schema[];
  default?: unknown;
  example?: unknown;
  examples?: unknown[];
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  pattern?: string;
}
export interface Media { schema?: Schema; example?: unknown; examples?: Record<string, { value?: unknown; summary?: string }> }
export interface Parameter { $ref?: string; name: string; in: string; required?: boolean; description?: string; schema?: Schema; example?: unknown }
export interface Response { $ref?: string; description?: string; content?: Record<string, Media>; headers?: Record<string, unknown> }
export interface Operation {
  operationId?: string;
  tags?: string[];
  summary?: string;
  description?: string;
  deprecated?: boolean;
  parameters?: Parameter[];
  requestBody?: { $ref?: string; required?: boolean; description?: string; content?: Record<string, Media> };
  responses?: Record<string, Response>;
  security?: Record<string, string[]>[];
}
type PathItem = { parameters?: Parameter[] } & Partial<Record<(typeof METHODS)[number], Operation>>;
export interface Document {
  info: { title: string; version: string; description?: string };
  tags?: { name: string; description?: string }[];
  security?: Record<string, string[]>[];
  paths: Record<string, PathItem>;
}
export interface Entry { id: string; method: string; path: string; tag: string; operation: Operation; parameters: Parameter[]; isPublic: boolean }

const METHODS = ["get", "post", "put", "patch", "delete"] as const;

/** Follows `#/components/…`; a chain of references ends where the next is unknown or comes round again. */
export function resolve<T extends { $ref?: string }>(document: Document, value: T): T {
  const seen = new Set<string>();
  let current = value;
  while (current.$ref !== undefined && !seen.has(current.$ref)) {
    seen.add(current.$ref);
    let target: unknown = document;
    for (const part of current.$ref.replace(/^#\//, "").split("/")) {
      target = (target as Record<string, unknown> | undefined)?.[part.replaceAll("~1", "/").replaceAll("~0", "~")];
    }
    if (target === undefined) return current;
    // OpenAPI 3.1 lets a description stand beside a reference, and it is the nearer one.
    const { $ref: _, ...beside } = current;
    current = { ...(target as T), ...beside };
  }
  return current;
}

export function refName(schema: Schema): string | null {
  return schema.$ref?.split("/").pop() ?? null;
}

export function entries(document: Document, untagged: string): Entry[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = item[method];
      if (!operation) return [];
      const security = operation.security ?? document.security ?? [];
      return [{
        id: operation.operationId ?? `${method}${path}`.replace(/[^a-z0-9]+/gi, "_"),
        method: method.toUpperCase(),
        path,
        tag: operation.tags?.[0] ?? untagged,
        operation,
        parameters: [...(item.parameters ?? []), ...(operation.parameters ?? [])].map((each) => resolve(document, each)),
        isPublic: security.length === 0 || security.some((each) => Object.keys(each).length === 0),
      }];
    }));
}

/** `allOf` folded into one schema, and `oneOf` with null into the other one. */
export function flatten(document: Document, raw: Schema): { schema: Schema; nullable: boolean; name: string | null } {
  const schema = resolve(document, raw);
  const name = refName(raw);
  const options = schema.oneOf ?? schema.anyOf;
  const real = options?.filter((each) => each.type !== "null");
  if (options && real?.length === 1 && real[0]) {
    const inner = flatten(document, real[0]);
    const description = schema.description ?? inner.schema.description;
    const merged = description === undefined ? inner.schema : { ...inner.schema, description };
    return { schema: merged, nullable: inner.nullable || real.length < options.length, name: inner.name ?? name };
  }
  if (schema.allOf) {
    const parts = schema.allOf.map((each) => flatten(document, each));
    const properties = Object.assign({}, ...parts.map((each) => each.schema.properties), schema.properties) as Record<string, Schema>;
    const required = [...parts.flatMap((each) => each.schema.required ?? []), ...(schema.required ?? [])];
    const { allOf: _, ...own } = schema;
    const first = parts.length === 1 ? parts[0]?.schema : { type: "object" };
    return { schema: { ...first, ...own, properties, required }, nullable: false, name: name ?? (parts.length === 1 ? (parts[0]?.name ?? null) : null) };
  }
  const types = Array.isArray(schema.type) ? schema.type : [];
  if (types.includes("null")) {
    const rest = types.filter((each) => each !== "null");
    return { schema: { ...schema, type: rest.length === 1 ? rest[0]! : rest }, nullable: true, name };
  }
  return { schema, nullable: false, name };
}

/** An example from the schema where the document gives none. */
export function exampleOf(document: Document, raw: Schema, within: string[] = []): unknown {
  const { schema, name } = flatten(document, raw);
  if (schema.example !== undefined) return schema.example;
  if (schema.examples?.[0] !== undefined) return schema.examples[0];
  if (schema.const !== undefined) return schema.const;
  if (schema.default !== undefined) return schema.default;
  if (schema.enum) return schema.enum[0];
  // A type inside itself would never end.
  if (name !== null && within.includes(name)) return null;
  const inside = name === null ? within : [...within, name];
  const option = (schema.oneOf ?? schema.anyOf)?.[0];
  if (option) return exampleOf(document, option, inside);
  if (schema.properties) {
    return Object.fromEntries(Object.entries(schema.properties).map(([key, each]) => [key, exampleOf(document, each, inside)]));
  }
  if (schema.items) {
    const item = exampleOf(document, schema.items, inside);
    return item === null ? [] : [item];
  }
  const formats: Record<string, string> = {
    "date-time": "2026-11-23T09:30:00.000Z",
    date: "2026-11-23",
    uuid: "01938a5e-7c1d-7b3a-9f60-2d1c5b7e8a90",
    email: "someone@example.org",
  };
  switch (schema.type) {
    case "integer":
    case "number":
      return schema.minimum ?? 1;
    case "boolean":
      return true;
    case "object":
      return {};
    case "string":
      return formats[schema.format ?? ""] ?? "…";
    default:
      return null;
  }
}
