// One request, and what can go wrong with it: a problem (the server answered) or no answer at all.

import { strings } from "./strings";

export interface FieldError { pointer?: string; parameter?: string; code: string; message: string }

/** An `application/problem+json` answer (RFC 9457). Members beyond the standard ones stay in `body`. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly type: string,
    readonly detail: string,
    readonly errors: FieldError[],
    readonly requestId: string | null,
    readonly retryAfterS: number | null,
    readonly body: Record<string, unknown>,
  ) {
    super(detail);
  }

  /** The last part of the type: `/problems/unsafe-prescription` → `unsafe-prescription`. */
  get slug(): string {
    return this.type.split("/").pop() ?? "";
  }
}

/** The request may or may not have reached the server: repeat it only with its idempotency key. */
export class Unreachable extends Error {}

/** There is nobody signed in in this browser whose call this could be. */
export class NotSignedIn extends Error {}

export interface Call {
  method: "GET" | "POST" | "PUT" | "PATCH";
  path: string;
  query?: Record<string, string | number | undefined>;
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  /** Told the version of what came. */
  onEtag?: (etag: string) => void;
}

const TIMEOUT_MS = 20_000;

export async function send<T>(call: Call): Promise<T> {
  const url = new URL(call.path, location.origin);
  for (const [name, value] of Object.entries(call.query ?? {})) {
    if (value !== undefined && value !== "") url.searchParams.set(name, String(value));
  }
  const headers: Record<string, string> = { accept: "application/json, application/problem+json", ...call.headers };
  if (call.body !== undefined) headers["content-type"] = "application/json";
  // AbortSignal.any is too new to rely on, so the two reasons to give up share one controller.
  const controller = new AbortController();
  const giveUp = () => controller.abort();
  const timer = setTimeout(giveUp, TIMEOUT_MS);
  call.signal?.addEventListener("abort", giveUp);
  try {
    const response = await fetch(url, {
      method: call.method,
      headers,
      body: call.body === undefined ? null : JSON.stringify(call.body),
      signal: controller.signal,
      // The session is in cookies of this origin.
      credentials: "same-origin",
      cache: "no-store",
    });
    const text = await response.text();
    if (!response.ok) throw problemOf(response, text);
    const etag = response.headers.get("etag");
    if (etag !== null) call.onEtag?.(etag);
    return (text === "" ? undefined : JSON.parse(text)) as T;
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Unreachable(strings.errors.unreachable);
  } finally {
    clearTimeout(timer);
    call.signal?.removeEventListener("abort", giveUp);
  }
}

function problemOf(response: Response, text: string): Problem {
  let body: Record<string, unknown> = {};
  try {
    const parsed: unknown = JSON.parse(text);
    if (parsed !== null && typeof parsed === "object") body = parsed as Record<string, unknown>;
  } catch {
    // A proxy in between may answer with HTML: the status alone has to do.
  }
  const string = (name: string) => (typeof body[name] === "string" ? (body[name] as string) : null);
  const retryAfter = Number(response.headers.get("retry-after") ?? Number.NaN);
  return new Problem(
    response.status,
    string("type") ?? "about:blank",
    string("detail") ?? string("title") ?? strings.errors.status(response.status),
    Array.isArray(body.errors) ? (body.errors as FieldError[]) : [],
    string("request_id") ?? response.headers.get("x-request-id"),
    Number.isFinite(retryAfter) ? retryAfter : null,
    body,
  );
}
