from django.db import migrations

TIER_SUMS = """
-- What was bought, given and used by status, by the month of the day, so that years are read and not added up at each
-- look. The stamp says what was added up: the same one, the same sums.
CREATE TABLE economics_tier_sums (
  programme      text NOT NULL,
  month          date NOT NULL,
  stamp          text NOT NULL,
  figures        jsonb NOT NULL,
  PRIMARY KEY (programme, month)
);
"""


class Migration(migrations.Migration):
    dependencies = [("economics", "0003_trial")]
    operations = [migrations.RunSQL(TIER_SUMS, "DROP TABLE economics_tier_sums;")]
