//! The library for JavaScript: what `pkg/` builds the npm package on.
//!
//! Values are handed over in one crossing: the package's own modules write what
//! they are, and one text of all their strings, into memory of this module
//! ([`desk`]), and call one export, which takes numbers and answers one. What it
//! tells is read from memory likewise. So nothing is called back, no value of
//! JavaScript is held here, and nothing has to be freed.
//!
//! What is a table only, such as routes and statuses, never comes here: the build
//! writes it into a module of the package.

#![expect(
    unreachable_pub,
    reason = "wasm-bindgen exports must be pub, though no Rust code calls them"
)]

mod client;
mod desk;
mod handed;
mod ids;
mod name;
#[cfg(feature = "js-server")]
mod server;
#[cfg(feature = "js-testing")]
mod testing;
mod validation;
#[cfg(feature = "js-webhook")]
mod webhook;

/// Smaller than the standard library's, and as quick.
#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();
