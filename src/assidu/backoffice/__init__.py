"""The screens of the people who run the programme."""
