//! The library for JavaScript: what `pkg/` builds the npm package on.
//!
//! The exports take any JavaScript value and answer plain data; the package's
//! own modules turn that into its classes. Nothing here has to be freed.
//! This is the only place that names wasm-bindgen, js-sys, web-sys and gloo-net.

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

use wasm_bindgen::prelude::wasm_bindgen;

/// Smaller than the standard library's, and as quick.
#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

/// How large the memory is, in pages of 64 KiB. It only grows.
#[wasm_bindgen(js_name = memoryPages)]
#[must_use]
pub fn memory_pages() -> usize {
    #[cfg(target_arch = "wasm32")]
    return core::arch::wasm32::memory_size(0);
    #[cfg(not(target_arch = "wasm32"))]
    return 0;
}
