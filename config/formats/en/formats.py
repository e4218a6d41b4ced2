"""How moments are written where no template says otherwise, which is in the admin: to be sorted by eye, with their time zone."""

DATE_FORMAT = "Y-m-d"
DATETIME_FORMAT = "Y-m-d H:i:s e"
