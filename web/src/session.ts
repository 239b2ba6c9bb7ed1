// Who is signed in in this browser. The tokens are in cookies that no script can read; what the page holds is the
// token that has to come with every change (against other sites). All windows share the cookies, so each remembers
// whose it began with: when somebody else signs in in another window, this one must not act as them.

import { type Call, NotSignedIn, Problem, send } from "./http";
import { strings } from "./strings";
import type { MfaChallenge, SignedIn } from "./types";

const COOKIE = "__Host-csrf";
const LOCK = "virtual-doctor.refresh";

export class Session {
  /** Grows with every refresh. */
  renewals = 0;
  private token: string | null = null;
  private refreshing: Promise<boolean> | null = null;

  /** Called when the server has ended the session, not when the person signs out. */
  onEnded: () => void = () => {};
  /** Called when another window has signed in somebody else, or signed out. */
  onReplaced: () => void = () => {};

  /** Goes on with what this browser keeps; false when it keeps nothing. */
  resume(): boolean {
    this.token = kept();
    return this.isSignedIn;
  }

  get isSignedIn(): boolean {
    return this.token !== null;
  }

  async signIn(email: string, password: string): Promise<MfaChallenge | null> {
    const answer = await send<SignedIn | MfaChallenge>({
      method: "POST",
      path: "/api/v1/auth/login",
      body: { email, password, cookies: true },
    });
    if ("mfa_required" in answer) return answer;
    this.begin();
    return null;
  }

  async completeMfa(mfa_token: string, method: string, code: string): Promise<void> {
    await send({ method: "POST", path: "/api/v1/auth/mfa", body: { mfa_token, method, code, cookies: true } });
    this.begin();
  }

  /** The call as one of this session, or an error when the cookies are another one's by now. */
  signed(call: Call): Call {
    if (this.token === null) return call;
    if (kept() !== this.token) {
      this.onReplaced();
      throw new NotSignedIn(strings.errors.signedOut);
    }
    return { ...call, headers: { ...call.headers, "x-csrf-token": this.token } };
  }

  /** Several calls may meet a 401 together: they share one refresh. False when the session is over. */
  refresh(): Promise<boolean> {
    this.refreshing ??= this.rotate().finally(() => {
      this.refreshing = null;
    });
    return this.refreshing;
  }

  /** Only the server can take back the cookies that no script reads. */
  async signOut(): Promise<void> {
    const leave = () => send(this.signed({ method: "POST", path: "/api/v1/auth/logout", body: {} }));
    try {
      await leave().catch(async (error: unknown) => {
        if (error instanceof Problem && error.status === 401 && (await this.refresh())) await leave();
      });
    } catch {
      // Unreachable: the window is signed out all the same, and the session runs out by itself.
    }
    this.forget();
  }

  private async rotate(): Promise<boolean> {
    if (this.token === null) return false;
    try {
      // One window at a time: a refresh token that is used again later than a moment ends the session.
      await navigator.locks.request(LOCK, () => send(this.signed({ method: "POST", path: "/api/v1/auth/refresh", body: {} })));
      this.begin();
      this.renewals += 1;
      return true;
    } catch (error) {
      // Only a refusal ends the session. Without an answer, or with "later", it may still be good.
      if (!(error instanceof Problem) || error.status === 429 || error.status >= 500) throw error;
      this.forget();
      this.onEnded();
      return false;
    }
  }

  private begin(): void {
    this.token = kept();
    if (this.token === null) throw new NotSignedIn(strings.errors.notKept);
  }

  private forget(): void {
    // Unless it is another session's by now.
    if (this.token !== null && kept() === this.token) document.cookie = `${COOKIE}=; Path=/; Secure; SameSite=Strict; Max-Age=0`;
    this.token = null;
  }
}

/** The token that goes with the cookies of this moment. */
function kept(): string | null {
  const pair = document.cookie.split("; ").find((each) => each.startsWith(`${COOKIE}=`));
  return pair?.slice(COOKIE.length + 1) || null;
}
