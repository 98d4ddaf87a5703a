#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| pydidcomm_fuzz::run("v1", data));
