#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| pydidcomm_fuzz::run("strict_json", data));
