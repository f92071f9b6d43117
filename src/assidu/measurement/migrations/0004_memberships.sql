-- A membership changes a few times in a life, a customer's decisions are thousands: these are found without the others.
CREATE INDEX CONCURRENTLY IF NOT EXISTS loyalty_decision_membership
  ON loyalty_decision (customer_id, seq) WHERE record ? 'membership';
