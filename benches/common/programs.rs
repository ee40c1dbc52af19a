//! Contestants that are separate programs and need a C compiler or PyTorch on the machine. They read from standard input how
//! many times to run, and answer with the seconds it took.

use std::cell::RefCell;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::{env, fs, process};

pub struct Program {
    /// The program's own name and version.
    pub name: String,
    child: Child,
    pipes: RefCell<(ChildStdin, BufReader<ChildStdout>)>,
}

/// Starts the programs that this machine can run, with their names in the tables; prints which.
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
    /// Starts the fused loop in C, built by `gcc -O3 -march=native -ffast-math`.
    fn c_loop(largest: usize) -> Option<Self> {
        let path = env::temp_dir().join(format!("logit-loss-loop-{}", process::id()));
        let mut gcc = Command::new("gcc");
        gcc.args(["-O3", "-march=native", "-ffast-math", "-x", "c", "-", "-lm", "-o"]).arg(&path);
        let mut gcc = gcc.stdin(Stdio::piped()).stderr(Stdio::null()).spawn().ok()?;
        gcc.stdin.take()?.write_all(include_bytes!("loop.c")).ok()?;
        let built = gcc.wait().ok()?.success();
        let program = if built { Self::start(Command::new(&path), largest) } else { None };
        // A running program no longer needs its file.
        _ = fs::remove_file(path);
        program
    }

    /// Starts the functions that users of PyTorch call, on one thread.
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

    /// Returns the seconds that `repeats` calls took.
    ///
    /// # Panics
    ///
    /// If the program has ended.
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
