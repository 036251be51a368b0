-- CreateIndex
CREATE INDEX "operation_finished_at_idx" ON "operation"("finished_at");

-- CreateIndex
CREATE INDEX "event_at_idx" ON "event"("at");

-- CreateIndex
CREATE INDEX "audit_entry_at_idx" ON "audit_entry"("at");
