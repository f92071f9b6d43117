"""What discounts do, as a page shows it: the question as a form, the answer as sentences, tables and charts."""
