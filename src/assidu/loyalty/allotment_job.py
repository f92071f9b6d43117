"""The process of one allotment: `python -m assidu.loyalty.allotment_job ALLOTMENT_ID`."""

import os
import sys
from uuid import UUID

import django


def main(allotment_id: UUID) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "assidu.project.settings")
    django.setup()
    # Rooms with Django can be imported only now.
    from assidu.loyalty.allotting import work

    return 0 if not work(allotment_id).is_at_work else 1


if __name__ == "__main__":
    sys.exit(main(UUID(sys.argv[1])))
