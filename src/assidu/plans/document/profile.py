"""What of somebody's profile a programme may wish to know."""

from enum import StrEnum


class ProfileField(StrEnum):
    """A field of the profile that can be asked for."""

    TITLE = "title"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    BIRTH_DATE = "birth_date"
    POSTCODE = "postcode"
    TOWN = "town"
    LANGUAGE = "language"
    EMAIL = "email"
    PHONE = "phone"
