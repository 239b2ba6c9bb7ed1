// Calls made as the signed-in user.

import { uuid } from "./dom";
import { type Call, Problem, send, Unreachable } from "./http";
import type { Session } from "./session";

export class Api {
  /** Keys of creations whose outcome is not known, by what was asked: the same again must not create twice. */
  private readonly unresolved = new Map<string, string>();

  constructor(private readonly session: Session) {}

  get<T>(path: string, query?: Call["query"], signal?: AbortSignal, onEtag?: Call["onEtag"]): Promise<T> {
    return this.call<T>({ method: "GET", path, ...(query && { query }), ...(signal && { signal }), ...(onEtag && { onEtag }) });
  }

  /** Replaces a version that was read; `*` where any will do. */
  put<T>(path: string, body: unknown, version: string, onEtag?: Call["onEtag"]): Promise<T> {
    return this.call<T>({ method: "PUT", path, body, headers: { "if-match": version }, ...(onEtag && { onEtag }) });
  }

  /** A POST that stores nothing worth replaying (a ticket, a sign-out). */
  post<T>(path: string, body: unknown): Promise<T> {
    return this.call<T>({ method: "POST", path, body });
  }

  /** A POST that creates. Pressed again after a lost answer it repeats the key, so there is still only one. */
  async create<T>(path: string, body: unknown): Promise<T> {
    const asked = `${path}\n${JSON.stringify(body)}`;
    const key = this.unresolved.get(asked) ?? uuid();
    this.unresolved.set(asked, key);
    try {
      const answer = await this.call<T>({ method: "POST", path, body, headers: { "idempotency-key": key } });
      this.unresolved.delete(asked);
      return answer;
    } catch (error) {
      if (isFinal(error)) this.unresolved.delete(asked);
      throw error;
    }
  }

  private async call<T>(call: Call): Promise<T> {
    const { renewals } = this.session;
    try {
      return await send<T>(this.session.signed(call));
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 401) throw error;
      // Once: a second 401 after a refresh is an answer, not an expired token. A call that was under way
      // while another one refreshed already has a fresh token to try.
      if (this.session.renewals === renewals && !(await this.session.refresh())) throw error;
      return send<T>(this.session.signed(call));
    }
  }
}

/** A refusal is final; no answer, "later", a failure and "your twin still runs" are not. */
function isFinal(error: unknown): boolean {
  if (error instanceof Unreachable) return false;
  return error instanceof Problem && error.status < 500 && error.retryAfterS === null;
}
