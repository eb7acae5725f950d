//! Trimming old snapshots and old daily summaries, a bounded batch a call.
