// Countries by name, from the browser's own data: no list of ours to keep up to date.

const LETTERS = Array.from("ABCDEFGHIJKLMNOPQRSTUVWXYZ");
/** Codes that CLDR names but nobody can be in: groupings, outlying and private-use codes. */
const NOT_COUNTRIES = new Set(["EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"]);

/** Code → name, sorted by name. */
export function countries(): Record<string, string> {
  const names = new Intl.DisplayNames(navigator.language, { type: "region", fallback: "none" });
  const found: [string, string][] = [];
  for (const first of LETTERS) {
    for (const second of LETTERS) {
      const code = first + second;
      if (NOT_COUNTRIES.has(code)) continue;
      const name = names.of(code);
      // A withdrawn code (DD) is known under the name of its successor (DE), which is in the list itself.
      if (name !== undefined && new Intl.Locale(`und-${code}`).region === code) found.push([code, name]);
    }
  }
  found.sort(([, a], [, b]) => a.localeCompare(b));
  return Object.fromEntries(found);
}

/** A guess from the browser's language, for the person to correct; never from the network. */
export function likelyCountry(): string {
  return new Intl.Locale(navigator.language).region ?? "";
}
