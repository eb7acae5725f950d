//! Turning what comes in (files, exports) into facts: pure rules of the slice *collect*.

pub mod hashtags;
