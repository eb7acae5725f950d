-- Who told what of a day; NULL: the same as `source`, which is that of the subscribers (docs/provenance.md).
ALTER TABLE channel_daily ADD COLUMN flow_source TEXT;
ALTER TABLE channel_daily ADD COLUMN notifications_source TEXT;
