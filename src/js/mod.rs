//! The library for JavaScript: what `pkg/` builds the npm package on.
//!
//! The exports take any JavaScript value and answer plain data; the package's
//! own modules turn that into its classes. Nothing here has to be freed.
//! This is the only place that names wasm-bindgen, js-sys, web-sys, gloo-net
//! and serde-wasm-bindgen.

#![expect(
    unreachable_pub,
    reason = "wasm-bindgen exports must be pub, though no Rust code calls them"
)]

mod client;
mod ids;
mod name;
mod object;
mod status;
mod validation;
mod value;
