//! The public page of a public channel (`t.me/s/NAME`): fetched politely, read into facts.
