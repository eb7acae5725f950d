//! Telegram as a user account sees it, over MTProto (grammers), in the product's words.
