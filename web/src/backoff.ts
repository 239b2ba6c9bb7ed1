// How long to wait before the next attempt: twice as long each time, up to a limit.

const FIRST_MS = 500;
const LONGEST_MS = 30_000;

export class Backoff {
  private attempts = 0;

  reset(): void {
    this.attempts = 0;
  }

  next(atLeastMs: number): number {
    const longest = Math.min(LONGEST_MS, FIRST_MS * 2 ** this.attempts);
    this.attempts += 1;
    // Jitter: after a restart of the server not everybody comes back in the same instant.
    return atLeastMs + longest * (0.5 + Math.random() / 2);
  }
}
