//! Medians, intervals and shrinkage, over slices.
