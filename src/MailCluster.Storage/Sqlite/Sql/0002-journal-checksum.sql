-- Schema 2: SQLite keeps no checksums of its own, so damage inside a payload could pass for another event. NULL: written under schema 1.
ALTER TABLE journal ADD COLUMN crc32c INTEGER; -- see JournalRow.Checksum
