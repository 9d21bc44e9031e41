//! How a run thinks: the run machine, the tools' contract and its gate, the planner and the skills. No IO but reading the
//! skills' files at start.

pub mod agents;
pub mod calls;
pub mod defences;
pub mod gate;
pub mod instructions;
pub mod model;
pub mod own_words;
pub mod planner;
pub mod run;
pub mod schema;
pub mod skills;
pub mod sources;
pub mod texts;
pub mod tool;
