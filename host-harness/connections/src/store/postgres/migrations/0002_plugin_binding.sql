ALTER TABLE credential ADD COLUMN plugin_bound TEXT;
ALTER TABLE credential ADD COLUMN refresh_expires_at BIGINT;
ALTER TABLE credential ADD COLUMN facts TEXT;
