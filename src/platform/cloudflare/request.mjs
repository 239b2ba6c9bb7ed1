// One crossing for all that a request says of itself, and one for an answer: asked
// for piece by piece, each piece would cost more than what is done with it.

/** Method, URL, then names and values of headers, a line each: none of them can hold a line break. */
export function head(request) {
  let lines = `${request.method}\n${request.url}`;
  // Half of what an iterator costs, which makes an array of each.
  request.headers.forEach((value, name) => {
    lines += `\n${name}\n${value}`;
  });
  return lines;
}

/**
 * Text crosses as one string, body and all: a body of bytes would be an ArrayBuffer of its own for every answer,
 * which takes longer to make and to collect than a small answer takes altogether.
 * @param usual Headers that the answer has unless it says otherwise
 * @param own how much of the text is the answer's own headers: names and values in turn, a line each, those of one
 *   name together; no value takes the usual one away
 * @param bytes the body where it is no text: a view of wasm memory, which is another's as soon as this returns
 */
export function respond(status, usual, own, text, bytes) {
  const body = bytes?.slice() ?? (text.length > own ? text.slice(own) : null);
  const response = new Response(body, { status, headers: usual });
  const { headers } = response;
  let before;
  for (let at = 0; at < own; ) {
    const middle = text.indexOf("\n", at);
    const end = text.indexOf("\n", middle + 1);
    const name = text.slice(at, middle);
    if (end === middle + 1) headers.delete(name);
    else if (name === before) headers.append(name, text.slice(middle + 1, end));
    else headers.set(name, text.slice(middle + 1, end));
    before = name;
    at = end + 1;
  }
  return response;
}
