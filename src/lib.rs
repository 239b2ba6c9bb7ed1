//! Virtual Doctor: a telehealth backend at the edge.
//!
//! # Map of the crate
//! A request goes one way: [`http`] middleware → a thin handler in a domain's
//! `routes.rs` → the domain's pure logic → its `store.rs`, where all its SQL is
//! → a port of [`platform`] → the host.
//!
//! - [`app`]: the router, all domains' routes on one page.
//! - [`config`], [`services`]: settings, and what a handler has at hand.
//! - [`authorization`]: who may do what, one table.
//! - [`accounts`], [`organizations`], [`records`], [`chat`], [`medicine`], [`calculators`], [`diagnosis`], [`visits`],
//!   [`integrations`], [`jobs`], [`audit`], [`privacy`], [`operations`]: the domains. None of them knows its host.
//! - [`knowledge`]: the clinical tables, packed at build time; [`names`] finds things in them.
//! - [`limits`]: how often somebody may do something.
//! - [`error`], [`problem`]: the one error type and its catalogue.
//! - [`encryption`], [`id`]: what is stored, sealed, and how it is named.
//! - [`platform`]: the ports, and a folder for each host. The target chooses it:
//!   `wasm32-unknown-unknown` is Cloudflare, `wasm32-wasip2` is Spin, anything
//!   else is the native one of the tests.

pub mod accounts;
pub mod app;
pub mod audit;
pub mod authorization;
pub mod calculators;
pub mod chat;
pub mod config;
pub mod diagnosis;
pub mod encryption;
pub mod error;
pub mod http;
pub mod id;
pub mod integrations;
pub mod jobs;
pub mod json;
pub mod knowledge;
pub mod limits;
pub mod medicine;
pub mod names;
#[cfg(not(target_family = "wasm"))]
pub mod openapi;
pub mod operations;
pub mod organizations;
pub mod platform;
pub mod privacy;
pub mod problem;
pub mod records;
pub mod services;
pub mod visits;

/// Name and SQL of every migration, in order.
pub const MIGRATIONS: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/migrations.rs"));
