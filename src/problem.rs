//! The catalogue of problems (RFC 9457): every error that the API can answer
//! with, its status and what the reader can do about it. `/problems/{name}`
//! shows a page for each.

/// One kind of problem.
#[derive(Debug, PartialEq, Eq)]
pub struct Kind {
    /// Last part of its `type`, `/problems/{slug}`; never changes.
    pub slug: &'static str,
    /// HTTP status.
    pub status: u16,
    /// Short title, the same for every occurrence.
    pub title: &'static str,
    /// What it means and how it is mended.
    pub meaning: &'static str,
}

macro_rules! catalogue {
    ($($name:ident = $status:literal $slug:literal $title:literal: $meaning:literal;)*) => {
        $(#[doc = $meaning] pub const $name: Kind = Kind { slug: $slug, status: $status, title: $title, meaning: $meaning };)*
        /// Every kind, in the order of the documentation.
        pub const ALL: &[&Kind] = &[$(&$name),*];
    };
}

catalogue! {
    MALFORMED_JSON = 400 "malformed-json" "The body is not JSON": "The body could not be parsed as JSON; `detail` names the line and column.";
    MALFORMED_REQUEST = 400 "malformed-request" "The request is malformed": "A header or the body could not be read; `detail` says which and what was expected.";
    UNKNOWN_API_VERSION = 400 "unknown-api-version" "This API version is not known": "`API-Version` names a version that is not served; `supported` lists those that are. Leave the header out for the oldest supported one.";
    UNAUTHENTICATED = 401 "unauthenticated" "Sign in first": "There is no access token, or it is not valid any more. Sign in, or refresh the session, and send `Authorization: Bearer …`.";
    WRONG_CREDENTIALS = 401 "wrong-credentials" "E-mail or password is wrong": "No account has this e-mail and password. The answer is the same whichever of them is wrong.";
    WRONG_CODE = 401 "wrong-code" "The code is wrong": "The code is not one that counts now: it may be mistyped, too old, or used already. After five wrong ones one starts again with the password.";
    MFA_ENDED = 401 "mfa-ended" "This sign-in has ended": "The `mfa_token` was used, has expired after 5 minutes, or saw five codes. Sign in again with the password.";
    SESSION_ENDED = 401 "session-ended" "The session has ended": "The refresh token is not valid, has expired, or was used twice, which ends the session. Sign in again.";
    FORBIDDEN = 403 "forbidden" "Not allowed": "You may know that this exists, but your role does not let you do this.";
    FOREIGN_ORIGIN = 403 "foreign-origin" "Not from this page": "A browser says that a page of another origin asks for this, or does not say which page does. Who is signed in with cookies changes things from pages of `PUBLIC_URL` and of `ALLOWED_ORIGINS` only; a program sends `Authorization: Bearer …` instead.";
    CSRF_TOKEN = 403 "csrf-token" "The CSRF token is not that of this session": "Whoever is signed in with cookies sends the value of the cookie `__Host-csrf` as `X-CSRF-Token` with everything that changes something. It is missing, or of another session: somebody else has signed in in this browser. Read the page again.";
    EMAIL_NOT_VERIFIED = 403 "email-not-verified" "The e-mail address is not verified": "Follow the link in the mail that was sent when you registered.";
    STEP_UP_REQUIRED = 403 "step-up-required" "Confirm that it is you": "This act needs a confirmation from the last 5 minutes: `POST /api/v1/auth/step-up` with a code of your second factor, or with your password if you have none.";
    SECOND_FACTOR_REQUIRED = 403 "second-factor-required" "Set up a second factor first": "Staff of this installation sign in with a second factor, and this account has none. Set one up at `POST /api/v1/me/factors/totp`; until then nothing else can be done.";
    LICENCE_DOES_NOT_COVER = 403 "licence-does-not-cover" "No licence for where the patient lives": "A visit is taken by a doctor whose verified licence covers the country where the patient lives. An admin of the organization enters and verifies licences.";
    NOT_FOUND = 404 "not-found" "There is no such thing": "It does not exist, or it is not yours to know of. Both answer alike.";
    METHOD_NOT_ALLOWED = 405 "method-not-allowed" "This method is not allowed here": "The path exists, but not with this method; `Allow` lists the methods that it has.";
    CONFLICT = 409 "conflict" "The state does not allow this": "The resource is in a state in which this cannot be done; `detail` says which.";
    UNSAFE_PRESCRIPTION = 409 "unsafe-prescription" "The prescription is not safe as it stands": "`alerts` lists what speaks against it. Change the prescription, or override each alert that interrupts with a reason.";
    EMERGENCY_FIRST = 409 "emergency-first" "This is an emergency: act first": "The assessment says emergency, for which a queue is the wrong place. `actions` says what to do now; only once that is done, or cannot be, ask again with `acknowledged_emergency: true`.";
    STALE = 412 "stale" "It has changed since you read it": "`If-Match` names a version that is not the present one. Read it again and repeat your change on it.";
    PAYLOAD_TOO_LARGE = 413 "payload-too-large" "The body is too large": "A body holds at most 1 MiB (1,048,576 bytes).";
    UNSUPPORTED_MEDIA_TYPE = 415 "unsupported-media-type" "This media type is not understood": "Send `Content-Type: application/json`.";
    MISDIRECTED = 421 "misdirected" "This host is not served here": "The `Host` header names a host that is not on the allow-list of this installation.";
    INVALID = 422 "invalid" "Some fields are not valid": "`errors` lists every bad field with a JSON Pointer (or the query parameter), a code, and what it should be.";
    IDEMPOTENCY_MISMATCH = 422 "idempotency-mismatch" "This Idempotency-Key was used for another body": "A key names one request for 24 hours. Use a new key for a new request.";
    PRECONDITION_REQUIRED = 428 "precondition-required" "Say which version you are changing": "Send `If-Match` with the `ETag` of the version that you read, so that no one's change is lost.";
    TOO_MANY_REQUESTS = 429 "too-many-requests" "Too many requests": "Wait for the seconds in `Retry-After`, then go on.";
    INTERNAL = 500 "internal" "Something went wrong here": "It is not your request. It was logged under `request_id`; try again, with the same Idempotency-Key where you sent one.";
    UNAVAILABLE = 503 "unavailable" "Not available just now": "Something this depends on does not answer. Try again after the seconds in `Retry-After`.";
}

/// The kind with this slug.
#[must_use]
pub fn find(slug: &str) -> Option<&'static Kind> {
    ALL.iter().copied().find(|kind| kind.slug == slug)
}
