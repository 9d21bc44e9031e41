//! Office files: a document meets the company's own master, opened as the package it is (ECMA-376, part 2). What the code needs
//! of it is found by name.

mod chart;
mod package;
mod slides;
mod width;

pub use slides::{Slides, SlidesError};
