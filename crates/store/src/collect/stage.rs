//! An import in the making: rows under a key of their own, which no reader sees.
