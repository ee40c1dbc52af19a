/work/main/tests/linked/target/debug/deps/logit_loss_linked-0bfa89448898a5a7.d: src/lib.rs

/work/main/tests/linked/target/debug/deps/liblogit_loss_linked-0bfa89448898a5a7.rmeta: src/lib.rs

src/lib.rs:
