use dam_core::BitPatterns;
use dam_core::prelude::*;

struct NotAKernel;

fn run_on<E: LocalField>(_memory: &E) {}

fn follow(memory: &Dam<BitPatterns, NotAKernel, Sum>, x: &Spins) -> f64 {
    run_on(memory);
    memory.energy(x)
}

fn main() {}
