//! What the bot says: commands, keyboards, texts. Decides nothing by itself: `services` does.
