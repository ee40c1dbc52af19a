#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| logit_loss_fuzz::no_nan::body(data));
