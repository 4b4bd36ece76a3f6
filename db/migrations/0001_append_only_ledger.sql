-- The ledger is append-only: a wrong entry is corrected by another entry.
CREATE FUNCTION "refuse_ledger_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION 'the ledger is append-only: % on % is refused; correct an entry by another entry', TG_OP, TG_TABLE_NAME
		USING ERRCODE = 'restrict_violation';
END;
$$;--> statement-breakpoint
CREATE TRIGGER "ledger_entries_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "ledger_entries"
	FOR EACH STATEMENT EXECUTE FUNCTION "refuse_ledger_change"();--> statement-breakpoint
CREATE TRIGGER "ledger_postings_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "ledger_postings"
	FOR EACH STATEMENT EXECUTE FUNCTION "refuse_ledger_change"();--> statement-breakpoint
-- Postings belong to the transaction that makes their entry: none may be added to an entry that others can see.
CREATE FUNCTION "refuse_late_posting"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NOT EXISTS (
		SELECT 1 FROM "ledger_entries" WHERE "id" = NEW."entry_id" AND "xmin" = pg_current_xact_id()::xid
	) THEN
		RAISE EXCEPTION 'the ledger is append-only: entry % was booked by an earlier transaction', NEW."entry_id"
			USING ERRCODE = 'restrict_violation';
	END IF;
	RETURN NEW;
END;
$$;--> statement-breakpoint
CREATE TRIGGER "ledger_postings_with_their_entry" BEFORE INSERT ON "ledger_postings"
	FOR EACH ROW EXECUTE FUNCTION "refuse_late_posting"();
