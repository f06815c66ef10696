#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| assessments_fuzz::json_text(bytes));
