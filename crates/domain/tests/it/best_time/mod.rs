//! The recommender on real channels, on planted effects and on bad input.

mod bad_input;
mod choosing;
mod planted;
mod planted_effects;
mod real_channels;
