// Who is signed in in this window. The access token lives in memory only; the refresh token in
// sessionStorage, which belongs to one window: two windows can be signed in as different people.

import { Problem, send } from "./http";
import type { MfaChallenge, Tokens } from "./types";

const KEY = "virtual-doctor.refresh";

export class Session {
  private access: string | null = null;
  private refreshing: Promise<boolean> | null = null;
  private readonly channel = new BroadcastChannel("virtual-doctor.session");

  /** Called when the server has ended the session, not when the person signs out. */
  onEnded: () => void = () => {};

  constructor() {
    // "Duplicate tab" copies sessionStorage, so two windows may hold one refresh token. The second use of a
    // token ends the whole session, so whoever rotates it hands the new pair to the window with the same old one.
    this.channel.onmessage = (event: MessageEvent<{ old: string; tokens: Tokens }>) => {
      if (event.data.old === this.refreshToken) this.keep(event.data.tokens);
    };
  }

  get accessToken(): string | null {
    return this.access;
  }

  get canRestore(): boolean {
    return this.refreshToken !== null;
  }

  async signIn(email: string, password: string): Promise<MfaChallenge | null> {
    const answer = await send<Tokens | MfaChallenge>({
      method: "POST",
      path: "/api/v1/auth/login",
      body: { email, password },
    });
    if ("mfa_required" in answer) return answer;
    this.keep(answer);
    return null;
  }

  async completeMfa(mfa_token: string, method: string, code: string): Promise<void> {
    this.keep(await send<Tokens>({ method: "POST", path: "/api/v1/auth/mfa", body: { mfa_token, method, code } }));
  }

  /** Several calls may meet a 401 together: they share one refresh. False when the session is over. */
  refresh(): Promise<boolean> {
    this.refreshing ??= this.rotate().finally(() => {
      this.refreshing = null;
    });
    return this.refreshing;
  }

  async signOut(): Promise<void> {
    const access = this.access;
    this.forget();
    // The window is signed out whatever the server says; unreachable, the session runs out by itself.
    if (access === null) return;
    const headers = { authorization: `Bearer ${access}` };
    await send({ method: "POST", path: "/api/v1/auth/logout", body: {}, headers }).catch(() => undefined);
  }

  private async rotate(): Promise<boolean> {
    const old = this.refreshToken;
    if (old === null) return false;
    try {
      const body = { refresh_token: old };
      const tokens = await send<Tokens>({ method: "POST", path: "/api/v1/auth/refresh", body });
      // Signed out, or handed a newer pair, while the answer was under way: that one counts.
      if (this.refreshToken !== old) return this.access !== null;
      this.keep(tokens);
      this.channel.postMessage({ old, tokens });
      return true;
    } catch (error) {
      // Only a refusal ends the session. Without an answer, or with "later", the token may still be good.
      if (!(error instanceof Problem) || error.status === 429 || error.status >= 500) throw error;
      if (this.refreshToken !== old) return this.access !== null;
      this.forget();
      this.onEnded();
      return false;
    }
  }

  private get refreshToken(): string | null {
    return sessionStorage.getItem(KEY);
  }

  private keep(tokens: Tokens): void {
    this.access = tokens.access_token;
    sessionStorage.setItem(KEY, tokens.refresh_token);
  }

  private forget(): void {
    this.access = null;
    sessionStorage.removeItem(KEY);
  }
}
