//! Contestants that are programs of their own, where the machine has what they need: a C compiler, PyTorch. They are
//! asked over standard input to run so many times, and answer with the seconds it took.

use std::cell::RefCell;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::{env, fs, process};

pub struct Program {
    /// Its name and version, in its own words.
    pub name: String,
    child: Child,
    pipes: RefCell<(ChildStdin, BufReader<ChildStdout>)>,
}

/// Those that this machine can run, and what they are called here; says which.
pub fn found(largest: usize) -> Vec<(&'static str, Program)> {
    let mut found = Vec::new();
    for (who, program) in [("C", Program::c_loop(largest)), ("PyTorch", Program::pytorch(largest))] {
        match program {
            Some(program) => {
                println!("{who} is here: {}.", program.name);
                found.push((who, program));
            }
            None => println!("{who} is not on this machine."),
        }
    }
    found
}

impl Program {
    /// The fused loop in C, built by `gcc -O3 -march=native -ffast-math`.
    fn c_loop(largest: usize) -> Option<Self> {
        let path = env::temp_dir().join(format!("logit-loss-loop-{}", process::id()));
        let mut gcc = Command::new("gcc");
        gcc.args(["-O3", "-march=native", "-ffast-math", "-x", "c", "-", "-lm", "-o"]).arg(&path);
        let mut gcc = gcc.stdin(Stdio::piped()).stderr(Stdio::null()).spawn().ok()?;
        gcc.stdin.take()?.write_all(include_bytes!("loop.c")).ok()?;
        let built = gcc.wait().ok()?.success();
        let program = if built { Self::start(Command::new(&path), largest) } else { None };
        // A running program does not need its file any more.
        _ = fs::remove_file(path);
        program
    }

    /// What users of PyTorch call, on one thread.
    fn pytorch(largest: usize) -> Option<Self> {
        let mut python = Command::new("python3");
        python.args(["-c", include_str!("pytorch.py")]);
        Self::start(python, largest)
    }

    fn start(mut command: Command, largest: usize) -> Option<Self> {
        command.arg(largest.to_string()).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().ok()?;
        let (to, mut from) = (child.stdin.take()?, BufReader::new(child.stdout.take()?));
        let mut name = String::new();
        if from.read_line(&mut name).is_err() || name.is_empty() {
            _ = child.wait();
            return None;
        }
        Some(Self { name: name.trim().to_string(), child, pipes: RefCell::new((to, from)) })
    }

    /// The seconds that so many calls took.
    ///
    /// # Panics
    ///
    /// If the program has gone.
    pub fn seconds(&self, what: &str, element: &str, n: usize, repeats: u32) -> f64 {
        let (to, from) = &mut *self.pipes.borrow_mut();
        let mut answer = String::new();
        writeln!(to, "{what} {element} {n} {repeats}").expect("the program reads");
        from.read_line(&mut answer).expect("the program answers");
        answer.trim().parse().expect("the program answers in seconds")
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}
