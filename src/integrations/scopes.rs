//! Scopes: what an API key may be given. Each is a role in the authorization table
//! and opens the routes named here; on every other route a key is refused before
//! its handler runs, so that a handler cannot forget to.

use crate::authorization::Role;

/// One scope.
pub struct Scope {
    /// The role that its holder has in the authorization table; its name is the scope's.
    pub role: Role,
    /// Method and route of each operation that it opens.
    pub opens: &'static [(&'static str, &'static str)],
}

/// Every scope.
pub const SCOPES: &[Scope] = &[
    Scope { role: Role::ChecksMedicines, opens: &[("POST", "/api/v1/medicines/check")] },
    Scope {
        role: Role::CreatesAssessments,
        opens: &[
            ("POST", "/api/v1/assessments"),
            ("GET", "/api/v1/assessments/{id}"),
            ("POST", "/api/v1/assessments/{id}/answers"),
        ],
    },
];

/// The scope of this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Scope> {
    SCOPES.iter().find(|scope| scope.role.as_str() == name)
}

/// Whether one of these roles opens the operation to a key.
#[must_use]
pub fn open(roles: &[Role], method: &str, route: &str) -> bool {
    let held = SCOPES.iter().filter(|scope| roles.contains(&scope.role));
    held.flat_map(|scope| scope.opens).any(|opened| *opened == (method, route))
}
